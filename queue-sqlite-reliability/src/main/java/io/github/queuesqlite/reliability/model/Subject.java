package io.github.queuesqlite.reliability.model;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

import io.github.queuesqlite.Durability;
import io.github.queuesqlite.EmbeddedQueue;
import io.github.queuesqlite.QueueOperations;
import io.github.queuesqlite.listen.DataChange;
import io.github.queuesqlite.listen.ListenerDefinition;
import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.reliability.Directories;
import io.github.queuesqlite.task.PermanentTaskException;
import io.github.queuesqlite.task.RetryPolicy;
import io.github.queuesqlite.task.RetryTaskException;
import io.github.queuesqlite.task.TaskContext;
import io.github.queuesqlite.task.TaskDefinition;
import org.jspecify.annotations.Nullable;

/**
 * The queue that is compared with the model: its handlers do as they are told, its clock
 * moves by hand, and its process can die.
 */
final class Subject implements AutoCloseable {

	/** Its handlers end by themselves. */
	static final String WORK = "work";

	/** Its handlers run until they are told how to end. */
	static final String HELD = "held";

	static final int HELD_AT_ONCE = 2;

	static final Duration RETRY_DELAY = Duration.ofSeconds(90);

	static final RetryPolicy RETRY = new RetryPolicy(3, Duration.ofMinutes(1), 2, Duration.ofMinutes(10), 0);

	private final Path root;

	private final Duration patience;

	private volatile Instant now = Instant.parse("2026-01-01T00:00:00Z");

	private final Map<MessageId, CompletableFuture<HeldEnd>> held = new ConcurrentHashMap<>();

	private final ConcurrentLinkedQueue<MessageId> ran = new ConcurrentLinkedQueue<>();

	private final Map<String, Long> delivered = new ConcurrentHashMap<>();

	private int lives;

	private EmbeddedQueue queue;

	Subject(Path root, int shards, Duration patience) {
		this.root = root;
		this.patience = patience;
		this.queue = open(shards);
	}

	private EmbeddedQueue open(@Nullable Integer shards) {
		EmbeddedQueue.Builder builder = EmbeddedQueue.builder(directory())
			.clock(() -> this.now)
			.durability(Durability.NORMAL)
			// Its file would be copied with each life.
			.diskReserve(0)
			.pollInterval(Duration.ofMillis(10))
			.drainTimeout(Duration.ofMillis(10))
			.leaseDuration(Duration.ofHours(1))
			.concurrency(4)
			.queue(HELD, HELD_AT_ONCE)
			.retry(RETRY);
		if (shards != null) {
			builder.shards(shards);
		}
		EmbeddedQueue opened = builder.build();
		opened.tasks().register(TaskDefinition.builder(WORK, Script.class, this::work).build());
		opened.tasks().register(TaskDefinition.builder(HELD, Script.class, this::hold).queue(HELD).build());
		opened.listeners()
			.register(new ListenerDefinition("listener", List.of("*"), String.class, true, this::onChange));
		opened.operations().pause("default");
		opened.operations().pause(HELD);
		opened.start();
		return opened;
	}

	private Path directory() {
		return this.root.resolve("life-" + this.lives);
	}

	private Object work(Script script, TaskContext context) {
		this.ran.add(context.id());
		if (script.permanent()) {
			throw new PermanentTaskException("as told");
		}
		if (context.attempt() <= script.failures()) {
			throw new IllegalStateException("as told");
		}
		return script.tag();
	}

	private Object hold(Script script, TaskContext context) throws InterruptedException, ExecutionException {
		CompletableFuture<HeldEnd> end = new CompletableFuture<>();
		this.held.put(context.id(), end);
		try {
			return switch (end.get()) {
				case RETURNS -> script.tag();
				case THROWS -> throw new IllegalStateException("as told");
				case DIES -> throw new PermanentTaskException("as told");
				case RETRIES -> throw new RetryTaskException(RETRY_DELAY);
				case SNOOZES -> throw new RetryTaskException(RETRY_DELAY).withoutAttempt();
			};
		}
		finally {
			this.held.remove(context.id(), end);
		}
	}

	private void onChange(DataChange<?> change) {
		this.delivered.merge(change.key(), change.version(), Math::max);
	}

	EmbeddedQueue queue() {
		return this.queue;
	}

	QueueOperations operations() {
		return this.queue.operations();
	}

	Instant now() {
		return this.now;
	}

	void pass(Duration duration) {
		this.now = this.now.plus(duration);
	}

	/** Which messages the handlers of {@link #WORK} have run since the last call. */
	List<MessageId> takeRan() {
		List<MessageId> taken = new ArrayList<>();
		MessageId id;
		while ((id = this.ran.poll()) != null) {
			taken.add(id);
		}
		taken.sort(Comparator.naturalOrder());
		return taken;
	}

	/** Which messages are with the handlers of {@link #HELD}. */
	Set<MessageId> held() {
		return Set.copyOf(this.held.keySet());
	}

	void end(MessageId id, HeldEnd end) {
		CompletableFuture<HeldEnd> future = this.held.get(id);
		if (future == null) {
			throw new Mismatch("Message " + id + ": expected a running handler, found none");
		}
		future.complete(end);
	}

	/** The latest version of the key that the listener got; 0 before. */
	long delivered(String key) {
		return this.delivered.getOrDefault(key, 0L);
	}

	void restart() {
		this.queue.stop();
		this.queue.start();
	}

	void reopen(@Nullable Integer shards) {
		this.queue.close();
		this.queue = open(shards);
	}

	/** The process dies: what is in the files is all that the next one has. */
	void die(@Nullable Integer shards) throws IOException {
		Path old = directory();
		this.lives++;
		copy(old, directory());
		this.queue.close();
		this.held.clear();
		this.ran.clear();
		Directories.delete(old);
		this.queue = open(shards);
	}

	/** Logs first: what is moved from a log to its file meanwhile is then in both. */
	private static void copy(Path from, Path to) throws IOException {
		List<Path> paths;
		try (Stream<Path> walk = Files.walk(from)) {
			paths = walk.filter((path) -> !path.toString().endsWith("-shm"))
				.sorted(Comparator
					.comparing((Path path) -> path.toString().endsWith("-wal") ? 1 : Files.isDirectory(path) ? 0 : 2))
				.toList();
		}
		for (Path path : paths) {
			Path target = to.resolve(from.relativize(path).toString());
			if (Files.isDirectory(path)) {
				Files.createDirectories(target);
			}
			else {
				Files.copy(path, target);
			}
		}
	}

	/** How long to wait for what comes by itself. */
	Duration patience() {
		return this.patience;
	}

	/** Waits for what comes by itself. */
	boolean await(BooleanSupplier condition) {
		long end = System.nanoTime() + this.patience.toNanos();
		while (!condition.getAsBoolean()) {
			if (System.nanoTime() > end) {
				return false;
			}
			try {
				Thread.sleep(1);
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
				throw new IllegalStateException(ex);
			}
		}
		return true;
	}

	@Override
	public void close() {
		this.queue.close();
		try {
			Directories.delete(this.root);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/** How a held handler ends. */
	enum HeldEnd {

		/** Completes. */
		RETURNS,

		/** Fails and is retried as its policy says. */
		THROWS,

		/** Fails for good. */
		DIES,

		/** Asks for another attempt. */
		RETRIES,

		/** Asks for another attempt that does not count. */
		SNOOZES

	}

}
