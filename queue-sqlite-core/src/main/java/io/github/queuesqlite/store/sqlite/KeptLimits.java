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
 * @param ratesOfKeys those that stand in each shard, by task
 * @param buckets those of a concurrency key, in its home only
 */
record KeptLimits(List<Kept> ofPermits, List<KeptRate> rates, List<KeptTokens> tokens, List<Kept> ofKeys,
		List<Kept> weights, List<KeptKeyRate> ratesOfKeys, List<KeptBucket> buckets) {

	static KeptLimits read(Collection<Connection> connections) throws SQLException {
		KeptLimits kept = new KeptLimits(new ArrayList<>(), new ArrayList<>(), new ArrayList<>(), new ArrayList<>(),
				new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
		for (Connection connection : connections) {
			try (Statements statements = new Statements(connection)) {
				read(statements, "SELECT name, declared, chosen FROM permit_limit", kept.ofPermits);
				statements.each((row) -> kept.rates.add(KeptRate.of(row)), KeptRate.READ);
				statements.each((row) -> kept.tokens.add(KeptTokens.of(row)), KeptTokens.READ);
				read(statements, "SELECT task, declared, chosen FROM key_limit", kept.ofKeys);
				read(statements, "SELECT concurrency_key, weight, NULL FROM key_weight", kept.weights);
				statements.each((row) -> kept.ratesOfKeys.add(KeptKeyRate.of(row)), KeptKeyRate.READ);
				statements.each((row) -> kept.buckets.add(KeptBucket.of(row)), KeptBucket.READ);
			}
		}
		return kept;
	}

	private static void read(Statements statements, String sql, List<Kept> kept) throws SQLException {
		statements.each((row) -> kept.add(new Kept(row.getString(1), row.getLong(2), Statements.nullableLong(row, 3))),
				sql);
	}

	/**
	 * Writes those of a shard.
	 * @param isHome whether it is the home of a limit
	 * @param isHomeOfKey whether it is the home of a concurrency key
	 */
	void write(Statements statements, Predicate<String> isHome, Predicate<String> isHomeOfKey) throws SQLException {
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
		writeRatesOfKeys(statements, isHomeOfKey);
	}

	private void writeRatesOfKeys(Statements statements, Predicate<String> isHome) throws SQLException {
		for (KeptKeyRate rate : this.ratesOfKeys) {
			statements.update(KeptKeyRate.WRITE, rate.task(), rate.declared(), rate.period(), rate.chosen());
		}
		statements.update("DELETE FROM key_bucket");
		for (KeptBucket bucket : this.buckets) {
			if (isHome.test(bucket.key())) {
				statements.update(KeptBucket.WRITE, bucket.task(), bucket.key(), bucket.parts(), bucket.at());
			}
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

	/**
	 * A rate for each concurrency key.
	 *
	 * @param task of which task
	 * @param declared how many
	 * @param period in how many milliseconds
	 * @param chosen at run time; null for none
	 */
	record KeptKeyRate(String task, long declared, long period, @Nullable Long chosen) {

		private static final String READ = "SELECT task, declared, period, chosen FROM key_rate";

		private static final String WRITE = """
				INSERT OR IGNORE INTO key_rate (task, declared, period, chosen) VALUES (?1, ?2, ?3, ?4)""";

		private static KeptKeyRate of(ResultSet row) throws SQLException {
			return new KeptKeyRate(row.getString(1), row.getLong(2), row.getLong(3), Statements.nullableLong(row, 4));
		}

	}

	/**
	 * What there is for a concurrency key.
	 *
	 * @param task of which task
	 * @param key the key
	 * @param parts what is there
	 * @param at when that was so
	 */
	record KeptBucket(String task, String key, long parts, long at) {

		private static final String READ = "SELECT task, concurrency_key, parts, at FROM key_bucket";

		/** The first look says when the next one is. */
		private static final String WRITE = """
				INSERT OR IGNORE INTO key_bucket (task, concurrency_key, parts, at, next_at)
				VALUES (?1, ?2, ?3, ?4, ?4)""";

		private static KeptBucket of(ResultSet row) throws SQLException {
			return new KeptBucket(row.getString(1), row.getString(2), row.getLong(3), row.getLong(4));
		}

	}

}
