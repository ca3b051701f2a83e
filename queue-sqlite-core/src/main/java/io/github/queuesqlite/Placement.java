package io.github.queuesqlite;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

import io.github.queuesqlite.ShardChooser.OpenShard;
import io.github.queuesqlite.message.Names;
import io.github.queuesqlite.message.NewGroup;
import io.github.queuesqlite.message.NewMessage;
import io.github.queuesqlite.message.QueueException;
import io.github.queuesqlite.store.MessageStore;
import org.jspecify.annotations.Nullable;

/** Where drafts without keys go: wherever somebody says, if somebody does. */
final class Placement {

	private final MessageStore store;

	private final @Nullable ShardChooser chooser;

	Placement(MessageStore store, @Nullable ShardChooser chooser) {
		this.store = store;
		this.chooser = chooser;
	}

	/**
	 * Places what is handed in.
	 * @param message the message, or the first of a chain
	 * @param draft what was made of it
	 * @throws QueueException if the chooser fails, or chooses what is not there
	 */
	Draft place(NewMessage message, Draft draft) {
		if (this.chooser == null || draft.isPlaced() || this.store.shards() == 1) {
			return draft;
		}
		Integer shard = choose(this.chooser, message);
		return (shard != null) ? draft.in(shard) : draft;
	}

	/** Places a group, by its first member. */
	Draft place(NewGroup group, Draft draft) {
		return group.members().isEmpty() ? draft : place(group.members().get(0), draft);
	}

	private @Nullable Integer choose(ShardChooser chooser, NewMessage message) {
		List<OpenShard> open = new ArrayList<>();
		this.store.openShards().forEach((number, pending) -> open.add(new OpenShard(number, pending)));
		if (open.isEmpty()) {
			return null;
		}
		OptionalInt chosen = ask(chooser, message, List.copyOf(open));
		if (chosen.isEmpty()) {
			return null;
		}
		int shard = chosen.getAsInt();
		if (open.stream().anyMatch((one) -> one.number() == shard)) {
			return shard;
		}
		List<Integer> all = this.store.shardStats().stream().map((stats) -> stats.shard()).toList();
		if (!all.contains(shard)) {
			throw failure(chooser, message, "chose shard " + shard + ", there are " + all, null);
		}
		return null;
	}

	private static OptionalInt ask(ShardChooser chooser, NewMessage message, List<OpenShard> shards) {
		OptionalInt chosen;
		try {
			chosen = chooser.choose(message, shards);
		}
		catch (RuntimeException ex) {
			throw failure(chooser, message, "failed: " + Names.oneLine(ex.toString()), ex);
		}
		if (chosen == null) {
			throw failure(chooser, message, "returned null", null);
		}
		return chosen;
	}

	private static QueueException failure(ShardChooser chooser, NewMessage message, String what,
			@Nullable RuntimeException cause) {
		return new QueueException("Shard chooser " + chooser.getClass().getName() + " " + what
				+ ", for a message of task '" + message.task() + "'. Nothing was stored.", cause);
	}

}
