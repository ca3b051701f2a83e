package io.github.queuesqlite.reliability.diskfull;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

import io.github.queuesqlite.EmbeddedQueue;
import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.message.NewMessage;
import io.github.queuesqlite.message.QueueException;
import io.github.queuesqlite.message.StoreUnavailableException;
import io.github.queuesqlite.reliability.Directories;
import io.github.queuesqlite.reliability.history.Integrity;

/** The process whose disk is full: round after round, each in a fresh directory. */
final class DiskFullMain {

	private static final String TASK = "work";

	private static final Duration PATIENCE = Duration.ofSeconds(120);

	/** The freed space holds the log of what was accepted a second time. */
	private static final int BALLAST = 24 * 1024 * 1024;

	private final Path disk;

	private final RandomGenerator random;

	private final PrintStream out;

	private final List<MessageId> accepted = new ArrayList<>();

	private final Set<MessageId> ran = ConcurrentHashMap.newKeySet();

	private final CountDownLatch handlers = new CountDownLatch(1);

	private DiskFullMain(Path disk, RandomGenerator random, PrintStream out) {
		this.disk = disk;
		this.random = random;
		this.out = out;
	}

	/**
	 * Runs one round.
	 * @param args the small file system and the seed
	 */
	@SuppressWarnings("SystemOut") // its parent reads it
	public static void main(String[] args) throws Exception {
		RandomGenerator random = RandomGeneratorFactory.of("SplittableRandom").create(Long.parseLong(args[1]));
		new DiskFullMain(Path.of(args[0]), random, System.out).run();
		System.out.println("end");
		Runtime.getRuntime().halt(0);
	}

	private void run() throws Exception {
		Path ballast = this.disk.resolve("ballast");
		Files.write(ballast, new byte[BALLAST]);
		Path directory = this.disk.resolve("queue");
		try (EmbeddedQueue queue = EmbeddedQueue.builder(directory).shards(2).concurrency(2).build()) {
			queue.tasks().register(TASK, String.class, (payload, context) -> {
				this.handlers.await();
				this.ran.add(context.id());
				return null;
			});
			queue.start();
			for (int i = 0; i < 10; i++) {
				this.accepted.add(queue.operations().enqueue(TASK, "before"));
			}
			fill(this.disk.resolve("filler"), this.random.nextInt(1, 400) * 1024L);
			enqueueUntilRefused(queue);
			this.handlers.countDown();
			LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(300));
			this.out.println("ended " + this.ran.size());
			Files.delete(ballast);
			Files.delete(this.disk.resolve("filler"));
			resume(queue);
			if (!queue.operations().drain(PATIENCE)) {
				this.out.println("found not all messages end: " + queue.operations().stats());
			}
			for (MessageId id : this.accepted) {
				if (queue.operations().find(id).isEmpty() || !this.ran.contains(id)) {
					this.out.println("found message " + id + " was accepted and is lost or did not run");
				}
			}
		}
		Integrity.check(directory).forEach((what) -> this.out.println("found " + what));
		Directories.delete(directory);
	}

	/** Leaves so many bytes. */
	private static void fill(Path file, long left) throws IOException {
		long free = Files.getFileStore(file.toAbsolutePath().getParent()).getUsableSpace() - left;
		try (OutputStream stream = Files.newOutputStream(file)) {
			byte[] chunk = new byte[4096];
			for (long n = 0; n < free / chunk.length; n++) {
				stream.write(chunk);
			}
		}
	}

	private void enqueueUntilRefused(EmbeddedQueue queue) {
		String payload = "x".repeat(4000);
		for (int i = 0; i < 20_000; i++) {
			try {
				this.accepted.add(queue.operations().enqueue(NewMessage.to(TASK).payload(payload)));
			}
			catch (StoreUnavailableException ex) {
				String reason = String.valueOf(ex.getMessage());
				this.out.println("refused " + reason.replace('\n', ' '));
				if (!reason.toLowerCase(Locale.ROOT).contains("full")) {
					this.out.println("found the refusal does not say that the disk is full: " + reason);
				}
				return;
			}
		}
		this.out.println("found nothing was refused although the disk is full");
	}

	private void resume(EmbeddedQueue queue) {
		long start = System.nanoTime();
		String why = "";
		while (System.nanoTime() - start < PATIENCE.toNanos()) {
			try {
				for (int i = 0; i < 4; i++) {
					this.accepted.add(queue.operations().enqueue(TASK, "after"));
				}
				this.out.println("resumed " + (System.nanoTime() - start) / 1_000_000);
				return;
			}
			catch (QueueException ex) {
				why = String.valueOf(ex.getMessage());
				LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
			}
		}
		this.out.println("found not resumed after " + PATIENCE.toSeconds() + " s: " + why);
	}

}
