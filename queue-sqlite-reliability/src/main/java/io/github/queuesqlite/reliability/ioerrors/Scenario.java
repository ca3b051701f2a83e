package io.github.queuesqlite.reliability.ioerrors;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

import io.github.queuesqlite.message.Message;
import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.message.NewMessage;

/**
 * What is done while a call fails. The directory holds some messages in each state, in
 * two shards.
 */
enum Scenario {

	/** Messages with and without keys. */
	ENQUEUE(Scenario.SHARD_0) {

		@Override
		void run(FaultRun run) {
			for (int i = 0; i < 4; i++) {
				run.enqueue(NewMessage.to(FaultRun.TASK).payload("plain" + i));
				run.enqueue(NewMessage.to(FaultRun.TASK).payload("i" + i).idempotencyKey("new-i" + i));
				run.enqueue(NewMessage.to(FaultRun.TASK)
					.payload("iu" + i)
					.idempotencyKey("new-both-i" + i)
					.uniqueKey("new-both-u" + i));
			}
		}

	},

	/** Many messages at once. */
	BULK(Scenario.SHARD_0) {

		@Override
		void run(FaultRun run) {
			List<NewMessage> messages = new ArrayList<>();
			for (int i = 0; i < 60; i++) {
				messages.add(NewMessage.to(FaultRun.TASK).payload("bulk".repeat(200)));
			}
			run.enqueueAll(messages);
		}

	},

	/** Handlers run to their end. */
	COMPLETE(Scenario.SHARD_0) {

		@Override
		void run(FaultRun run) {
			run.start();
			run.settle(Duration.ofSeconds(1));
		}

	},

	/** Messages are claimed; their handlers go on until the fault is over. */
	CLAIM(Scenario.SHARD_0) {

		@Override
		void run(FaultRun run) {
			run.holdHandlers();
			run.start();
			run.pause(Duration.ofMillis(300));
		}

	},

	/** Messages are cancelled, retried and changed. */
	CHANGE(Scenario.SHARD_0) {

		@Override
		void run(FaultRun run) {
			for (Message message : run.initial()) {
				MessageId id = message.id();
				switch (message.state()) {
					case DEAD -> run.expectAfter(id, "retry", run.operations()::retry,
							(found) -> found.state() != MessageState.DEAD);
					case SCHEDULED -> {
						Instant at = message.runAt().plusSeconds(60);
						run.expectAfter(id, "reschedule", (same) -> run.operations().reschedule(same, at),
								(found) -> found.runAt().equals(at));
						run.expectAfter(id, "updatePayload", (same) -> run.operations().updatePayload(same, "changed"),
								(found) -> "changed".equals(found.payload(String.class)));
					}
					case READY -> run.expectAfter(id, "cancel", run.operations()::cancel,
							(found) -> found.state() == MessageState.CANCELLED);
					default -> {
					}
				}
			}
		}

	},

	/** The write-ahead log is copied into the file. */
	CHECKPOINT(Scenario.SHARD_0) {

		@Override
		void run(FaultRun run) {
			run.enqueueAll(
					List.of(NewMessage.to(FaultRun.TASK).payload("x"), NewMessage.to(FaultRun.TASK).payload("y")));
			run.pause(Duration.ofMillis(600));
		}

	},

	/** A process starts. */
	START("") {

		@Override
		boolean opens() {
			return true;
		}

		@Override
		void run(FaultRun run) {
			run.open();
			run.start();
		}

	},

	/** The files are made. */
	MIGRATION("") {

		@Override
		boolean opens() {
			return true;
		}

		@Override
		boolean isNew() {
			return true;
		}

		@Override
		void run(FaultRun run) {
			run.open();
		}

	},

	/** The number of shards changes. */
	SHARDS("") {

		@Override
		boolean opens() {
			return true;
		}

		@Override
		void run(FaultRun run) {
			run.open(3);
		}

	},

	/** Listen data is put and removed. */
	LISTEN("listen.db") {

		@Override
		void run(FaultRun run) {
			for (int i = 1; i < 4; i++) {
				run.put("key", "value" + i);
			}
			run.pause(Duration.ofMillis(400));
		}

	},

	/** Ended messages are deleted. */
	PRUNE(Scenario.SHARD_0) {

		@Override
		boolean prunes() {
			return true;
		}

		@Override
		void run(FaultRun run) {
			run.enqueue(NewMessage.to(FaultRun.TASK).payload("x"));
			run.enqueue(NewMessage.to(FaultRun.TASK).payload("y"));
			run.start();
			run.settle(Duration.ofSeconds(1));
		}

	},

	/** The queue is closed. */
	CLOSE("") {

		@Override
		void run(FaultRun run) {
			run.enqueue(NewMessage.to(FaultRun.TASK).payload("x"));
			run.close();
		}

	};

	/** One shard of two: the other must go on. */
	static final String SHARD_0 = "queue_shard_0";

	private final String match;

	Scenario(String match) {
		this.match = match;
	}

	/** Which files' calls fail. */
	String match() {
		return this.match;
	}

	/** Whether the scenario opens the queue itself. */
	boolean opens() {
		return false;
	}

	/** Whether it begins with an empty directory. */
	boolean isNew() {
		return false;
	}

	/** Whether ended messages may go. */
	boolean prunes() {
		return false;
	}

	abstract void run(FaultRun run);

	static void park(Duration duration) {
		long end = System.nanoTime() + duration.toNanos();
		while (end - System.nanoTime() > 0) {
			LockSupport.parkNanos(Math.min(TimeUnit.MILLISECONDS.toNanos(5), end - System.nanoTime()));
		}
	}

}
