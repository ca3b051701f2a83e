package io.github.queuesqlite.store.sqlite;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.message.MessageTree;
import io.github.queuesqlite.store.Wait;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/**
 * Maps rows of {@link WaitingTable#NODES}, and says in words what a message waits for.
 */
final class TreeNodes {

	private static final JsonMapper MAPPER = JsonMapper.builder().build();

	private static final TypeReference<List<Long>> IDS = new TypeReference<>() {
	};

	private TreeNodes() {
	}

	static MessageTree.Node of(ResultSet row) throws SQLException {
		List<MessageId> waitsFor = new ArrayList<>();
		for (long id : MAPPER.readValue(row.getString(7), IDS)) {
			waitsFor.add(new MessageId(id));
		}
		int state = row.getInt(4);
		return new MessageTree.Node(new MessageId(row.getLong(1)), Objects.requireNonNullElse(row.getString(2), ""),
				Objects.requireNonNullElse(row.getString(3), ""),
				StateCode.isKnown(state) ? StateCode.toState(state) : MessageState.DEAD, waitsFor,
				waiting(row.getInt(5), row.getInt(6), row.getInt(8), waitsFor));
	}

	/** The kind is 0 for a message that does not wait. */
	private static @Nullable String waiting(int kind, int missing, int all, List<MessageId> waitsFor) {
		if (kind == 0) {
			return null;
		}
		String which = (waitsFor.size() == 1) ? "message " + waitsFor.get(0) : "one of " + all + " messages";
		return switch (Wait.Kind.values()[kind - 1]) {
			case THEN -> "Waits until " + which + " is COMPLETED";
			case FAILURE -> "Waits until " + which + " is DEAD or EXPIRED; is deleted when none can be any more";
			case ALL -> "Waits until all of " + all + " messages have ended; " + missing + " have not";
			case GATHER -> "Is COMPLETED when all of " + all + " messages have ended; " + missing + " have not";
		};
	}

}
