package io.github.queuesqlite;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/**
 * A process that pulls messages. It says what it received and completed, one word and the
 * values a line.
 */
public final class ReceiveChild {

	static final String QUEUE = "pulled";

	static final String POISON = "poison";

	static final int KILLED = 42;

	/** A thread may stand still while it holds messages. */
	static final Duration LEASE = Duration.ofMinutes(10);

	private static final int THREADS = 4;

	/** How many lines it may say: then it hangs. */
	private static int left = Integer.MAX_VALUE;

	private ReceiveChild() {
	}

	public static void main(String[] args) throws Exception {
		EmbeddedQueue queue = EmbeddedQueue.builder(Path.of(args[0])).leaseDuration(LEASE).build();
		if (args[1].equals("hold")) {
			hold(queue.operations(), Integer.parseInt(args[2]));
		}
		if (args.length > 2) {
			left = Integer.parseInt(args[2]);
		}
		List<Thread> threads = new ArrayList<>();
		for (int i = 0; i < THREADS; i++) {
			Thread thread = new Thread(() -> work(queue.operations()));
			thread.start();
			threads.add(thread);
		}
		for (Thread thread : threads) {
			thread.join();
		}
		queue.close();
		say("drained");
	}

	private static void hold(QueueOperations operations, int count) throws InterruptedException {
		int received = 0;
		while (received < count) {
			for (ClaimedMessage claimed : operations.receive(QUEUE, count - received, Duration.ofMinutes(1))) {
				say("received " + claimed.id());
				received++;
			}
		}
		say("holds");
		new CountDownLatch(1).await();
	}

	/** Until nothing is left. */
	private static void work(QueueOperations operations) {
		while (operations.length(QUEUE) > 0) {
			for (ClaimedMessage claimed : operations.receive(QUEUE, 4, Duration.ofSeconds(1))) {
				say("received " + claimed.id() + " by epoch " + claimed.fencingToken().epoch());
				if (POISON.equals(claimed.payload(String.class))) {
					Runtime.getRuntime().halt(KILLED);
				}
				claimed.complete();
				say("completed " + claimed.id());
			}
		}
	}

	private static synchronized void say(String text) {
		if (left-- == 0) {
			hang();
		}
		System.out.println(text + ".");
	}

	private static void hang() {
		try {
			new CountDownLatch(1).await();
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

}
