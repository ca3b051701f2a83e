package io.github.queuesqlite;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.LongStream;

import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.message.MessageState;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Rules that keep messages from being claimed, many at once: whichever they are, what one
 * of them held back goes on by itself as soon as none does, although nobody looks again.
 */
@Timeout(value = 60, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RuleMixTests extends ProcessTester {

	private static final Duration PATIENCE = Duration.ofSeconds(Integer.getInteger("mix.patience", 120));

	private static final int PORTION = 10;

	private static final int PORTIONS = 4;

	/** More in the long run. */
	private static LongStream seeds(int most) {
		Long seed = Long.getLong("mix.seed");
		return (seed != null) ? LongStream.of(seed) : new Random().longs(Integer.getInteger("mix.rounds", most));
	}

	static LongStream seedsOfOne() {
		return seeds(6);
	}

	static LongStream seedsOfSeveral() {
		return seeds(2);
	}

	private RuleMix open(long seed) {
		RuleMix mix = new RuleMix(seed);
		open((builder) -> {
			mix.configure(builder);
			return builder;
		});
		return mix;
	}

	/** Returns what has ended so far. */
	private Queue<MessageId> startWorkers(RuleMix mix) {
		Queue<MessageId> ended = new ConcurrentLinkedQueue<>();
		mix.register(this.queue, (message) -> ended.add(message.id()));
		this.queue.start();
		return ended;
	}

	/** Hands messages in, while somebody pauses, resumes and changes limits. */
	private void handIn(RuleMix mix) {
		for (int i = 0; i < PORTIONS; i++) {
			this.operations.enqueueAll(mix.messages(i * PORTION, PORTION));
			for (int change = 0; change < 3; change++) {
				mix.steer(this.operations);
			}
		}
	}

	private void awaitAllCompleted(RuleMix mix) {
		mix.letGo(this.operations);
		await(mix.toString()).atMost(PATIENCE)
			.until(() -> this.operations.stats().count(MessageState.COMPLETED) == PORTIONS * PORTION);
	}

	@ParameterizedTest
	@MethodSource("seedsOfOne")
	void rulesWhenSeveralHoldAtOnceLetEachMessageEnd(long seed) {
		RuleMix mix = open(seed);
		Queue<MessageId> ended = startWorkers(mix);
		handIn(mix);
		awaitAllCompleted(mix);
		assertThat(ended).doesNotHaveDuplicates();
	}

	@ParameterizedTest
	@MethodSource("seedsOfOne")
	void rulesWhenSomebodyPullsBesideTheWorkersLetEachMessageEnd(long seed) throws InterruptedException {
		RuleMix mix = open(seed);
		Queue<MessageId> ended = startWorkers(mix);
		AtomicBoolean over = new AtomicBoolean();
		Thread receiver = new Thread(() -> {
			while (!over.get()) {
				pull(ended);
			}
		}, "receiver");
		receiver.start();
		try {
			handIn(mix);
			awaitAllCompleted(mix);
		}
		finally {
			over.set(true);
			receiver.join();
		}
		assertThat(ended).doesNotHaveDuplicates();
	}

	/** Ends every second of what it gets, and lets go of the others. */
	private void pull(Queue<MessageId> ended) {
		List<ClaimedMessage> messages = this.operations.receive("other", 3, Duration.ofMillis(20));
		for (int i = 0; i < messages.size(); i++) {
			if (i % 2 == 0) {
				messages.get(i).complete();
				ended.add(messages.get(i).message().id());
			}
			else {
				messages.get(i).release();
			}
		}
	}

	@ParameterizedTest
	@MethodSource("seedsOfSeveral")
	void rulesWhenSeveralHoldInSeveralProcessesLetEachMessageEnd(long seed) throws Exception {
		RuleMix mix = open(seed);
		List<Process> children = new ArrayList<>();
		for (int i = 0; i < 3; i++) {
			children.add(start(RuleMixChild.class, Long.toString(seed)));
		}
		handIn(mix);
		mix.letGo(this.operations);
		awaitRuns("end", 1);
		kill(children.get(0));
		awaitAllCompleted(mix);
	}

}
