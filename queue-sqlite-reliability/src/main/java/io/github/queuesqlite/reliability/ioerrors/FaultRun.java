package io.github.queuesqlite.reliability.ioerrors;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.function.Predicate;

import io.github.queuesqlite.EmbeddedQueue;
import io.github.queuesqlite.QueueOperations;
import io.github.queuesqlite.message.Message;
import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.message.MessageQuery;
import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.message.NewMessage;
import io.github.queuesqlite.message.PartialEnqueueException;
import io.github.queuesqlite.message.QueueException;
import io.github.queuesqlite.reliability.history.Integrity;
import io.github.queuesqlite.store.Retention;
import io.github.queuesqlite.task.PermanentTaskException;
import io.github.queuesqlite.task.TaskContext;
import org.jspecify.annotations.Nullable;

/**
 * One scenario with one fault: what was told, and whether it is true afterwards.
 */
final class FaultRun {

	static final String TASK = "work";

	/** For what must come by itself once the fault is over. */
	private static final Duration PATIENCE = Duration.ofSeconds(60);

	private final Path directory;

	private final Scenario scenario;

	private final List<String> found = Collections.synchronizedList(new ArrayList<>());

	private final Set<MessageId> accepted = new HashSet<>();

	private final Map<MessageId, Expectation> expected = new HashMap<>();

	private final Map<MessageId, Integer> runs = new ConcurrentHashMap<>();

	/** Whose end was told. */
	private final Set<MessageId> completed = ConcurrentHashMap.newKeySet();

	private CountDownLatch handlers = new CountDownLatch(0);

	private List<Message> initial = List.of();

	private String putValue = "";

	private long putVersion;

	private boolean refused;

	private @Nullable EmbeddedQueue queue;

	FaultRun(Path directory, Scenario scenario) {
		this.directory = directory;
		this.scenario = scenario;
	}

	/** Makes the directory that the runs begin with. */
	static void prepare(Path directory) {
		try (EmbeddedQueue queue = EmbeddedQueue.builder(directory).shards(2).build()) {
			QueueOperations operations = queue.operations();
			queue.tasks().register(TASK, String.class, (payload, context) -> {
				if (payload.startsWith("dead")) {
					throw new PermanentTaskException("as told");
				}
				return payload;
			});
			queue.start();
			for (int i = 0; i < 6; i++) {
				operations.enqueue(NewMessage.to(TASK).payload("done"));
				operations.enqueue(NewMessage.to(TASK).payload("dead"));
			}
			operations.drain(PATIENCE);
			queue.stop();
			for (int i = 0; i < 6; i++) {
				operations.enqueue(NewMessage.to(TASK).payload("ready"));
				operations.enqueue(NewMessage.to(TASK).payload("keyed").idempotencyKey("i" + i).uniqueKey("u" + i));
				operations.enqueue(NewMessage.to(TASK).payload("later").delay(Duration.ofDays(1)));
			}
			queue.listen().put("key", "value0");
		}
	}

	// ---- what scenarios do

	List<Message> initial() {
		return this.initial;
	}

	QueueOperations operations() {
		return required().operations();
	}

	private EmbeddedQueue required() {
		if (this.queue == null) {
			throw new IllegalStateException("The queue is not open");
		}
		return this.queue;
	}

	void open() {
		open(0);
	}

	void open(int shards) {
		told("open", () -> {
			EmbeddedQueue.Builder builder = EmbeddedQueue.builder(this.directory)
				.pollInterval(Duration.ofMillis(50))
				// Made in the background, it would be the n-th write at random.
				.diskReserve(0)
				.drainTimeout(Duration.ofMillis(100));
			if (shards > 0) {
				builder.shards(shards);
			}
			if (this.scenario.prunes()) {
				builder.retention(new Retention(Duration.ofDays(1), Duration.ofDays(1), Duration.ofDays(1),
						Duration.ofDays(1), 0));
			}
			this.queue = builder.build();
			this.queue.tasks().register(TASK, String.class, this::handle);
		});
	}

	private @Nullable Object handle(String payload, TaskContext context) throws InterruptedException {
		this.runs.merge(context.id(), 1, Integer::sum);
		if (this.completed.contains(context.id())) {
			this.found.add("message " + context.id() + " runs although its end was told");
		}
		this.handlers.await();
		return payload;
	}

	void holdHandlers() {
		this.handlers = new CountDownLatch(1);
	}

	void start() {
		EmbeddedQueue open = this.queue;
		if (open != null) {
			told("start", open::start);
		}
	}

	void close() {
		EmbeddedQueue open = this.queue;
		this.queue = null;
		if (open != null) {
			told("close", open::close);
		}
	}

	void enqueue(NewMessage message) {
		told("enqueue", () -> this.accepted.add(operations().enqueue(message, this::ended)));
	}

	private void ended(Message message) {
		if (message.state() == MessageState.COMPLETED) {
			this.completed.add(message.id());
		}
	}

	void enqueueAll(Collection<NewMessage> messages) {
		told("enqueueAll", () -> this.accepted.addAll(operations().enqueueAll(messages)));
	}

	void put(String key, String value) {
		told("put", () -> {
			this.putVersion = required().listen().put(key, value);
			this.putValue = value;
		});
	}

	/** Does something that, when it says true, must hold afterwards. */
	void expectAfter(MessageId id, String what, Predicate<MessageId> change, Predicate<Message> holds) {
		told(what, () -> {
			if (change.test(id)) {
				this.expected.put(id, new Expectation(what, holds));
			}
		});
	}

	/** Waits, but not for long, until all handlers have ended. */
	void settle(Duration patience) {
		told("drain", () -> operations().drain(patience));
	}

	void pause(Duration duration) {
		Scenario.park(duration);
	}

	/** A failure must be told by an exception of the queue. */
	private void told(String what, Runnable call) {
		try {
			call.run();
		}
		catch (PartialEnqueueException ex) {
			this.refused = true;
			this.accepted.addAll(ex.accepted().values());
		}
		catch (QueueException ex) {
			this.refused = true;
			if (ex.getMessage() == null || ex.getMessage().isBlank()) {
				this.found.add(what + " failed without a reason");
			}
		}
		catch (RuntimeException | Error ex) {
			this.found.add(what + " failed with " + ex + " instead of a QueueException");
		}
	}

	// ---- before, between and after

	void begin() {
		if (!this.scenario.opens()) {
			open();
			this.initial = operations().list(MessageQuery.all());
		}
	}

	/** While one shard cannot be written, the other accepts. */
	void checkOthersGoOn() {
		if (this.queue == null || !this.scenario.match().equals(Scenario.SHARD_0)) {
			return;
		}
		int accepted = 0;
		for (int i = 0; i < 8 && accepted == 0; i++) {
			try {
				this.accepted.add(operations().enqueue(TASK, "meanwhile"));
				accepted++;
			}
			catch (QueueException ex) {
				this.refused = true;
			}
		}
		if (accepted == 0) {
			this.found.add("while shard 0 fails, nothing is accepted by the other shard");
		}
	}

	/** After the fault all works again, by itself. */
	void checkService() {
		this.handlers.countDown();
		EmbeddedQueue open = this.queue;
		if (open == null) {
			return;
		}
		long start = System.nanoTime();
		String why = "";
		do {
			why = tryService(open);
			if (!why.isEmpty()) {
				Scenario.park(Duration.ofMillis(20));
			}
		}
		while (!why.isEmpty() && System.nanoTime() - start < PATIENCE.toNanos());
		if (!why.isEmpty()) {
			this.found.add(PATIENCE.toSeconds() + " s after the fault, the service has not resumed: " + why);
		}
	}

	/** One message for each shard, and listen data. */
	private String tryService(EmbeddedQueue open) {
		try {
			for (int i = 0; i < 3; i++) {
				this.accepted.add(open.operations().enqueue(TASK, "after"));
			}
			this.putVersion = open.listen().put("key", "after");
			this.putValue = "after";
			if (!open.status().unwritable().isEmpty()) {
				return open.status().unwritable().toString();
			}
			open.start();
			return open.operations().drain(Duration.ofSeconds(20)) ? "" : "drain: " + open.operations().stats();
		}
		catch (QueueException ex) {
			return String.valueOf(ex.getMessage());
		}
	}

	/** What was told is true when the files are opened without faults. */
	void checkFiles() throws IOException {
		close();
		this.found.addAll(Integrity.check(this.directory));
		try (EmbeddedQueue again = EmbeddedQueue.builder(this.directory).build()) {
			this.queue = again;
			this.initial.stream()
				.filter((message) -> !this.scenario.prunes() || !message.state().isEnded())
				.forEach((message) -> this.accepted.add(message.id()));
			if (!this.scenario.prunes()) {
				this.accepted.forEach((id) -> check(id, again.operations().find(id)));
			}
			if (!this.putValue.isEmpty()) {
				String value = again.listen().get("key", String.class).orElse("");
				if (!value.equals(this.putValue) && !this.refused
						|| again.listen().version("key").orElse(0) < this.putVersion) {
					this.found.add("listen data has " + value + ", put returned for " + this.putValue);
				}
			}
			again.tasks().register(TASK, String.class, this::handle);
			again.start();
			if (!again.operations().drain(PATIENCE)) {
				this.found.add("opened again, not all messages end: " + again.operations().stats());
			}
		}
		catch (QueueException ex) {
			this.found.add("without faults, the queue does not open again: " + ex);
		}
		finally {
			this.queue = null;
		}
	}

	private void check(MessageId id, Optional<Message> message) {
		if (message.isEmpty()) {
			this.found.add("message " + id + " was accepted and is lost");
			return;
		}
		Expectation expectation = this.expected.get(id);
		boolean ran = this.runs.containsKey(id);
		if (expectation != null && !ran && !expectation.holds().test(message.get())) {
			this.found.add(expectation.what() + " of message " + id + " returned true, yet it is "
					+ message.get().state() + " at " + message.get().runAt());
		}
		if (this.completed.contains(id) && message.get().state() != MessageState.COMPLETED) {
			this.found.add("the end of message " + id + " was told, yet it is " + message.get().state());
		}
	}

	List<String> found() {
		return List.copyOf(this.found);
	}

	boolean isRefused() {
		return this.refused;
	}

	/** What must hold. */
	private record Expectation(String what, Predicate<Message> holds) {

	}

}
