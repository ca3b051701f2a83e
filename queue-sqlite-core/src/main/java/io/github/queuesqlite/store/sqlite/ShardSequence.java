package io.github.queuesqlite.store.sqlite;

import java.sql.SQLException;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;

import io.github.queuesqlite.store.IdGenerator;
import io.github.queuesqlite.store.IdLayout;
import io.github.queuesqlite.store.Insertion;

/**
 * The order numbers of a shard's messages: they rise above every id seen, also after a
 * restart and a clock step back, as the high water of their time part is stored ahead.
 */
final class ShardSequence {

	/**
	 * How far ahead of the latest id the stored high water goes: one write per so many
	 * milliseconds.
	 */
	private static final long HIGH_WATER_STEP = 1000;

	private final Statements statements;

	/** Queues whose greatest number is next. */
	private final Set<String> newestFirst;

	private final IdGenerator generator;

	private long highWater;

	/** The greatest high water that was seen committed. */
	private long committed;

	/** Greatest id seen, which what comes back goes behind. */
	private long greatestId;

	ShardSequence(Statements statements, InstantSource clock, int shard, Set<String> newestFirst) throws SQLException {
		this.statements = statements;
		this.newestFirst = newestFirst;
		readHighWater();
		this.generator = new IdGenerator(clock, shard, 0, this.highWater);
	}

	long highWater() {
		return this.highWater;
	}

	/**
	 * Reads the high water.
	 * @throws SQLException also when it is lower than the one that was committed: then
	 * the file is not what it was
	 */
	void readHighWater() throws SQLException {
		Long stored = this.statements.number("SELECT high_water FROM shard WHERE id = 1");
		this.highWater = (stored != null) ? stored : 0;
		if (this.highWater < this.committed) {
			throw SqliteFault.olderCopy();
		}
		this.committed = this.highWater;
	}

	/** What is stored is not known: the next number stores it anew. */
	void forgetHighWater() {
		this.highWater = 0;
	}

	/** What was stored is committed. */
	void committed() {
		this.committed = this.highWater;
	}

	/** Goes above the ids of rows about to be inserted. */
	void raiseAbove(List<Insertion> rows) throws SQLException {
		long greatest = this.greatestId;
		for (Insertion row : rows) {
			greatest = Math.max(greatest, row.id());
			for (Insertion other : row.composition().others()) {
				greatest = Math.max(greatest, other.id());
			}
		}
		raise(greatest);
	}

	boolean isNewestFirst(String queue) {
		return this.newestFirst.contains(queue);
	}

	/** Returns the order number of what comes back from a run: behind all that waits. */
	long back(String queue) throws SQLException {
		// Where the greatest is next, below all that rise.
		return isNewestFirst(queue) ? -next() : next();
	}

	/** Returns an order number above all others. */
	long next() throws SQLException {
		raise(Math.max(this.greatestId + 1, this.generator.next()));
		return this.greatestId;
	}

	private void raise(long greatest) throws SQLException {
		this.greatestId = greatest;
		long tick = IdLayout.tick(greatest);
		if (tick > this.highWater) {
			this.highWater = tick + HIGH_WATER_STEP;
			this.statements.update("UPDATE shard SET high_water = max(high_water, ?1) WHERE id = 1", this.highWater);
		}
	}

}
