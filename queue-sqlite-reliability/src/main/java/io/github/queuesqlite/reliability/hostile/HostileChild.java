package io.github.queuesqlite.reliability.hostile;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.TimeUnit;

import io.github.queuesqlite.EmbeddedQueue;
import io.github.queuesqlite.QueueStatus;
import io.github.queuesqlite.message.Failure;
import io.github.queuesqlite.message.Message;
import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.message.NewMessage;

/**
 * A process with all hostile tasks, some at a time, beside calm work. Says {@code tried}
 * for each, {@code broken} and what it found, {@code closed} at its end.
 */
final class HostileChild {

	static final Duration PATIENCE = Duration.ofSeconds(90);

	private static final int CALM = 4;

	private static final int MOST_AT_ONCE = 12;

	/** More than there are handlers that wait for others. */
	private static final int FREE_PLACES = 16;

	private final EmbeddedQueue queue;

	private final CalmWork calm;

	/** Handlers that will never return. */
	private int stuck;

	private HostileChild(EmbeddedQueue queue) {
		this.queue = queue;
		this.calm = new CalmWork(queue);
	}

	/**
	 * Tries all hostile tasks.
	 * @param args directory, seed
	 */
	public static void main(String[] args) throws Exception {
		endWithMain();
		Random random = new Random(Long.parseLong(args[1]));
		EmbeddedQueue queue = open(Path.of(args[0]), random);
		CalmWork.register(queue);
		List<HostileTask> tasks = new ArrayList<>(new HostileTasks(queue.operations()).all());
		tasks.forEach((task) -> queue.tasks().register(task.definition()));
		Collections.shuffle(tasks, random);
		HostileTask interrupts = HostileTasks.interruptsEverybody();
		queue.tasks().register(interrupts.definition());
		queue.start();
		HostileChild child = new HostileChild(queue);
		child.run(List.of(interrupts));
		for (int from = 0; from < tasks.size();) {
			int to = Math.min(tasks.size(), from + 1 + random.nextInt(MOST_AT_ONCE));
			child.run(tasks.subList(from, to));
			from = to;
		}
		long start = System.nanoTime();
		queue.close();
		// Handlers that never return are waited for as long as was set, and no longer.
		if (System.nanoTime() - start > PATIENCE.toNanos()) {
			say("broken close: it took " + TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start) + " ms");
		}
		say("closed");
	}

	/** The workers would keep a process alive whose main thread has failed. */
	static void endWithMain() {
		Thread.currentThread().setUncaughtExceptionHandler((thread, ex) -> {
			say("broken process: " + ex);
			Runtime.getRuntime().halt(1);
		});
	}

	private static EmbeddedQueue open(Path directory, Random random) {
		boolean virtual = Runtime.version().feature() >= 24 && random.nextBoolean();
		return EmbeddedQueue.builder(directory)
			.shards(1 + random.nextInt(3))
			.concurrency(HostileTasks.STUCK_PLACES + FREE_PLACES)
			.queue(HostileTasks.NARROW, HostileTasks.NARROW_PLACES)
			.virtualThreads(virtual)
			.drainTimeout(Duration.ofMillis(200))
			.build();
	}

	@SuppressWarnings("SystemOut") // how it talks to its parent
	static synchronized void say(String line) {
		System.out.println(line);
		System.out.flush();
	}

	private void run(List<HostileTask> tasks) throws InterruptedException {
		Map<MessageId, HostileTask> hostile = new LinkedHashMap<>();
		this.calm.enqueue(CALM);
		for (HostileTask task : tasks) {
			for (int i = 0; i < task.messages(); i++) {
				hostile.put(this.queue.operations().enqueue(NewMessage.to(task.name()).payload(task.payload())), task);
			}
			this.calm.enqueue(1);
			this.stuck += task.staysStuck() ? task.messages() : 0;
		}
		List<String> wrong = new ArrayList<>(this.calm.await(PATIENCE));
		for (Map.Entry<MessageId, HostileTask> entry : hostile.entrySet()) {
			check(entry.getKey(), entry.getValue(), wrong);
		}
		checkStatus(wrong);
		// Whatever they did, work goes on.
		this.calm.enqueue(CALM);
		wrong.addAll(this.calm.await(PATIENCE));
		List<String> names = tasks.stream().map(HostileTask::name).toList();
		wrong.forEach((what) -> say("broken " + what + ", beside " + names));
		names.forEach((name) -> say("tried " + name));
	}

	private void check(MessageId id, HostileTask task, List<String> wrong) throws InterruptedException {
		Message message = CalmWork.awaitEnd(this.queue, id, System.nanoTime() + PATIENCE.toNanos());
		MessageState end = task.end();
		String what = task.name() + ": message " + id + " must be " + ((end != null) ? end : "ended");
		if (message == null || (end != null && message.state() != end) || !message.state().isEnded()) {
			wrong
				.add(what + ", is " + ((message != null) ? message.state() + " after " + message.lastError() : "gone"));
		}
		else if (task.end() == MessageState.DEAD) {
			Failure failure = Objects.requireNonNull(message.lastError());
			if (!(failure.type() + ": " + failure.message()).contains(task.reason())) {
				wrong.add(what + " for '" + task.reason() + "', is for " + failure.type() + ": " + failure.message());
			}
		}
	}

	private void checkStatus(List<String> wrong) throws InterruptedException {
		long until = System.nanoTime() + PATIENCE.toNanos();
		QueueStatus status = this.queue.status();
		// What fails is tried again: it may fail for a moment.
		while (!isAsExpected(status) && System.nanoTime() - until < 0) {
			Thread.sleep(20);
			status = this.queue.status();
		}
		if (!isAsExpected(status)) {
			wrong.add("status: " + this.stuck + " handlers must be stuck and nothing else be wrong, is " + status);
		}
	}

	private boolean isAsExpected(QueueStatus status) {
		return status.stuckRuns().size() == this.stuck && status.failingLoops().isEmpty()
				&& status.unwritable().isEmpty() && status.running();
	}

}
