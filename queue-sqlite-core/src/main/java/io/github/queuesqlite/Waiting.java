package io.github.queuesqlite;

import java.util.List;
import java.util.function.IntToLongFunction;

import io.github.queuesqlite.store.Wait;
import org.jspecify.annotations.Nullable;

/**
 * What a message waits for that has no id yet.
 *
 * @param kind what sets it free
 * @param waitsFor the places of those it waits for: 0 is the first that is handed in, 1
 * the first of those stored with it
 * @param takesPayload whether it is given what became of them
 * @param delay milliseconds from when it is set free; null for none
 * @param runAt due at the earliest, epoch milliseconds; null for any time
 * @param timeToLive milliseconds from when it is set free; null for none
 */
record Waiting(Wait.Kind kind, List<Integer> waitsFor, boolean takesPayload, @Nullable Long delay, @Nullable Long runAt,
		@Nullable Long timeToLive) {

	/**
	 * Names those it waits for.
	 * @param ids gives the id of each place
	 */
	Wait with(IntToLongFunction ids) {
		List<Long> messages = this.waitsFor.stream().map((place) -> ids.applyAsLong(place)).toList();
		return new Wait(this.kind, messages, this.takesPayload, this.delay, this.runAt, this.timeToLive);
	}

}
