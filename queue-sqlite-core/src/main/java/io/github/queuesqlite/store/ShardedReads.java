package io.github.queuesqlite.store;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiPredicate;
import java.util.function.Predicate;
import java.util.stream.Stream;

import io.github.queuesqlite.message.AuditEntry;
import io.github.queuesqlite.message.LogEntry;
import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.message.MessageQuery;
import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.message.MessageTree;
import io.github.queuesqlite.message.Progress;
import io.github.queuesqlite.message.QueueStats;
import io.github.queuesqlite.message.ShardQuarantinedException;
import io.github.queuesqlite.message.StateChange;
import io.github.queuesqlite.message.TaskTotals;

/** Reads from all shards together. */
final class ShardedReads {

	/** So many messages are looked at for a page. */
	private static final int BROWSED = 20_000;

	private static final Comparator<StoredMessage> LATEST_END_FIRST = Comparator
		.comparing(StoredMessage::finishedAt, Comparator.nullsFirst(Comparator.<Long>naturalOrder()))
		.thenComparing(StoredMessage::id)
		.reversed();

	private final ShardAccess shards;

	private final ShardGroup group;

	private final ShardRouter router;

	private final boolean relocated;

	ShardedReads(ShardAccess shards) {
		this.shards = shards;
		this.group = shards.group();
		this.router = this.group.router();
		this.relocated = this.group.isRelocated();
	}

	Optional<StoredMessage> find(long id) {
		return findAll(List.of(id)).stream().findFirst();
	}

	List<StoredMessage> findAll(List<Long> ids) {
		this.shards.checkOpen();
		Map<Integer, List<Long>> byShard = new TreeMap<>();
		ids.forEach((id) -> homesOf(id)
			.forEach((shard) -> byShard.computeIfAbsent(shard, (number) -> new ArrayList<>()).add(id)));
		List<StoredMessage> found = new ArrayList<>();
		Map<Long, ShardQuarantinedException> doubtful = new TreeMap<>();
		byShard.forEach((shard, some) -> {
			try {
				found.addAll(this.shards.reader(shard).findAll(some));
			}
			catch (ShardQuarantinedException ex) {
				some.forEach((id) -> doubtful.put(id, ex));
			}
		});
		found.forEach((message) -> doubtful.remove(message.id()));
		doubtful.forEach((id, ex) -> {
			throw new ShardQuarantinedException(String.valueOf(ex.getMessage()), ex.shard(), new MessageId(id));
		});
		return found;
	}

	/** Returns the shards that a message may be in. */
	private Collection<Integer> homesOf(long id) {
		if (this.relocated) {
			return this.group.files().stream().map(ShardFile::number).toList();
		}
		int named = IdLayout.shard(id);
		return this.group.has(named) ? Set.of(named) : Set.of();
	}

	Optional<StoredMessage> findByKey(String idempotencyKey) {
		this.shards.checkOpen();
		ShardReader home = this.shards.reader(this.router.homeOfIdempotency(idempotencyKey));
		Optional<StoredMessage> found = home.findByKey(idempotencyKey);
		if (found.isPresent()) {
			return found;
		}
		ShardReader.Reservation reservation = home.reservation(ReservedKey.ofIdempotency(idempotencyKey));
		return (reservation != null) ? find(reservation.messageId()) : Optional.empty();
	}

	List<StoredMessage> list(MessageQuery query) {
		List<StoredMessage> found = new ArrayList<>();
		this.shards.readEach((reader) -> found.addAll(reader.list(query)));
		found.sort(Comparator.comparingLong(StoredMessage::id));
		return (found.size() > query.limit()) ? List.copyOf(found.subList(0, query.limit())) : found;
	}

	/**
	 * How far each shard has come is another id: what is below the greatest of them is
	 * left for the next page. What an index has under a key comes with the first page,
	 * and again in its place.
	 */
	StoredPage browse(MessageQuery query) {
		StoredPage page = windows(query);
		int room = query.limit() - page.messages().size();
		if (query.key() == null || query.after() != null || room == 0) {
			return page;
		}
		List<StoredMessage> keyed = new ArrayList<>();
		this.shards.readEach((reader) -> keyed.addAll(reader.keyed(query)));
		Stream<StoredMessage> older = keyed.stream()
			.filter((message) -> message.id() < page.next())
			.sorted(Comparator.comparingLong(StoredMessage::id).reversed())
			.limit(room);
		return new StoredPage(Stream.concat(page.messages().stream(), older).toList(), page.next());
	}

	private StoredPage windows(MessageQuery query) {
		int most = Math.max(1, BROWSED / this.group.files().size());
		List<StoredMessage> found = new ArrayList<>();
		long[] next = { StoredPage.END };
		this.shards.readEach((reader) -> {
			StoredPage page = reader.browse(query, most);
			found.addAll(page.messages());
			next[0] = Math.max(next[0], page.next());
		});
		List<StoredMessage> messages = found.stream()
			.filter((message) -> message.id() >= next[0])
			.sorted(Comparator.comparingLong(StoredMessage::id).reversed())
			.limit(query.limit())
			.toList();
		boolean full = messages.size() == query.limit();
		return new StoredPage(messages, full ? messages.get(messages.size() - 1).id() : next[0]);
	}

	List<StoredMessage> endedLately(MessageState state, int max) {
		List<StoredMessage> found = new ArrayList<>();
		this.shards.readEach((reader) -> found.addAll(reader.endedLately(state, max)));
		return found.stream().sorted(LATEST_END_FIRST).limit(max).toList();
	}

	Optional<Situation> situation(long id) {
		return locate(id).flatMap((shard) -> this.shards.reader(shard).situation(id));
	}

	int ahead(StoredMessage message, Predicate<String> tasks, boolean newestFirst, int most) {
		int[] ahead = { 0 };
		this.shards.readEach((reader) -> {
			if (ahead[0] < most) {
				ahead[0] += reader.ahead(message, tasks, newestFirst, most);
			}
		});
		return Math.min(ahead[0], most);
	}

	List<RunCount> running(Collection<Long> epochs) {
		Map<RunCount, Integer> sums = new LinkedHashMap<>();
		this.shards.readEach((reader) -> reader.running(epochs)
			.forEach((count) -> sums.merge(new RunCount(count.epoch(), count.queue(), count.task(), 0),
					count.messages(), Integer::sum)));
		List<RunCount> counts = new ArrayList<>();
		sums.forEach((key, n) -> counts.add(new RunCount(key.epoch(), key.queue(), key.task(), n)));
		return counts;
	}

	double pace(String queue, Duration window) {
		double[] pace = { 0 };
		this.shards.readEach((reader) -> pace[0] += reader.pace(queue, window));
		return pace[0];
	}

	Optional<LimitUse> limit(String name) {
		return this.shards.reader(this.router.homeOfLimit(name)).limit(name);
	}

	List<FailureRecord> failures(long id) {
		return locate(id).map((shard) -> this.shards.reader(shard).failures(id)).orElse(List.of());
	}

	List<StoredStep> steps(long id) {
		return locate(id).map((shard) -> this.shards.reader(shard).steps(id)).orElse(List.of());
	}

	/** Of messages as they were read. */
	Map<Long, Progress> progress(Collection<StoredMessage> messages) {
		Map<Integer, List<Long>> byShard = new HashMap<>();
		messages.forEach(
				(message) -> byShard.computeIfAbsent(message.shard(), (shard) -> new ArrayList<>()).add(message.id()));
		Map<Long, Progress> found = new HashMap<>();
		byShard.forEach((shard, ids) -> found.putAll(this.shards.reader(shard).progress(ids)));
		return found;
	}

	List<LogEntry> log(long id) {
		return locate(id).map((shard) -> this.shards.reader(shard).log(id)).orElse(List.of());
	}

	/** A message may have moved: what became of it elsewhere stays there. */
	List<StateChange> history(long id) {
		List<StateChange> changes = new ArrayList<>();
		this.shards.readEach((reader) -> changes.addAll(reader.history(id)));
		changes.sort(Comparator.comparing(StateChange::at));
		return changes;
	}

	Optional<MessageTree> tree(long id) {
		return locate(id).flatMap((shard) -> this.shards.reader(shard).tree(id));
	}

	Optional<Arrivals> arrivals(long id) {
		return locate(id).flatMap((shard) -> this.shards.reader(shard).arrivals(id));
	}

	/** Returns the shard of a message; empty when there is none. */
	Optional<Integer> locate(long id) {
		this.shards.checkOpen();
		int named = IdLayout.shard(id);
		if (!this.relocated) {
			return this.group.has(named) ? Optional.of(named) : Optional.empty();
		}
		return find(id).map(StoredMessage::shard);
	}

	List<AuditEntry> audit(int max) {
		List<AuditEntry> entries = new ArrayList<>();
		this.shards.readEach((reader) -> entries.addAll(reader.audit(max)));
		return entries.stream().sorted(Comparator.comparing(AuditEntry::at).reversed()).limit(max).toList();
	}

	Pauses pauses() {
		Pauses[] pauses = { Pauses.NONE };
		this.shards.readEach((reader) -> pauses[0] = pauses[0].and(reader.pauses()));
		return pauses[0];
	}

	List<QueueStats.Count> counts() {
		Map<QueueStats.Count, Long> sums = new LinkedHashMap<>();
		this.shards.readEach((reader) -> reader.counts()
			.forEach((count) -> sums.merge(new QueueStats.Count(count.queue(), count.task(), count.state(), 0),
					count.messages(), Long::sum)));
		List<QueueStats.Count> counts = new ArrayList<>();
		sums.forEach((key, n) -> counts.add(new QueueStats.Count(key.queue(), key.task(), key.state(), n)));
		return counts;
	}

	List<TaskTotals> totals() {
		Map<List<String>, TaskTotals> sums = new LinkedHashMap<>();
		this.shards.readEach((reader) -> reader.totals()
			.forEach((totals) -> sums.merge(List.of(totals.queue(), totals.task()), totals, ShardedReads::sum)));
		return List.copyOf(sums.values());
	}

	private static TaskTotals sum(TaskTotals one, TaskTotals other) {
		return new TaskTotals(one.queue(), one.task(), one.enqueued() + other.enqueued(),
				one.completed() + other.completed(), one.retried() + other.retried(), one.dead() + other.dead());
	}

	/** Those that stand in each shard are the same there. */
	List<QueueStats.LimitStats> limits() {
		Map<String, QueueStats.LimitStats> limits = new TreeMap<>();
		this.shards.readEach((reader) -> reader.limits().forEach((limit) -> limits.putIfAbsent(limit.name(), limit)));
		return List.copyOf(limits.values());
	}

	boolean hasRunnable(BiPredicate<String, String> hosted, long now) {
		boolean[] any = { false };
		this.shards.readEach((reader) -> any[0] = any[0] || reader.hasRunnable(hosted, now));
		return any[0];
	}

	boolean hasStartable(BiPredicate<String, String> hosted) {
		boolean[] any = { false };
		this.shards.readEach((reader) -> any[0] = any[0] || reader.hasStartable(hosted));
		return any[0];
	}

	Map<String, Long> oldestReady() {
		Map<String, Long> oldest = new TreeMap<>();
		this.shards
			.readEach((reader) -> reader.oldestReady().forEach((queue, at) -> oldest.merge(queue, at, Math::min)));
		return oldest;
	}

	List<QueueStats.ShardStats> shardStats() {
		List<QueueStats.ShardStats> stats = new ArrayList<>();
		for (ShardFile file : this.group.files()) {
			String reason = reason(file);
			stats.add(new QueueStats.ShardStats(file.number(), file.name(), reason.isEmpty(), reason, !file.accepting(),
					file.quarantine().isDeclared(), file.size().getAsLong(), file.walSize().getAsLong(),
					file.diskFree().getAsLong(), this.group.pending(file)));
		}
		return stats;
	}

	private String reason(ShardFile file) {
		String refusal = this.shards.isClosed() ? "The queue is closed" : this.group.refusal(file);
		return (refusal.isEmpty() && !file.accepting())
				? "It is being emptied, since the number of shards was lowered: new messages go to the others"
				: refusal;
	}

}
