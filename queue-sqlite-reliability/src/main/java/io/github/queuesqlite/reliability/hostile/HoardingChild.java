package io.github.queuesqlite.reliability.hostile;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;

import io.github.queuesqlite.EmbeddedQueue;
import io.github.queuesqlite.message.Message;
import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.message.NewMessage;
import io.github.queuesqlite.message.QueueException;
import io.github.queuesqlite.task.RetryPolicy;
import io.github.queuesqlite.task.TaskDefinition;

/**
 * A process with a small heap and handlers that fill it again and again, hold it for a
 * moment and drop it. Every thread of the process may run out of memory anywhere
 * meanwhile. Says {@code tried} for each handler, {@code broken} and what it found,
 * {@code closed} at its end.
 */
final class HoardingChild {

	private static final String HOARD = "hoard";

	/** Threads without which a promise is not kept. */
	private static final Set<String> THREADS = Set.of("queue-watch", "queue-beat", "queue-rescue", "queue-promote",
			"queue-prune", "queue-writer-0", "queue-writer-1", "queue-writer-listen");

	private static final Duration PATIENCE = Duration.ofSeconds(90);

	private static final long HELD_NANOS = 100_000_000;

	private final EmbeddedQueue queue;

	private final CalmWork calm;

	private final Random random;

	private HoardingChild(EmbeddedQueue queue, Random random) {
		this.queue = queue;
		this.calm = new CalmWork(queue);
		this.random = random;
	}

	/**
	 * Fills the heap.
	 * @param args directory, seed, how often
	 */
	public static void main(String[] args) throws Exception {
		HostileChild.endWithMain();
		Random random = new Random(Long.parseLong(args[1]));
		EmbeddedQueue queue = EmbeddedQueue.builder(Path.of(args[0])).shards(2).build();
		CalmWork.register(queue);
		queue.tasks()
			.register(TaskDefinition.builder(HOARD, Integer.class, (size, context) -> fill(size))
				.queue(HOARD)
				.retryPolicy(new RetryPolicy(0, Duration.ZERO, 1, Duration.ZERO, 0))
				.build());
		queue.start();
		HoardingChild child = new HoardingChild(queue, random);
		for (int i = 0; i < Integer.parseInt(args[2]); i++) {
			child.run();
		}
		queue.close();
		HostileChild.say("closed");
	}

	/** The smaller the pieces, the less is left for the others. */
	private static Object fill(int size) {
		Deque<byte[]> hoard = new ArrayDeque<>();
		try {
			while (true) {
				hoard.add(new byte[size]);
			}
		}
		catch (OutOfMemoryError ex) {
			long until = System.nanoTime() + HELD_NANOS;
			while (System.nanoTime() - until < 0) {
				LockSupport.parkNanos(HELD_NANOS);
			}
			hoard.clear();
			throw ex;
		}
	}

	private void run() throws InterruptedException {
		int size = 16 << this.random.nextInt(16);
		MessageId hoard = this.queue.operations().enqueue(NewMessage.to(HOARD).payload(size));
		int refused = 0;
		while (isWaitingOrRunning(hoard)) {
			try {
				this.calm.enqueue(1);
			}
			catch (QueueException | OutOfMemoryError ex) {
				// Not accepted, or nobody knows: it may be there or not.
				refused++;
			}
		}
		List<String> wrong = new ArrayList<>(this.calm.await(PATIENCE));
		Message message = this.queue.operations().find(hoard).orElseThrow();
		if (message.state() != MessageState.DEAD) {
			wrong.add("the message must be DEAD, is " + message.state());
		}
		wrong.addAll(this.checkEngine());
		wrong.forEach((what) -> HostileChild.say("broken hoard of pieces of " + size + " bytes: " + what));
		HostileChild.say("tried hoard, refused " + refused);
	}

	private boolean isWaitingOrRunning(MessageId id) {
		try {
			return this.queue.operations().find(id).stream().noneMatch((message) -> message.state().isEnded());
		}
		catch (QueueException | OutOfMemoryError ex) {
			return true;
		}
	}

	private List<String> checkEngine() throws InterruptedException {
		long until = System.nanoTime() + PATIENCE.toNanos();
		List<String> wrong;
		do {
			Thread.sleep(10);
			wrong = suffering();
		}
		while (!wrong.isEmpty() && System.nanoTime() - until < 0);
		return wrong;
	}

	private List<String> suffering() {
		List<String> wrong = new ArrayList<>();
		Set<String> missing = new HashSet<>(THREADS);
		Thread.getAllStackTraces().keySet().forEach((thread) -> missing.remove(thread.getName()));
		if (!missing.isEmpty()) {
			wrong.add("threads are gone: " + missing);
		}
		var status = this.queue.status();
		if (!status.failingLoops().isEmpty() || !status.unwritable().isEmpty()
				|| status.lanes().stream().anyMatch((lane) -> lane.running() > 0)) {
			wrong.add("the engine suffers: " + status);
		}
		if (this.queue.operations().length() != 0) {
			wrong.add(this.queue.operations().length() + " messages are left");
		}
		return wrong;
	}

}
