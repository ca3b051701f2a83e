package io.github.queuesqlite;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

import io.github.queuesqlite.message.MessageState;
import org.awaitility.core.ConditionTimeoutException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** As its base, with processes that are killed and replaced while they work. */
abstract class KillTester extends ProcessTester {

	/** These need many turns of several threads and processes, also on a busy machine. */
	static final Duration PATIENCE = Duration.ofMinutes(5);

	/** How many messages: 10,000 in the long run. */
	final int messages;

	private final long seed;

	final Random random;

	/**
	 * Creates a test.
	 * @param name what the system properties {@code .messages} and {@code .seed} begin
	 * with
	 */
	KillTester(String name) {
		this.messages = Integer.getInteger(name + ".messages", 600);
		this.seed = Long.getLong(name + ".seed", System.nanoTime());
		this.random = new Random(this.seed);
	}

	/** Hands in messages. */
	abstract void handIn(int from, int to);

	/** Checks what is stored when each message has said that it ended. */
	abstract void checkStored();

	/** How many kills are worth so many messages. */
	int kills() {
		return Math.max(6, this.messages / 250);
	}

	/** Hands messages in while processes work them off and are killed and replaced. */
	<L extends ProcessLog> L runAndKill(Class<?> main, int processes, int kills, L log) throws Exception {
		// Who takes back what the killed ones ran must not run out of attempts.
		open((builder) -> builder.shards(2).retry(OrderedChild.AGAIN));
		try {
			List<Process> children = new ArrayList<>();
			for (int i = 0; i < processes; i++) {
				children.add(start(main));
			}
			int handedIn = 0;
			for (int kill = 1; kill <= kills; kill++) {
				int upTo = this.messages * kill / kills;
				handIn(handedIn, upTo);
				handedIn = upTo;
				// Somewhere in the midst of it.
				readUntil(log, Math.min(handedIn, log.ended() + 1 + this.random.nextInt(this.messages / kills)));
				Process victim = (kill == 1) ? worker(children, log)
						: children.get(this.random.nextInt(children.size()));
				children.remove(victim);
				say("kill", Long.toString(victim.pid()));
				kill(victim);
				children.add(start(main));
			}
			readUntil(log, this.messages);
			checkStored();
			log.read();
		}
		catch (AssertionError | ConditionTimeoutException ex) {
			throw new AssertionError("Seed " + this.seed + ": " + ex.getMessage(), ex);
		}
		endChildren();
		assertThat(log.killed()).hasSize(kills);
		assertThat(this.operations.stats().count(MessageState.DEAD)).isZero();
		return log;
	}

	/** Whoever is killed first has worked, so that another goes on with its work. */
	private static Process worker(List<Process> children, ProcessLog log) {
		return children.stream()
			.filter((child) -> log.latest().equals(Long.toString(child.pid())))
			.findFirst()
			.orElseThrow();
	}

	/** However slow the machine is: something must end. */
	private static void readUntil(ProcessLog log, long ended) {
		while (log.ended() < ended) {
			long before = log.ended();
			await().atMost(PATIENCE).pollInterval(Duration.ofMillis(5)).until(() -> {
				log.read();
				return log.ended() > before;
			});
		}
	}

}
