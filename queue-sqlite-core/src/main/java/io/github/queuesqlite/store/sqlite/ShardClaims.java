package io.github.queuesqlite.store.sqlite;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;

import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.message.Names;
import io.github.queuesqlite.store.Claimer;
import io.github.queuesqlite.store.FailureRecord;
import io.github.queuesqlite.store.Quota;
import io.github.queuesqlite.store.StoredMessage;
import io.github.queuesqlite.store.Suspect;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;
import tools.jackson.databind.json.JsonMapper;

/**
 * Claims the best ready messages of a queue for an epoch. Damaged ones end DEAD in the
 * same transaction: nobody is handed what was not stored.
 */
final class ShardClaims {

	private static final Logger logger = LoggerFactory.getLogger(ShardClaims.class);

	private final Statements statements;

	private final ShardBooks books;

	private final ReadyTasks readyTasks;

	private final ShardSequence sequence;

	private final NewestFirst newestFirst;

	private final Ageing ageing;

	private final int shard;

	private final ShardSettling settling;

	private final OrderingLines lines;

	private final Crowds crowds;

	private final Texts texts = new Texts();

	private final Checksum checksum = new Checksum();

	ShardClaims(Statements statements, ShardBooks books, ShardSequence sequence, ShardSettling settling,
			OrderingLines lines, Crowds crowds, Ageing ageing, int shard) {
		this.statements = statements;
		this.sequence = sequence;
		this.ageing = ageing;
		this.newestFirst = new NewestFirst(statements);
		this.books = books;
		this.settling = settling;
		this.lines = lines;
		this.crowds = crowds;
		this.readyTasks = books.readyTasks();
		this.shard = shard;
	}

	List<StoredMessage> claim(long epoch, String queue, Set<String> tasks, int max, Quota quota, long now)
			throws SQLException {
		if (!this.readyTasks.isAny(queue, tasks) || this.books.pauses().isHeldBack(queue, epoch, now)) {
			return List.of();
		}
		try (ClaimQuota taken = new ClaimQuota(quota)) {
			return taken.used(this.ageing.isOn(queue) ? claimAged(epoch, queue, tasks, max, taken, now)
					: claim(epoch, queue, tasks, max, taken, now));
		}
	}

	/** Claims the one first that is next for its age, if any. */
	private List<StoredMessage> claimAged(long epoch, String queue, Set<String> tasks, int max, ClaimQuota quota,
			long now) throws SQLException {
		List<StoredMessage> all = new ArrayList<>(chosen(epoch, queue, tasks, quota, now));
		int left = quota.left(max, all);
		if (left > 0) {
			List<StoredMessage> claimed = claim(epoch, queue, tasks, left, quota, now);
			this.ageing.claimed(queue, claimed.size());
			all.addAll(claimed);
		}
		return all;
	}

	private List<StoredMessage> chosen(long epoch, String queue, Set<String> tasks, ClaimQuota quota, long now)
			throws SQLException {
		Ageing.Waiting waiting = this.ageing.next(queue, this.readyTasks.of(queue, tasks), now);
		if (waiting == null || quota.take(waiting.task(), 1) == 0) {
			return List.of();
		}
		List<StoredMessage> claimed = claimOne(epoch, queue, waiting.task(), waiting.id(), now);
		this.ageing.chosen(queue);
		return claimed;
	}

	/** Claims one message, whatever goes before it; none when it is not READY or held. */
	List<StoredMessage> claim(long epoch, String queue, String task, long id, long now) throws SQLException {
		if (this.books.pauses().isHeldBack(queue, epoch, now) || this.readyTasks.of(queue, Set.of(task)).isEmpty()) {
			return List.of();
		}
		return claimOne(epoch, queue, task, id, now);
	}

	private List<StoredMessage> claimOne(long epoch, String queue, String task, long id, long now) throws SQLException {
		List<StoredMessage> claimed = new ArrayList<>(1);
		this.statements.each(
				(row) -> claimed
					.add(MessageTable.claimed(row, this.texts, this.checksum, this.shard, queue, epoch, now)),
				MessageTable.CLAIMABLE_OF_ID, id);
		if (claimed.isEmpty()) {
			return claimed;
		}
		take(MessageTable.CLAIM, epoch, queue, claimed, now);
		this.readyTasks.claimed(queue, List.of(task));
		return withoutDamaged(claimed, now);
	}

	/**
	 * Claims until nothing more is let through: with each message that is claimed,
	 * another of its concurrency key may be.
	 */
	private List<StoredMessage> claim(long epoch, String queue, Set<String> tasks, int max, ClaimQuota quota, long now)
			throws SQLException {
		List<StoredMessage> claimed = claimOnce(epoch, queue, tasks, max, quota, now);
		if (!this.crowds.isAny()) {
			return claimed;
		}
		List<StoredMessage> all = new ArrayList<>(claimed);
		int left = quota.left(max, all);
		while (!claimed.isEmpty() && left > 0 && all.size() < Math.max(max, Claimer.MOST_MESSAGES)) {
			claimed = claimOnce(epoch, queue, tasks, left, quota, now);
			all.addAll(claimed);
			left = quota.left(max, all);
		}
		all.sort(order(queue));
		return all;
	}

	private Comparator<StoredMessage> order(String queue) {
		return this.sequence.isNewestFirst(queue) ? StoredMessage.NEWEST_FIRST : StoredMessage.CLAIM_ORDER;
	}

	private List<StoredMessage> claimOnce(long epoch, String queue, Set<String> tasks, int max, ClaimQuota quota,
			long now) throws SQLException {
		List<String> ready = this.readyTasks.of(queue, tasks);
		if (ready.isEmpty()) {
			return List.of();
		}
		List<StoredMessage> claimed = (ready.size() == 1) ? claimTask(epoch, queue, ready.get(0), max, quota, now)
				: claimBest(epoch, queue, ready, max, quota, now);
		if (claimed.isEmpty()) {
			return claimed;
		}
		take(MessageTable.CLAIM, epoch, queue, claimed, now);
		this.readyTasks.claimed(queue, (ready.size() == 1) ? ready : tasks(claimed));
		claimed.sort(order(queue));
		return withoutDamaged(claimed, now);
	}

	private static Set<String> tasks(List<StoredMessage> messages) {
		Set<String> tasks = new HashSet<>();
		messages.forEach((message) -> tasks.add(message.task()));
		return tasks;
	}

	/** Claims suspects: by themselves, so that they need not run beside others. */
	List<Suspect> claimSuspects(long epoch, String queue, Set<String> tasks, int max, Quota quota, long now)
			throws SQLException {
		if (this.books.pauses().isHeldBack(queue, epoch, now)) {
			return List.of();
		}
		List<String> suspected = this.books.readySuspects().of(queue, tasks);
		if (suspected.isEmpty()) {
			return List.of();
		}
		try (ClaimQuota taken = new ClaimQuota(quota)) {
			List<String> allowed = suspected.stream().filter((task) -> taken.take(task, max) > 0).toList();
			List<Suspect> claimed = allowed.isEmpty() ? List.of() : claimSuspects(epoch, queue, allowed, max, now);
			taken.used(claimed.stream().map(Suspect::message).toList());
			return claimed;
		}
	}

	private List<Suspect> claimSuspects(long epoch, String queue, List<String> suspected, int max, long now)
			throws SQLException {
		List<StoredMessage> claimed = new ArrayList<>();
		Map<Long, Integer> deaths = new HashMap<>();
		this.statements.each((row) -> {
			claimed.add(MessageTable.claimed(row, this.texts, this.checksum, this.shard, queue, epoch, now));
			deaths.put(row.getLong(1), row.getInt(20));
		}, MessageTable.CLAIMABLE_SUSPECTS, queue, JsonMapper.shared().writeValueAsString(suspected), max);
		this.books.readySuspects().changed();
		if (claimed.isEmpty()) {
			return List.of();
		}
		take(MessageTable.CLAIM_SUSPECTS, epoch, queue, claimed, now);
		return withoutDamaged(claimed, now).stream()
			.map((message) -> new Suspect(message, deaths.getOrDefault(message.id(), 1)))
			.toList();
	}

	/** Makes messages RUNNING and counts them so. */
	private void take(String sql, long epoch, String queue, List<StoredMessage> claimed, long now) throws SQLException {
		List<Long> ids = new ArrayList<>(claimed.size());
		claimed.forEach((message) -> ids.add(message.id()));
		int changed = this.statements.update(sql, epoch, now, LongJson.of(ids));
		if (changed != claimed.size()) {
			throw new SQLiteException("the ready index names " + claimed.size() + " messages of queue '" + queue
					+ "', of which " + changed + " are ready", SQLiteErrorCode.SQLITE_CORRUPT);
		}
		Map<String, Integer> byTask = new HashMap<>();
		for (StoredMessage message : claimed) {
			byTask.merge(message.task(), 1, Integer::sum);
			if (message.orderingKey() != null) {
				this.books.ordered();
			}
		}
		byTask.forEach((task, n) -> this.books.moved(queue, task, StateCode.READY, StateCode.RUNNING, n));
		this.crowds.changed(ids);
	}

	private List<StoredMessage> withoutDamaged(List<StoredMessage> claimed, long now) throws SQLException {
		List<StoredMessage> sound = claimed;
		for (StoredMessage message : claimed) {
			if (message.damaged()) {
				bury(message, now);
				sound = (sound != claimed) ? sound : new ArrayList<>(claimed);
				sound.remove(message);
			}
		}
		return sound;
	}

	private void bury(StoredMessage message, long now) throws SQLException {
		String reason = "The message is damaged: what is in the file is not what was stored. Its bytes are kept";
		logger.warn("Message {} of task '{}' in shard {} is DEAD. {}", new MessageId(message.id()),
				Names.oneLine(message.task()), this.shard, reason);
		this.settling.endAs(message.runKey(), MessageState.DEAD,
				new FailureRecord(0, FailureRecord.DAMAGED, reason, "", "", now, now), 1, null, now);
		this.lines.arrange(message.orderingKey());
		this.crowds.changed(List.of(message.id()));
	}

	private List<StoredMessage> claimTask(long epoch, String queue, String task, int max, ClaimQuota quota, long now)
			throws SQLException {
		List<StoredMessage> claimed = new ArrayList<>();
		int most = most(task, max, quota);
		if (most == 0) {
			return claimed;
		}
		Statements.RowReader reader = (row) -> claimed
			.add(MessageTable.claimed(row, this.texts, this.checksum, this.shard, queue, epoch, now));
		if (this.sequence.isNewestFirst(queue)) {
			this.newestFirst.read(queue, task, most, reader);
		}
		else {
			this.statements.each(reader, MessageTable.CLAIMABLE_OF_TASK, queue, task, most);
		}
		if (claimed.size() < most) {
			this.readyTasks.remove(queue, task);
		}
		return claimed;
	}

	/** How many messages of a task may be claimed. */
	private static int most(String task, int max, ClaimQuota quota) {
		int permits = quota.take(task, max);
		return Math.max(permits, (int) Math.min((long) permits * quota.messagesPerPermit(task), Claimer.MOST_MESSAGES));
	}

	/**
	 * Merges the tasks' ready messages in claim order, reading no more than is claimed.
	 */
	private List<StoredMessage> claimBest(long epoch, String queue, List<String> tasks, int max, ClaimQuota quota,
			long now) throws SQLException {
		List<Long> ids = this.sequence.isNewestFirst(queue) ? newestIds(queue, tasks, max, quota)
				: bestIds(queue, tasks, max, quota);
		List<StoredMessage> claimed = new ArrayList<>();
		if (!ids.isEmpty()) {
			this.statements.each(
					(row) -> claimed
						.add(MessageTable.claimed(row, this.texts, this.checksum, this.shard, queue, epoch, now)),
					MessageTable.CLAIMABLE_OF_IDS, LongJson.of(ids));
		}
		return claimed;
	}

	private List<Long> bestIds(String queue, List<String> tasks, int max, ClaimQuota quota) throws SQLException {
		List<Long> ids = new ArrayList<>();
		PriorityQueue<TaskCursor> cursors = new PriorityQueue<>();
		ClaimSize size = new ClaimSize(quota, max);
		try {
			for (String task : tasks) {
				int most = most(task, max, quota);
				if (most > 0) {
					advance(new TaskCursor(task, open(queue, task, most)), cursors, queue);
				}
			}
			while (!size.isFull() && !cursors.isEmpty()) {
				TaskCursor best = cursors.remove();
				if (size.isRoomFor(best.task())) {
					ids.add(best.id());
					advance(best, cursors, queue);
				}
				else {
					best.close();
				}
			}
		}
		finally {
			for (TaskCursor cursor : cursors) {
				cursor.close();
			}
		}
		return ids;
	}

	/**
	 * Reads as many of each task as there is room for: few, as nothing is claimed ahead.
	 */
	private List<Long> newestIds(String queue, List<String> tasks, int max, ClaimQuota quota) throws SQLException {
		List<Long> ids = new ArrayList<>();
		ClaimSize size = new ClaimSize(quota, max);
		int[] most = tasks.stream().mapToInt((task) -> most(task, max, quota)).toArray();
		Set<String> ready = new HashSet<>();
		for (NewestFirst.Ready message : this.newestFirst.ready(queue, tasks, most)) {
			ready.add(message.task());
			if (size.isRoomFor(message.task())) {
				ids.add(message.id());
			}
		}
		for (int i = 0; i < most.length; i++) {
			if (most[i] > 0 && !ready.contains(tasks.get(i))) {
				this.readyTasks.remove(queue, tasks.get(i));
			}
		}
		return ids;
	}

	private ResultSet open(String queue, String task, int max) throws SQLException {
		// Each open cursor needs a statement of its own.
		return this.statements.bindOwn(task, MessageTable.READY_OF_TASK, queue, task, max).executeQuery();
	}

	private void advance(TaskCursor cursor, PriorityQueue<TaskCursor> cursors, String queue) throws SQLException {
		if (cursor.next()) {
			cursors.add(cursor);
		}
		else {
			if (cursor.isEmpty()) {
				this.readyTasks.remove(queue, cursor.task());
			}
			cursor.close();
		}
	}

}
