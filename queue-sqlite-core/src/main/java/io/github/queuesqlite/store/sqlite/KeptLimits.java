package io.github.queuesqlite.store.sqlite;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Predicate;

import org.jspecify.annotations.Nullable;

/**
 * The limits and weights of all shards, kept over a change of their number. Nobody has
 * permits then.
 *
 * @param ofPermits those that stand in their home only
 * @param ofKeys those that stand in each shard, by task
 * @param weights those that stand in each shard, by concurrency key
 */
record KeptLimits(List<Kept> ofPermits, List<Kept> ofKeys, List<Kept> weights) {

	static KeptLimits read(Collection<Connection> connections) throws SQLException {
		KeptLimits kept = new KeptLimits(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
		for (Connection connection : connections) {
			try (Statements statements = new Statements(connection)) {
				read(statements, "SELECT name, declared, chosen FROM permit_limit", kept.ofPermits);
				read(statements, "SELECT task, declared, chosen FROM key_limit", kept.ofKeys);
				read(statements, "SELECT concurrency_key, weight, NULL FROM key_weight", kept.weights);
			}
		}
		return kept;
	}

	private static void read(Statements statements, String sql, List<Kept> kept) throws SQLException {
		statements.each((row) -> kept.add(new Kept(row.getString(1), row.getLong(2), Statements.nullableLong(row, 3))),
				sql);
	}

	/** Writes those of a shard. */
	void write(Statements statements, Predicate<String> isHome) throws SQLException {
		statements.update("DELETE FROM permit");
		statements.update("DELETE FROM permit_limit");
		for (Kept limit : this.ofPermits) {
			if (isHome.test(limit.name())) {
				statements.update("INSERT OR IGNORE INTO permit_limit (name, declared, chosen) VALUES (?1, ?2, ?3)",
						limit.name(), limit.number(), limit.chosen());
			}
		}
		for (Kept limit : this.ofKeys) {
			statements.update("INSERT OR IGNORE INTO key_limit (task, declared, chosen) VALUES (?1, ?2, ?3)",
					limit.name(), limit.number(), limit.chosen());
		}
		for (Kept weight : this.weights) {
			statements.update("INSERT OR IGNORE INTO key_weight (concurrency_key, weight) VALUES (?1, ?2)",
					weight.name(), weight.number());
		}
	}

	/**
	 * A limit or a weight.
	 *
	 * @param name of what
	 * @param number how many
	 * @param chosen at run time; null for none
	 */
	record Kept(String name, long number, @Nullable Long chosen) {

	}

}
