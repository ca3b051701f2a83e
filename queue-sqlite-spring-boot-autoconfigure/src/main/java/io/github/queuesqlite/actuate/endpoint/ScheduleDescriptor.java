package io.github.queuesqlite.actuate.endpoint;

import java.time.Instant;
import java.util.List;
import java.util.function.Function;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.schedule.Misfire;
import io.github.queuesqlite.schedule.Overlap;
import io.github.queuesqlite.schedule.Schedule;
import io.github.queuesqlite.schedule.ScheduleState;
import io.github.queuesqlite.schedule.ScheduleStatus;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.OperationResponseBody;

/**
 * One schedule.
 *
 * @param name its name
 * @param when when it fires, in words; null when it cannot be read, like task, queue,
 * misfire and overlap
 * @param state whether it fires
 * @param declared whether code declares it
 * @param task the task of its messages
 * @param queue the queue of its messages
 * @param misfire what becomes of missed slots
 * @param overlap what becomes of a slot while a message has not ended
 * @param nextSlot its next slot; null when none comes
 * @param latestSlot its latest slot that gave a message; null for none
 * @param latestMessage that message; null for none
 * @param fired messages that its slots gave
 * @param skipped slots left out since a message had not ended
 * @param missed slots left out since nobody ran
 * @param nextSlots its next slots in words; null in a list
 * @since 0.1.0
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ScheduleDescriptor(String name, @Nullable String when, ScheduleState state, boolean declared,
		@Nullable String task, @Nullable String queue, @Nullable Misfire misfire, @Nullable Overlap overlap,
		@Nullable Instant nextSlot, @Nullable Instant latestSlot, @Nullable String latestMessage, long fired,
		long skipped, long missed, @Nullable List<String> nextSlots) implements OperationResponseBody {

	static ScheduleDescriptor of(ScheduleStatus status, @Nullable List<String> nextSlots) {
		Schedule schedule = status.schedule();
		MessageId latest = status.latestMessage();
		return new ScheduleDescriptor(status.name(), of(schedule, Schedule::inWords), status.state(), status.declared(),
				of(schedule, (one) -> one.message().task()), of(schedule, (one) -> one.message().queue()),
				of(schedule, Schedule::misfire), of(schedule, Schedule::overlap), status.nextSlot(),
				status.latestSlot(), (latest != null) ? latest.toString() : null, status.fired(), status.skipped(),
				status.missed(), nextSlots);
	}

	private static <T> @Nullable T of(@Nullable Schedule schedule, Function<Schedule, @Nullable T> part) {
		return (schedule != null) ? part.apply(schedule) : null;
	}

}
