package io.github.queuesqlite.store.sqlite;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Predicate;

import org.jspecify.annotations.Nullable;

/**
 * The limits, rates and weights of all shards, kept over a change of their number. Nobody
 * has permits then; tokens stay until their owner is declared dead, since what it may
 * have used leaves no room for others.
 *
 * @param ofPermits those that stand in their home only
 * @param rates likewise
 * @param tokens of rates
 * @param ofKeys those that stand in each shard, by task
 * @param weights those that stand in each shard, by concurrency key
 */
record KeptLimits(List<Kept> ofPermits, List<KeptRate> rates, List<KeptTokens> tokens, List<Kept> ofKeys,
		List<Kept> weights) {

	static KeptLimits read(Collection<Connection> connections) throws SQLException {
		KeptLimits kept = new KeptLimits(new ArrayList<>(), new ArrayList<>(), new ArrayList<>(), new ArrayList<>(),
				new ArrayList<>());
		for (Connection connection : connections) {
			try (Statements statements = new Statements(connection)) {
				read(statements, "SELECT name, declared, chosen FROM permit_limit", kept.ofPermits);
				statements.each((row) -> kept.rates.add(KeptRate.of(row)), KeptRate.READ);
				statements.each((row) -> kept.tokens.add(KeptTokens.of(row)), KeptTokens.READ);
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
		writeRates(statements, isHome);
		for (Kept limit : this.ofKeys) {
			statements.update("INSERT OR IGNORE INTO key_limit (task, declared, chosen) VALUES (?1, ?2, ?3)",
					limit.name(), limit.number(), limit.chosen());
		}
		for (Kept weight : this.weights) {
			statements.update("INSERT OR IGNORE INTO key_weight (concurrency_key, weight) VALUES (?1, ?2)",
					weight.name(), weight.number());
		}
	}

	private void writeRates(Statements statements, Predicate<String> isHome) throws SQLException {
		statements.update("DELETE FROM token");
		statements.update("DELETE FROM rate");
		for (KeptRate rate : this.rates) {
			if (isHome.test(rate.name())) {
				statements.update(KeptRate.WRITE, rate.name(), rate.declared(), rate.period(), rate.chosen(),
						rate.parts(), rate.at());
			}
		}
		for (KeptTokens tokens : this.tokens) {
			if (isHome.test(tokens.name())) {
				statements.update(KeptTokens.WRITE, tokens.name(), tokens.epoch(), tokens.held());
			}
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

	/**
	 * A rate, with what is in its bucket.
	 *
	 * @param name of what
	 * @param declared how many
	 * @param period in how many milliseconds
	 * @param chosen at run time; null for none
	 * @param parts what is there
	 * @param at when that was so
	 */
	record KeptRate(String name, long declared, long period, @Nullable Long chosen, long parts, long at) {

		private static final String READ = "SELECT name, declared, period, chosen, parts, at FROM rate";

		private static final String WRITE = """
				INSERT OR IGNORE INTO rate (name, declared, period, chosen, parts, at)
				VALUES (?1, ?2, ?3, ?4, ?5, ?6)""";

		private static KeptRate of(ResultSet row) throws SQLException {
			return new KeptRate(row.getString(1), row.getLong(2), row.getLong(3), Statements.nullableLong(row, 4),
					row.getLong(5), row.getLong(6));
		}

	}

	/**
	 * Tokens of a rate.
	 *
	 * @param name of the rate
	 * @param epoch who has them
	 * @param held how many
	 */
	record KeptTokens(String name, long epoch, long held) {

		private static final String READ = "SELECT name, epoch, held FROM token";

		private static final String WRITE = """
				INSERT OR IGNORE INTO token (name, epoch, held, waits) VALUES (?1, ?2, ?3, 0)""";

		private static KeptTokens of(ResultSet row) throws SQLException {
			return new KeptTokens(row.getString(1), row.getLong(2), row.getLong(3));
		}

	}

}
