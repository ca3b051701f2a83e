package io.github.queuesqlite.store.sqlite;

import java.sql.SQLException;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;

import io.github.queuesqlite.store.sqlite.CrowdTable.Crowd;
import io.github.queuesqlite.task.RateLimit;
import org.jspecify.annotations.Nullable;

/**
 * How many messages of a crowd may begin in how long, for tasks that have a rate for each
 * concurrency key. Reads nothing while there is none.
 */
final class KeyRates {

	private final ShardBooks books;

	private final InstantSource clock;

	private final KeyRateTable table;

	KeyRates(Statements statements, ShardBooks books, InstantSource clock) {
		this.books = books;
		this.clock = clock;
		this.table = new KeyRateTable(statements);
	}

	boolean isRated(String task) throws SQLException {
		return this.books.isAnyKeyRate() && this.table.isRated(task);
	}

	/** Returns what there is for a crowd; null when any number may begin. */
	@Nullable KeyBucket bucket(Crowd crowd) throws SQLException {
		return this.books.isAnyKeyRate() ? this.table.bucket(crowd, this.clock.millis()) : null;
	}

	/**
	 * Stores what there is now.
	 * @param waits whether somebody waits for nothing but a token
	 */
	void put(Crowd crowd, KeyBucket bucket, boolean waits) throws SQLException {
		if (bucket.isFull()) {
			if (bucket.isStored()) {
				this.table.remove(crowd);
			}
			return;
		}
		Long nextAt = bucket.nextAt(waits);
		if (bucket.isNews(nextAt)) {
			this.table.put(crowd, bucket.bucket(), nextAt);
		}
		if (nextAt != null) {
			this.books.keyTurn(nextAt);
		}
	}

	/** Returns the crowds whose time has come: for a token, or to be forgotten. */
	List<Crowd> due(int max) throws SQLException {
		long now = this.clock.millis();
		return this.books.isKeyTurn(now) ? this.table.due(now, max) : List.of();
	}

	/**
	 * Sets the rates of some tasks.
	 * @param rates by task; null for any number
	 * @return whether one has changed
	 */
	boolean declare(Map<String, @Nullable RateLimit> rates) throws SQLException {
		boolean changed = false;
		for (Map.Entry<String, @Nullable RateLimit> entry : rates.entrySet()) {
			RateLimit rate = entry.getValue();
			changed |= (rate != null) ? this.table.declare(entry.getKey(), rate, this.clock.millis())
					: this.table.declareNone(entry.getKey());
		}
		if (changed) {
			this.books.keysRated();
		}
		return changed;
	}

	/** Changes a rate, if there is one; null for what is declared. */
	boolean change(String task, @Nullable Integer count) throws SQLException {
		return this.table.change(task, count);
	}

}
