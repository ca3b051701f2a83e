package io.github.queuesqlite.store.sqlite;

import java.util.ArrayList;
import java.util.List;

import io.github.queuesqlite.message.FailedMessage;
import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.payload.GroupOutcomes;
import io.github.queuesqlite.store.FailureCodec;
import io.github.queuesqlite.store.Wait;
import io.github.queuesqlite.store.sqlite.WaitingTable.Arrival;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * What a message is given that waited for others.
 *
 * @param codec who wrote it; null for none
 * @param payload null for none
 */
record Outcomes(@Nullable String codec, byte @Nullable [] payload) {

	private static final String JSON = "json";

	private static final JsonMapper MAPPER = JsonMapper.builder().build();

	/**
	 * Makes it of what became of them.
	 * @param kind what has set it free
	 * @param arrivals one that was enough, or all
	 */
	static Outcomes of(Wait.Kind kind, List<Arrival> arrivals) {
		Arrival first = arrivals.get(0);
		return switch (kind) {
			case THEN -> new Outcomes(first.codec(), first.result());
			case FAILURE -> new Outcomes(JSON, MAPPER.writeValueAsBytes(failed(first)));
			case ALL, GATHER -> new Outcomes(GroupOutcomes.NAME, GroupOutcomes.write(all(arrivals)));
		};
	}

	private static FailedMessage failed(Arrival arrival) {
		return new FailedMessage(new MessageId(arrival.id()), arrival.task(), state(arrival),
				FailureCodec.decode(arrival.failure()));
	}

	private static List<GroupOutcomes.Outcome> all(List<Arrival> arrivals) {
		List<GroupOutcomes.Outcome> all = new ArrayList<>(arrivals.size());
		for (Arrival arrival : arrivals) {
			all.add(new GroupOutcomes.Outcome(new MessageId(arrival.id()), arrival.task(), state(arrival),
					arrival.codec(), arrival.result(), arrival.omitted(), FailureCodec.decode(arrival.failure())));
		}
		return all;
	}

	/** What was deleted before its end counts as cancelled. */
	private static MessageState state(Arrival arrival) {
		return (arrival.state() == WaitingTable.DELETED) ? MessageState.CANCELLED : StateCode.toState(arrival.state());
	}

}
