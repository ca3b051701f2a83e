package io.github.queuesqlite.reliability.model;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

import io.github.queuesqlite.QueueOperations;
import io.github.queuesqlite.listen.ListenOperations;
import io.github.queuesqlite.message.DuplicateMessageException;
import io.github.queuesqlite.message.Message;
import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.message.MessageQuery;
import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.message.NewMessage;
import io.github.queuesqlite.message.OnDuplicate;
import io.github.queuesqlite.message.QueueException;
import io.github.queuesqlite.message.QueueTimeoutException;
import io.github.queuesqlite.message.TaskFailedException;
import org.jspecify.annotations.Nullable;

/**
 * A queue from its creation on, with the model beside it. A command is a number: it seeds
 * what is chosen among all that can be done at that moment, so that a sequence can be
 * shortened and still makes sense.
 */
final class Life implements AutoCloseable {

	private static final int IDEMPOTENCY_KEYS = 16;

	private static final int UNIQUE_KEYS = 8;

	private static final int LISTEN_KEYS = 4;

	private static final int MOST_SHARDS = 5;

	private static final Duration SHORT = Duration.ofMinutes(3);

	private static final Duration MIDDLE = Duration.ofHours(2);

	private static final Duration LONG = Duration.ofHours(26);

	private final Subject subject;

	private final Model model = new Model();

	private final List<String> history = new ArrayList<>();

	private RandomGenerator random = random(0);

	private int tags;

	Life(Path root, int shards, Duration patience) {
		this.subject = new Subject(root, shards, patience);
	}

	private static RandomGenerator random(long seed) {
		return RandomGeneratorFactory.of("SplittableRandom").create(seed);
	}

	/** What was done, a text for each command. */
	List<String> history() {
		return this.history;
	}

	/** Does something and compares. */
	void step(long command) throws IOException {
		this.random = random(command);
		int dice = this.random.nextInt(1000);
		if (dice < 240) {
			enqueueOne();
		}
		else if (dice < 290) {
			enqueueAll();
		}
		else if (dice < 380) {
			work();
		}
		else if (dice < 440) {
			begin();
		}
		else if (dice < 520) {
			end();
		}
		else if (dice < 570) {
			cancel();
		}
		else if (dice < 600) {
			delete();
		}
		else if (dice < 650) {
			retry();
		}
		else if (dice < 665) {
			retryAll();
		}
		else if (dice < 680) {
			purge();
		}
		else if (dice < 710) {
			updatePayload();
		}
		else if (dice < 750) {
			reschedule();
		}
		else if (dice < 810) {
			pass();
		}
		else if (dice < 860) {
			put();
		}
		else if (dice < 880) {
			remove();
		}
		else if (dice < 985) {
			look();
		}
		else if (dice < 990) {
			restart();
		}
		else if (dice < 995) {
			reopen();
		}
		else {
			die();
		}
	}

	private void did(String what) {
		this.history.add(what);
	}

	// ---- messages in

	private void enqueueOne() {
		Script script = script();
		NewMessage order = order(script);
		String queue = queueOf(order);
		did("enqueue " + script + " to " + queue + ", keys " + order.idempotencyKey() + ", " + order.uniqueKey()
				+ ", delay " + order.delay() + ", time to live " + order.timeToLive());
		if (this.random.nextInt(4) == 0) {
			enqueueOrThrow(order.onDuplicate(OnDuplicate.THROW), script, queue);
			compareNow();
			return;
		}
		enqueue(order, script, queue);
		compareNow();
	}

	private void enqueue(NewMessage order, Script script, String queue) {
		QueueOperations operations = this.subject.operations();
		CompletableFuture<Row.End> waiter = new CompletableFuture<>();
		int how = this.random.nextInt(4);
		MessageId id = switch (how) {
			case 0 -> operations.enqueueAsync(order).join();
			case 1 -> operations.enqueue(order,
					(message) -> waiter.complete(new Row.End(message.state(), message.result(String.class))));
			default -> operations.enqueue(order);
		};
		Row row = this.model.handed(order, script, queue, id, this.subject.now());
		if (how == 1) {
			row.waiters.add(waiter);
		}
	}

	private void enqueueOrThrow(NewMessage order, Script script, String queue) {
		try {
			MessageId id = this.subject.operations().enqueue(order);
			if (this.model.find(id) != null) {
				throw new Mismatch("Enqueue: expected an exception or a new message, found " + this.model.find(id));
			}
			this.model.handed(order, script, queue, id, this.subject.now());
		}
		catch (DuplicateMessageException ex) {
			Row existing = this.model.find(ex.existingId());
			if (existing == null || !existing.blocks(order)) {
				throw new Mismatch("Enqueue: expected a new message, found " + ex + ", which is " + existing);
			}
		}
	}

	private Script script() {
		int failures = (this.random.nextInt(3) == 0) ? 1 + this.random.nextInt(4) : 0;
		return new Script("s" + ++this.tags, failures, this.random.nextInt(12) == 0);
	}

	private NewMessage order(Script script) {
		NewMessage order = NewMessage.to((this.random.nextInt(3) == 0) ? Subject.HELD : Subject.WORK).payload(script);
		if (this.random.nextInt(3) == 0) {
			order = order.delay(some(SHORT));
		}
		if (this.random.nextInt(8) == 0) {
			order = order.timeToLive(some(SHORT).plusMillis(1));
		}
		if (this.random.nextInt(3) == 0) {
			order = order.idempotencyKey("i" + this.random.nextInt(IDEMPOTENCY_KEYS));
		}
		if (this.random.nextInt(3) == 0) {
			order = order.uniqueKey("u" + this.random.nextInt(UNIQUE_KEYS));
		}
		if (this.random.nextInt(3) == 0) {
			order = order.maxRetries(this.random.nextInt(3));
		}
		if (this.random.nextInt(4) == 0) {
			order = order.priority(this.random.nextInt(4)).tags("t" + this.random.nextInt(3)).header("h", script.tag());
		}
		return (this.random.nextInt(15) == 0) ? order.queue("elsewhere") : order;
	}

	private static String queueOf(NewMessage order) {
		String queue = order.queue();
		if (queue != null) {
			return queue;
		}
		return order.task().equals(Subject.HELD) ? Subject.HELD : "default";
	}

	private Duration some(Duration most) {
		return Duration.ofMillis(this.random.nextLong(most.toMillis()));
	}

	private void enqueueAll() {
		List<NewMessage> orders = new ArrayList<>();
		List<Script> scripts = new ArrayList<>();
		Set<String> keys = new HashSet<>();
		int count = 1 + this.random.nextInt(5);
		while (orders.size() < count) {
			Script script = script();
			NewMessage order = order(script);
			// Which of two in one call comes first is not promised.
			if ((order.idempotencyKey() == null || keys.add(order.idempotencyKey()))
					&& (order.uniqueKey() == null || keys.add(order.uniqueKey()))) {
				orders.add(order);
				scripts.add(script);
			}
		}
		did("enqueueAll " + scripts);
		List<MessageId> ids = this.subject.operations().enqueueAll(orders);
		Mismatch.expect("Ids of enqueueAll", orders.size(), ids.size());
		for (int i = 0; i < ids.size(); i++) {
			NewMessage order = orders.get(i);
			this.model.handed(order, scripts.get(i), queueOf(order), ids.get(i), this.subject.now());
		}
		compareNow();
	}

	// ---- runs

	/** Runs all that is ready in the default queue. */
	private void work() {
		List<Row> ready = this.model.ready("default");
		did("work " + ready);
		List<MessageId> expected = ready.stream().map((row) -> row.id).sorted().toList();
		Instant now = this.subject.now();
		for (Row row : ready) {
			row.start();
			if (row.script.permanent() || row.attempt <= row.script.failures()) {
				row.fail(now, row.script.permanent(), row.policyWait());
			}
			else {
				row.complete(now);
			}
		}
		MessageQuery busy = MessageQuery.all().queue("default").state(MessageState.READY, MessageState.RUNNING);
		this.subject.operations().resume("default");
		boolean quiet = this.subject.await(() -> this.subject.operations().list(busy.limit(1)).isEmpty());
		String status = quiet ? "" : this.subject.queue().status() + ", " + this.subject.operations().stats();
		this.subject.operations().pause("default");
		List<MessageId> ran = this.subject.takeRan();
		if (!quiet) {
			throw new Mismatch(
					"Work on %s: expected all to end, found that %s ran; %s".formatted(expected, ran, status));
		}
		Mismatch.expect("Handlers that ran", expected, ran);
		compareSoon();
	}

	/** Lets handlers begin that must be told how to end. */
	private void begin() {
		List<Row> ready = this.model.ready(Subject.HELD);
		Set<MessageId> before = this.subject.held();
		boolean noSuspect = this.model
			.rows((row) -> row.suspect && row.queue.equals(Subject.HELD) && !row.state.isEnded())
			.isEmpty();
		int most = Math.min(Subject.HELD_AT_ONCE - before.size(), ready.size());
		// A suspect may run alone.
		int least = noSuspect ? most : (before.isEmpty() ? Math.min(1, most) : 0);
		this.subject.operations().resume(Subject.HELD);
		boolean begun = this.subject.await(() -> this.subject.held().size() >= before.size() + least);
		this.subject.operations().pause(Subject.HELD);
		Set<MessageId> begunNow = new HashSet<>();
		// What was claimed before the pause begins all the same, or goes back.
		boolean settled = this.subject.await(() -> {
			begunNow.clear();
			begunNow.addAll(this.subject.held());
			return begunNow.equals(running());
		});
		begunNow.removeAll(before);
		did("begin " + begunNow + " of " + ready);
		Mismatch.expect("Handlers begin", true, begun);
		Mismatch.expect("What runs is with handlers", true, settled);
		for (MessageId id : begunNow) {
			Row row = this.model.find(id);
			if (row == null || !ready.contains(row)) {
				throw new Mismatch("Handler of message %s: expected one of %s".formatted(id, ready));
			}
			row.start();
		}
		compareSoon();
	}

	private Set<MessageId> running() {
		Set<MessageId> running = new HashSet<>();
		this.subject.operations()
			.list(MessageQuery.all().queue(Subject.HELD).state(MessageState.RUNNING))
			.forEach((message) -> running.add(message.id()));
		return running;
	}

	private void end() {
		Row row = any((each) -> each.state == MessageState.RUNNING);
		if (row == null) {
			return;
		}
		Subject.HeldEnd[] ends = Subject.HeldEnd.values();
		Subject.HeldEnd end = ends[this.random.nextInt(ends.length)];
		did("end " + row.id + " " + end);
		Instant now = this.subject.now();
		switch (end) {
			case RETURNS -> row.complete(now);
			case THROWS -> row.fail(now, false, row.policyWait());
			case DIES -> row.fail(now, true, Duration.ZERO);
			case RETRIES -> row.fail(now, false, Subject.RETRY_DELAY);
			case SNOOZES -> {
				row.attempt--;
				row.schedule(now.plus(Subject.RETRY_DELAY));
			}
		}
		this.subject.end(row.id, end);
		compareSoon();
	}

	// ---- steering

	private @Nullable Row any(Predicate<Row> selected) {
		List<Row> rows = this.model.rows((row) -> !row.mayBeGone && selected.test(row));
		return rows.isEmpty() ? null : rows.get(this.random.nextInt(rows.size()));
	}

	private @Nullable Row any() {
		return any((row) -> true);
	}

	private void cancel() {
		Row row = any((each) -> !each.state.isEnded() || this.random.nextInt(4) == 0);
		if (row == null) {
			return;
		}
		did("cancel " + row);
		boolean ended = row.state.isEnded();
		Mismatch.expect("Cancel of " + row, !ended, this.subject.operations().cancel(row.id));
		if (!ended) {
			row.end(MessageState.CANCELLED, this.subject.now());
		}
		compareSoon();
	}

	private void delete() {
		Row row = any();
		if (row == null) {
			return;
		}
		did("delete " + row);
		boolean running = row.state == MessageState.RUNNING;
		Mismatch.expect("Delete of " + row, !running, this.subject.operations().delete(row.id));
		if (!running) {
			this.model.remove(row);
			Mismatch.expect("Deleted message", true, this.subject.operations().find(row.id).isEmpty());
			Mismatch.expect("Second delete of " + row, false, this.subject.operations().delete(row.id));
		}
		compareNow();
	}

	private void retry() {
		Row row = any((each) -> each.state.isEnded() || this.random.nextInt(8) == 0);
		if (row == null) {
			return;
		}
		did("retry " + row);
		boolean may = this.model.mayRetry(row);
		Mismatch.expect("Retry of " + row, may, this.subject.operations().retry(row.id));
		if (may) {
			row.revive();
		}
		compareNow();
	}

	private void retryAll() {
		MessageState state = MessageState.values()[this.random.nextInt(MessageState.values().length)];
		String task = (this.random.nextInt(2) == 0) ? Subject.WORK : Subject.HELD;
		Predicate<Row> selected = (row) -> row.state == state && row.order.task().equals(task);
		did("retryAll " + task + " " + state);
		int retried = this.subject.operations().retryAll(MessageQuery.all().task(task).state(state).limit(1));
		// Which of several with the same key comes back is not promised.
		for (Row row : this.model.rows(selected.and((row) -> row.state.isEnded()))) {
			boolean back = this.subject.operations()
				.find(row.id)
				.filter((message) -> !message.state().isEnded())
				.isPresent();
			if (back) {
				Mismatch.expect("Retry of " + row, true, this.model.mayRetry(row));
				row.revive();
				retried--;
			}
		}
		Mismatch.expect("Messages retried beyond those that came back", 0, retried);
		Mismatch.expect("Messages that were not retried", List.of(),
				this.model.rows(selected.and(this.model::mayRetry).and((row) -> !row.mayBeGone)));
		compareNow();
	}

	private void purge() {
		MessageState state = MessageState.values()[this.random.nextInt(MessageState.values().length)];
		did("purge " + state);
		List<Row> gone = this.model.rows((row) -> row.state == state && state != MessageState.RUNNING);
		long sure = gone.stream().filter((row) -> !row.mayBeGone).count();
		int purged = this.subject.operations().purge(MessageQuery.all().state(state).limit(1));
		if (purged < sure || purged > gone.size()) {
			throw new Mismatch("Purge: expected %d to %d messages, found %d".formatted(sure, gone.size(), purged));
		}
		gone.forEach(this.model::remove);
		compareNow();
	}

	private void updatePayload() {
		Row row = any((each) -> each.isWaiting() || this.random.nextInt(4) == 0);
		if (row == null) {
			return;
		}
		did("updatePayload " + row);
		Script script = script();
		Mismatch.expect("New payload of " + row, row.isWaiting(),
				this.subject.operations().updatePayload(row.id, script));
		if (row.isWaiting()) {
			row.script = script;
		}
		compareNow();
	}

	private void reschedule() {
		Row row = any((each) -> each.isWaiting() || this.random.nextInt(4) == 0);
		if (row == null) {
			return;
		}
		Instant runAt = this.subject.now().plus(some(SHORT)).minus(some(SHORT));
		did("reschedule " + row + " to " + runAt);
		Mismatch.expect("New due time of " + row, row.isWaiting(), this.subject.operations().reschedule(row.id, runAt));
		if (row.isWaiting()) {
			row.schedule(runAt);
			this.model.pass(this.subject.now());
		}
		compareNow();
	}

	private void pass() {
		Duration duration = switch (this.random.nextInt(20)) {
			case 0 -> LONG;
			case 1, 2, 3 -> some(MIDDLE);
			case 4, 5 -> some(SHORT).negated();
			default -> some(SHORT);
		};
		did("pass " + duration);
		this.subject.pass(duration);
		compareSoon();
	}

	// ---- listen data

	private void put() {
		String key = "k" + this.random.nextInt(LISTEN_KEYS);
		String value = "v" + this.random.nextInt(3);
		did("put " + key + " " + value);
		long version = this.subject.queue().listen().put(key, value);
		Model.Value before = this.model.values.get(key);
		if (before != null && before.value().equals(value)) {
			Mismatch.expect("Version of an equal value", before.version(), version);
		}
		else if (version <= this.model.versions.getOrDefault(key, 0L)) {
			throw new Mismatch("Version of %s: expected more than %s, found %d".formatted(key,
					this.model.versions.get(key), version));
		}
		this.model.values.put(key, new Model.Value(version, value));
		this.model.versions.put(key, version);
		compareListen();
	}

	private void remove() {
		String key = "k" + this.random.nextInt(LISTEN_KEYS);
		did("remove " + key);
		Mismatch.expect("Removal of " + key, this.model.values.remove(key) != null,
				this.subject.queue().listen().remove(key));
		compareListen();
	}

	private void compareListen() {
		ListenOperations listen = this.subject.queue().listen();
		Map<String, Model.Value> values = new TreeMap<>();
		listen.getAll()
			.forEach((key, value) -> values.put(key, new Model.Value(value.version(), value.as(String.class))));
		Mismatch.expect("Listen data", this.model.values, values);
		Mismatch.expect("Size of the listen data", (long) values.size(), listen.size());
		Mismatch.expect("Keys of the listen data", this.model.values.keySet(), listen.keys());
	}

	/** The listener has the latest of each value. */
	private void compareDelivered() {
		this.model.values.forEach((key, value) -> Mismatch.expect("Delivery of " + key + " " + value, true,
				this.subject.await(() -> this.subject.delivered(key) >= value.version())));
	}

	// ---- looks

	private void look() {
		QueueOperations operations = this.subject.operations();
		did("look");
		Row row = any();
		if (row != null) {
			Message message = operations.find(row.id).orElseThrow(() -> new Mismatch(row + " is not found"));
			row.compare(message);
			await(row);
			if (row.order.idempotencyKey() != null) {
				Mismatch.expect("Message with the key " + row.order.idempotencyKey(), row.id,
						operations.findByKey(row.order.idempotencyKey()).map(Message::id).orElse(null));
			}
		}
		String free = "i" + this.random.nextInt(IDEMPOTENCY_KEYS);
		if (this.model.rows((each) -> free.equals(each.order.idempotencyKey())).isEmpty()) {
			Mismatch.expect("Message with the key " + free, true, operations.findByKey(free).isEmpty());
		}
		lookAtList(operations);
		this.model.compare(operations.stats());
		compareDelivered();
		compareNow();
	}

	private void await(Row row) {
		Row.End end;
		try {
			end = new Row.End(MessageState.COMPLETED,
					this.subject.operations().await(row.id, String.class, Duration.ZERO));
		}
		catch (TaskFailedException ex) {
			end = new Row.End(ex.state(), null);
		}
		catch (QueueTimeoutException ex) {
			end = null;
		}
		catch (QueueException ex) {
			throw new Mismatch("Await of " + row + " failed: " + ex);
		}
		if (!row.state.isEnded() && end != null) {
			throw new Mismatch("Await of %s: expected no end, found %s".formatted(row, end));
		}
		if (end != null) {
			Mismatch.expect("Await of " + row, new Row.End(row.state, row.result), end);
		}
	}

	private void lookAtList(QueueOperations operations) {
		MessageState state = MessageState.values()[this.random.nextInt(MessageState.values().length)];
		String tag = "t" + this.random.nextInt(3);
		int limit = 1 + this.random.nextInt(5);
		boolean byTag = this.random.nextInt(2) == 0;
		List<Row> rows = this.model.rows((row) -> row.state == state && (!byTag || row.order.tags().contains(tag)));
		if (rows.stream().noneMatch((row) -> row.mayBeGone)) {
			MessageQuery query = MessageQuery.all().state(state).limit(limit);
			List<MessageId> found = operations.list(byTag ? query.tag(tag) : query).stream().map(Message::id).toList();
			Mismatch.expect("List of " + limit + " " + state + (byTag ? " with tag " + tag : ""),
					rows.stream().map((row) -> row.id).sorted().limit(limit).toList(), found);
		}
	}

	// ---- ends and begins

	private @Nullable Integer shards() {
		return (this.random.nextInt(3) == 0) ? null : 1 + this.random.nextInt(MOST_SHARDS);
	}

	private void restart() {
		did("restart");
		this.model.stop();
		this.subject.restart();
		compareSoon();
	}

	private void reopen() {
		Integer shards = shards();
		did("close and open with shards " + shards);
		this.model.stop();
		this.model.rows().forEach((row) -> row.waiters.clear());
		this.subject.reopen(shards);
		compareSoon();
		compareListen();
	}

	private void die() throws IOException {
		Integer shards = shards();
		did("die and open with shards " + shards);
		this.model.die(this.subject.now());
		this.subject.die(shards);
		compareSoon();
		compareListen();
	}

	/** At last: everything is there after another start, and what is too old goes. */
	void finish() throws IOException {
		this.random = random(0);
		compareDelivered();
		reopen();
		die();
		did("pass " + LONG + ", close and open");
		this.subject.pass(LONG);
		compareSoon();
		reopen();
		boolean pruned = this.subject.await(() -> {
			compareNow();
			return this.model.rows((row) -> row.mayBeGone).isEmpty();
		});
		Mismatch.expect("Messages that are too old are pruned", true, pruned);
		this.model.compare(this.subject.operations().stats());
	}

	// ---- comparison

	/** What was done has no consequence that comes later. */
	private void compareNow() {
		List<Message> messages = new ArrayList<>();
		MessageQuery query = MessageQuery.all().limit(MessageQuery.MAX_LIMIT);
		List<Message> page = this.subject.operations().list(query);
		while (!page.isEmpty()) {
			messages.addAll(page);
			page = this.subject.operations().list(query.after(page.get(page.size() - 1).id()));
		}
		this.model.compare(messages);
		Mismatch.expect("Handlers that ran", List.of(), this.subject.takeRan());
		Mismatch.expect("Handlers that run", Set
			.copyOf(this.model.rows((row) -> row.state == MessageState.RUNNING).stream().map((row) -> row.id).toList()),
				this.subject.held());
		compareWaiters();
	}

	/** Waits until services have done what is theirs. */
	private void compareSoon() {
		this.model.pass(this.subject.now());
		Mismatch[] latest = new Mismatch[1];
		boolean agreed = this.subject.await(() -> {
			try {
				compareNow();
				return true;
			}
			catch (Mismatch ex) {
				latest[0] = ex;
				return false;
			}
		});
		if (!agreed) {
			throw latest[0];
		}
	}

	private void compareWaiters() {
		for (Row row : this.model.rows((each) -> each.state.isEnded() && !each.waiters.isEmpty())) {
			Row.End end = new Row.End(row.state, row.result);
			for (CompletableFuture<Row.End> waiter : row.waiters) {
				Mismatch.expect("Who waits for " + row + " is told", end, told(waiter));
			}
			row.waiters.clear();
		}
	}

	private Row.@Nullable End told(CompletableFuture<Row.End> waiter) {
		try {
			return waiter.get(this.subject.patience().toNanos(), TimeUnit.NANOSECONDS);
		}
		catch (TimeoutException ex) {
			return null;
		}
		catch (ExecutionException | CompletionException ex) {
			throw new Mismatch("Who waits was told " + ex.getCause());
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException(ex);
		}
	}

	@Override
	public void close() {
		this.subject.close();
	}

}
