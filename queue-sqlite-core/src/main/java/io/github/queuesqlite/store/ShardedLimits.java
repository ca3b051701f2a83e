package io.github.queuesqlite.store;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.ToIntFunction;

import io.github.queuesqlite.message.QueueStats;
import io.github.queuesqlite.task.RateLimit;
import org.jspecify.annotations.Nullable;

/**
 * The limits, rates and weights of a store of several shards: those of a name are asked
 * for in its home, those of concurrency keys stand in each shard.
 */
final class ShardedLimits {

	/** What the names of limits for concurrency keys begin with. */
	private static final String KEYS = "keys:";

	/** What the names of rates for concurrency keys begin with. */
	private static final String KEY_RATES = "rate:keys:";

	/** What the names of rates begin with. */
	private static final String RATE = "rate:";

	private final ShardAccess shards;

	ShardedLimits(ShardAccess shards) {
		this.shards = shards;
	}

	Map<String, PermitState> permits(StoreInstance owner, List<PermitWish> wishes) {
		Map<String, PermitState> states = new HashMap<>();
		inHomes(wishes, PermitWish::limit, (writer, some) -> states
			.putAll(ShardAccess.callUnsynced(writer, (session) -> permits(session, owner.epoch(), some))));
		return states;
	}

	Map<String, TokenState> tokens(StoreInstance owner, List<TokenWish> wishes) {
		Map<String, TokenState> states = new HashMap<>();
		inHomes(wishes, TokenWish::rate, (writer, some) -> {
			// After power loss a token must not be there again that was given.
			boolean more = some.stream().anyMatch(TokenWish::more);
			Work<ShardSession, Map<String, TokenState>> work = (session) -> tokens(session, owner.epoch(), some);
			states.putAll(more ? writer.call(work) : ShardAccess.callUnsynced(writer, work));
		});
		return states;
	}

	private <W> void inHomes(List<W> wishes, Function<W, String> name,
			BiConsumer<GroupCommitWriter<ShardSession>, List<W>> action) {
		inShards(wishes, (wish) -> this.shards.group().router().homeOfLimit(name.apply(wish)), action);
	}

	/** Does something in each shard that some are of. */
	private <T> void inShards(List<T> all, ToIntFunction<T> shardOf,
			BiConsumer<GroupCommitWriter<ShardSession>, List<T>> action) {
		this.shards.checkOpen();
		Map<Integer, List<T>> byShard = new TreeMap<>();
		for (T one : all) {
			byShard.computeIfAbsent(shardOf.applyAsInt(one), (shard) -> new ArrayList<>()).add(one);
		}
		this.shards.inEach((shard) -> {
			List<T> some = byShard.get(shard.number());
			if (some != null) {
				action.accept(this.shards.writer(shard.number()), some);
			}
		});
	}

	void declareKeyLimits(Map<String, @Nullable Integer> limits) {
		declare(limits, KEYS, QueueStats.LimitStats::declared, ShardSession::declareKeyLimits);
	}

	void declareKeyRates(Map<String, @Nullable RateLimit> rates) {
		declare(rates, KEY_RATES, ShardedLimits::declaredRate, ShardSession::declareKeyRates);
	}

	/** Writes nothing where it is declared already. */
	private <T> void declare(Map<String, @Nullable T> all, String prefix, Function<QueueStats.LimitStats, T> value,
			Declaration<T> declaration) {
		this.shards.inEach((shard) -> {
			Map<String, @Nullable T> news = new HashMap<>(all);
			Map<String, T> known = declaredIn(shard, prefix, value);
			news.entrySet().removeIf((one) -> Objects.equals(one.getValue(), known.get(one.getKey())));
			if (!news.isEmpty()) {
				this.shards.writer(shard.number()).call((session) -> {
					declaration.apply(session, news);
					return 0;
				});
			}
		});
	}

	private static RateLimit declaredRate(QueueStats.LimitStats rate) {
		return new RateLimit(rate.declared(), Objects.requireNonNull(rate.period()));
	}

	/** What is declared in a shard under names with a prefix, by what follows it. */
	private static <T> Map<String, T> declaredIn(Shard shard, String prefix, Function<QueueStats.LimitStats, T> value) {
		Map<String, T> declared = new HashMap<>();
		for (QueueStats.LimitStats limit : shard.reader().limits()) {
			if (limit.name().startsWith(prefix)) {
				declared.put(limit.name().substring(prefix.length()), value.apply(limit));
			}
		}
		return declared;
	}

	void begun(List<RunKey> runs) {
		inShards(runs, RunKey::shard, (writer, some) -> writer.call((session) -> {
			session.begun(some);
			return 0;
		}));
	}

	void weigh(String concurrencyKey, int weight) {
		this.shards.writeEach((writer) -> writer.call((session) -> {
			session.weigh(concurrencyKey, weight);
			return 0;
		}));
	}

	boolean changeLimit(String name, @Nullable Integer most) {
		this.shards.checkOpen();
		if (name.startsWith(KEY_RATES)) {
			String task = name.substring(KEY_RATES.length());
			return isChanged((session) -> session.changeKeyRate(task, most));
		}
		if (!name.startsWith(KEYS)) {
			int home = this.shards.group().router().homeOfLimit(name);
			return this.shards.writer(home)
				.call((session) -> name.startsWith(RATE) ? session.changeRate(name, most)
						: session.changeLimit(name, most));
		}
		String task = name.substring(KEYS.length());
		return isChanged((session) -> session.changeKeyLimit(task, most));
	}

	/** Changes something in all shards; returns whether it was there to be changed. */
	private boolean isChanged(Work<ShardSession, Boolean> change) {
		boolean[] changed = { false };
		this.shards.writeEach((writer) -> changed[0] |= writer.call(change));
		this.shards.group().nudge();
		return changed[0];
	}

	private static Map<String, TokenState> tokens(ShardSession session, long epoch, List<TokenWish> wishes)
			throws SQLException {
		Map<String, TokenState> states = new HashMap<>();
		for (TokenWish wish : wishes) {
			states.put(wish.rate(), session.tokens(epoch, wish));
		}
		return states;
	}

	private static Map<String, PermitState> permits(ShardSession session, long epoch, List<PermitWish> wishes)
			throws SQLException {
		Map<String, PermitState> states = new HashMap<>();
		for (PermitWish wish : wishes) {
			states.put(wish.limit(), session.permits(epoch, wish));
		}
		return states;
	}

	/**
	 * Declares something in a shard.
	 *
	 * @param <T> what, for each task
	 */
	@FunctionalInterface
	private interface Declaration<T> {

		void apply(ShardSession session, Map<String, @Nullable T> all) throws SQLException;

	}

}
