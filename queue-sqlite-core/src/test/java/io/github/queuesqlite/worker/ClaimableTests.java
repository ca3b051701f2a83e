package io.github.queuesqlite.worker;

import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.queuesqlite.task.TaskDefinition;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** Tests for which tasks a process takes to be claimable while permits come and go. */
class ClaimableTests {

	private static final String TASK = "limited";

	private static final int ROUNDS = 20_000;

	@TempDir
	Path directory;

	/** Both are to be at it in the same moment: neither sleeps. */
	private static void await(AtomicInteger number, int reached) {
		while (number.get() < reached) {
			Thread.yield();
		}
	}

	@Test
	void claimableWhenAPermitIsTakenAndAnotherGivenBackAtOnceKeepsTheTask() throws Exception {
		try (TestQueue queue = TestQueue.open(this.directory)) {
			queue.tasks.register(
					TaskDefinition.builder(TASK, Integer.class, (payload, context) -> null).maxConcurrent(2).build());
			queue.start();
			TaskTable tasks = queue.pool.engine().tasks;
			Limits limits = queue.pool.engine().limits;
			limits.want("default", TASK);
			Awaitility.await().until(() -> tasks.claimable().contains(TASK));
			assertThat(limits.take("default", TASK, 1)).isOne();
			AtomicInteger begun = new AtomicInteger();
			AtomicInteger taken = new AtomicInteger();
			Thread taker = new Thread(() -> {
				for (int round = 1; round <= ROUNDS; round++) {
					await(begun, round);
					taken.addAndGet(limits.take("default", TASK, 1));
				}
			});
			taker.start();
			for (int round = 1; round <= ROUNDS; round++) {
				begun.set(round);
				limits.giveBack("default", TASK, 1);
				await(taken, round);
				assertThat(tasks.claimable()).as("round %d", round).contains(TASK);
			}
			taker.join();
			limits.giveBack("default", TASK, 1);
		}
	}

}
