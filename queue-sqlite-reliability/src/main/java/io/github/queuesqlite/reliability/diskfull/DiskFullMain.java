package io.github.queuesqlite.reliability.diskfull;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

import io.github.queuesqlite.EmbeddedQueue;
import io.github.queuesqlite.QueueOperations;
import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.message.NewMessage;
import io.github.queuesqlite.message.PartialEnqueueException;
import io.github.queuesqlite.message.QueueException;
import io.github.queuesqlite.message.QueueStats.ShardStats;
import io.github.queuesqlite.message.StoreUnavailableException;
import io.github.queuesqlite.reliability.Directories;
import io.github.queuesqlite.reliability.history.Integrity;
import io.github.queuesqlite.task.RetryPolicy;

/** The process whose disk is full, for one round. */
final class DiskFullMain {

	private static final String TASK = "work";

	private static final Duration PATIENCE = Duration.ofSeconds(120);

	/** An idle log is copied sooner. */
	private static final Duration QUIET = Duration.ofSeconds(1);

	/** How long another program takes each byte. */
	private static final Duration GREED = Duration.ofSeconds(3);

	/** What is there before the queue, and is freed in the end. */
	private static final int BALLAST = 24 * 1024 * 1024;

	private static final int TRIES_WHILE_FULL = 30;

	private final Path disk;

	private final Filling filling;

	private final RandomGenerator random;

	private final PrintStream out;

	private final Set<MessageId> accepted = new LinkedHashSet<>();

	/** Nobody knew whether they were stored. */
	private final Set<MessageId> doubtful = new HashSet<>();

	private final Set<MessageId> ran = ConcurrentHashMap.newKeySet();

	private final CountDownLatch handlers = new CountDownLatch(1);

	private int refused;

	private int failed;

	private DiskFullMain(Path disk, Filling filling, RandomGenerator random, PrintStream out) {
		this.disk = disk;
		this.filling = filling;
		this.random = random;
		this.out = out;
	}

	/**
	 * Runs one round.
	 * @param args the small file system, who fills it, and the seed
	 */
	@SuppressWarnings("SystemOut") // its parent reads it
	public static void main(String[] args) throws Exception {
		RandomGenerator random = RandomGeneratorFactory.of("SplittableRandom").create(Long.parseLong(args[2]));
		new DiskFullMain(Path.of(args[0]), Filling.valueOf(args[1]), random, System.out).run();
		System.out.println("end");
		Runtime.getRuntime().halt(0);
	}

	private void run() throws Exception {
		Path ballast = this.disk.resolve("ballast");
		Files.write(ballast, new byte[BALLAST]);
		Path directory = this.disk.resolve("queue");
		try (EmbeddedQueue queue = EmbeddedQueue.builder(directory)
			.shards(2)
			.concurrency(4)
			.retry(new RetryPolicy(3, Duration.ofMillis(20), 1, Duration.ofMillis(20), 0))
			.build()) {
			queue.tasks().register(TASK, String.class, (payload, context) -> {
				this.handlers.await();
				if (context.attempt() == 1 && context.id().value() % 10 == 0) {
					throw new IllegalStateException("the first time");
				}
				this.ran.add(context.id());
				return "r".repeat(200);
			});
			queue.start();
			QueueOperations operations = queue.operations();
			for (int i = 0; i < 300; i++) {
				this.accepted
					.add(operations.enqueue(message().delay(Duration.ofMillis(this.random.nextInt(3) * 500L))));
			}
			Path reserve = directory.resolve("default").resolve("disk.reserve");
			awaitReserve(reserve);
			awaitCopiedLogs(operations);
			try (DiskFiller filler = new DiskFiller(this.disk.resolve("filler"))) {
				fill(operations, filler);
				if (this.filling == Filling.OWN && Files.notExists(reserve)) {
					this.out
						.println("found SQLite failed before new messages were refused: the held room was given up");
				}
				workWhileFull(operations);
			}
			Files.delete(ballast);
			resume(operations);
			if (!operations.drain(PATIENCE)) {
				this.out.println("found not all messages end: " + operations.stats());
			}
			compare(operations);
		}
		Integrity.check(directory).forEach((what) -> this.out.println("found " + what));
		Directories.delete(directory);
	}

	private NewMessage message() {
		return NewMessage.to(TASK).payload("x".repeat(this.random.nextInt(1, 1500)));
	}

	/** The room that is held is made in the background, a second after the start. */
	private void awaitReserve(Path file) throws IOException {
		long start = System.nanoTime();
		while (!Files.exists(file) || Files.size(file) < 512 * 1024) {
			if (System.nanoTime() - start > PATIENCE.toNanos()) {
				this.out.println("found no room was held for the ends of runs");
				return;
			}
			pause(10);
		}
	}

	/**
	 * Until the logs owe the files nothing: what they owe when others fill the disk at
	 * once comes out of the held room, which is small on so small a disk.
	 */
	private void awaitCopiedLogs(QueueOperations operations) {
		long start = System.nanoTime();
		long free = -1;
		long since = start;
		while (System.nanoTime() - since < QUIET.toNanos() && System.nanoTime() - start < PATIENCE.toNanos()) {
			long now = free(this.disk);
			if (now != free || operations.stats().count(MessageState.SCHEDULED) > 0) {
				free = now;
				since = System.nanoTime();
			}
			pause(10);
		}
	}

	private void fill(QueueOperations operations, DiskFiller filler) {
		if (this.filling == Filling.OWN) {
			enqueueUntilRefused(operations);
			if (DiskFullMain.free(this.disk) == 0) {
				this.out.println("found nothing is left of the disk although new messages are refused");
			}
			return;
		}
		filler.fill();
		if (this.filling == Filling.GREEDY) {
			filler.takeEachByte();
		}
		enqueueUntilRefused(operations);
	}

	private static long free(Path disk) {
		return disk.toFile().getUsableSpace();
	}

	/** Until no shard takes any. */
	private void enqueueUntilRefused(QueueOperations operations) {
		// With its result it stays on its page: an end needs little room of its own.
		String payload = "x".repeat(3000);
		for (int i = 0; i < 20_000; i++) {
			try {
				this.accepted.add(operations.enqueue(NewMessage.to(TASK).payload(payload)));
			}
			catch (StoreUnavailableException ex) {
				if (isClear(ex)) {
					noteRefusal(ex);
				}
				else if (this.filling == Filling.OWN) {
					this.out.println("found SQLite failed before new messages were refused: " + ex.getMessage());
				}
				else {
					this.failed++;
					noteDoubt(ex);
				}
				if (operations.stats().shards().stream().noneMatch(ShardStats::accepting)) {
					return;
				}
			}
		}
		this.out.println("found new messages are taken although the disk is full: " + operations.stats().shards());
	}

	private static boolean isClear(QueueException ex) {
		String text = String.valueOf(ex.getMessage());
		return text.contains("disk full (") && text.contains(" reserved")
				&& text.contains("Enqueues are refused until space is freed; completions go on.")
				&& !text.contains("SQLITE");
	}

	private void noteDoubt(QueueException ex) {
		MessageId id = ex.messageId();
		if (id != null && String.valueOf(ex.getMessage()).contains("The outcome is unknown")) {
			this.doubtful.add(id);
		}
	}

	/** All that was accepted ends, and whatever is tried is refused, on the full disk. */
	private void workWhileFull(QueueOperations operations) {
		this.handlers.countDown();
		for (int i = 0; i < TRIES_WHILE_FULL; i++) {
			tryWhileFull(operations, i);
		}
		if (this.filling == Filling.GREEDY) {
			pause(GREED.toMillis());
		}
		else if (!operations.drain(PATIENCE)) {
			this.out.println("found runs do not end while the disk is full: " + operations.stats());
		}
		this.out.println("ended " + this.ran.size());
		this.out.println("refused " + this.refused);
		this.out.println("failed " + this.failed);
	}

	private void tryWhileFull(QueueOperations operations, int turn) {
		try {
			switch (turn % 3) {
				case 0 -> operations.enqueue(message().uniqueKey("key" + turn));
				case 1 -> operations.enqueueAsync(message()).join();
				default -> operations.enqueueAll(List.of(message(), message().idempotencyKey("key" + turn)));
			}
			this.out.println("found a message was taken although the disk is full");
		}
		catch (PartialEnqueueException ex) {
			this.accepted.addAll(ex.accepted().values());
			ex.failed().values().forEach(this::noteRefusal);
		}
		catch (CompletionException ex) {
			noteRefusal((ex.getCause() instanceof QueueException cause) ? cause : new QueueException(ex.toString()));
		}
		catch (QueueException ex) {
			noteRefusal(ex);
		}
		pause(this.random.nextInt(20));
	}

	private void noteRefusal(QueueException ex) {
		noteDoubt(ex);
		if (isClear(ex)) {
			this.refused++;
		}
		else {
			this.out.println("found a refusal that does not say that the disk is full: " + ex.getMessage());
		}
	}

	private void resume(QueueOperations operations) {
		long start = System.nanoTime();
		String why = "";
		while (System.nanoTime() - start < PATIENCE.toNanos()) {
			if (operations.stats().shards().stream().allMatch(ShardStats::accepting)) {
				try {
					for (int i = 0; i < 4; i++) {
						this.accepted.add(operations.enqueue(TASK, "after"));
					}
					this.out.println("resumed " + (System.nanoTime() - start) / 1_000_000);
					return;
				}
				catch (QueueException ex) {
					why = String.valueOf(ex.getMessage());
				}
			}
			pause(5);
		}
		this.out
			.println("found not resumed after " + PATIENCE.toSeconds() + " s: " + why + operations.stats().shards());
	}

	private void compare(QueueOperations operations) {
		for (MessageId id : this.accepted) {
			if (operations.find(id).isEmpty() || !this.ran.contains(id)) {
				this.out.println("found message " + id + " was accepted and is lost or did not run");
			}
		}
		for (MessageId id : this.ran) {
			if (!this.accepted.contains(id) && !this.doubtful.contains(id)) {
				this.out.println("found message " + id + " ran although nobody was told that it is stored");
			}
		}
	}

	private static void pause(long millis) {
		LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(millis));
	}

}
