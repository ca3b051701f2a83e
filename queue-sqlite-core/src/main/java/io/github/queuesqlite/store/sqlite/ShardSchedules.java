package io.github.queuesqlite.store.sqlite;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

import io.github.queuesqlite.store.Firing;
import io.github.queuesqlite.store.Insertion;
import io.github.queuesqlite.store.StoredSchedule;
import io.github.queuesqlite.store.sqlite.ScheduleTable.Progress;
import org.jspecify.annotations.Nullable;

/**
 * The schedules of a shard: a slot's message and the next slot are stored in one
 * transaction, by whoever comes first.
 */
final class ShardSchedules {

	private final ScheduleTable table;

	private final ShardBooks books;

	private final ShardInserts inserts;

	private final OrderingLines lines;

	ShardSchedules(Statements statements, ShardBooks books, ShardInserts inserts, OrderingLines lines) {
		this.table = new ScheduleTable(statements);
		this.books = books;
		this.inserts = inserts;
		this.lines = lines;
	}

	/** Stores a schedule unless it has changed since it was read. */
	boolean put(StoredSchedule schedule) throws SQLException {
		boolean stored = this.table.put(schedule);
		refreshNext();
		return stored;
	}

	boolean delete(String name, long revision) throws SQLException {
		boolean deleted = this.table.delete(name, revision);
		refreshNext();
		return deleted;
	}

	void declare(String name, long epoch) throws SQLException {
		this.table.declare(name, epoch);
		refreshNext();
	}

	void undeclare(String name, long epoch) throws SQLException {
		this.table.undeclare(name, epoch);
		refreshNext();
	}

	/** An instance declares nothing more. */
	void leave(long epoch) throws SQLException {
		if (this.table.leave(epoch) > 0) {
			refreshNext();
		}
	}

	/** Fires; null when the schedule has changed since it was read. */
	Firing.@Nullable Outcome fire(Firing firing, long now) throws SQLException {
		Long before = this.table.fired(firing.schedule(), firing.revision());
		Firing.Outcome outcome = (before != null) ? fire(firing, before, now) : null;
		refreshNext();
		return outcome;
	}

	private Firing.Outcome fire(Firing firing, long before, long now) throws SQLException {
		long most = (firing.times() != null) ? firing.times() - before : Long.MAX_VALUE;
		List<Insertion> stored = new ArrayList<>();
		Long latestAt = null;
		int skipped = 0;
		for (Firing.Slot slot : firing.slots()) {
			if (stored.size() >= most) {
				break;
			}
			if (!slot.brought() && firing.skipsWhenLive() && isLive(firing.schedule())) {
				skipped++;
			}
			else {
				this.inserts.insert(List.of(slot.message()), now);
				stored.add(slot.message());
				latestAt = slot.at();
			}
		}
		this.books.stored(stored);
		Long latestId = stored.isEmpty() ? null : Long.valueOf(stored.get(stored.size() - 1).id());
		this.table.fired(firing.schedule(), firing.revision(),
				new Progress((stored.size() < most) ? firing.nextAt() : null, latestAt, latestId, stored.size(),
						skipped, firing.missed()));
		return new Firing.Outcome(stored, skipped);
	}

	/** Whether a message of the schedule has not ended. */
	private boolean isLive(String schedule) throws SQLException {
		return !this.lines.isEmpty(StoredSchedule.line(schedule));
	}

	private void refreshNext() throws SQLException {
		this.books.nextFiring(this.table.next());
	}

}
