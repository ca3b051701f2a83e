package io.github.queuesqlite;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;

import io.github.queuesqlite.message.Failure;
import io.github.queuesqlite.message.Message;
import io.github.queuesqlite.message.MessageQuery;
import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.message.NewMessage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** Messages that kill the process which runs them, among messages that do not. */
@Timeout(value = 5, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class PoisonTests {

	private static final int ATTEMPTS = 4;

	private static final int CONCURRENCY = 8;

	@TempDir
	Path directory;

	private final long seed = System.nanoTime();

	private void enqueue(String kind, int poisons, int innocents) {
		List<NewMessage> messages = new ArrayList<>(Collections.nCopies(poisons, PoisonChild.message(kind)));
		messages.addAll(Collections.nCopies(innocents, PoisonChild.message("innocent")));
		Collections.shuffle(messages, new Random(this.seed));
		try (EmbeddedQueue queue = EmbeddedQueue.builder(this.directory).shards(2).build()) {
			// One by one: they spread over the shards.
			messages.forEach(queue.operations()::enqueue);
		}
	}

	private Process start(int handlerMillis) throws IOException {
		return ChildJvm.of(PoisonChild.class, this.directory, handlerMillis)
			.redirectError(ProcessBuilder.Redirect.DISCARD)
			.start();
	}

	private static List<String> lines(Process process) throws IOException {
		try (BufferedReader output = new BufferedReader(
				new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
			return output.lines().toList();
		}
	}

	/** Starts a process again and again until one has nothing left to do. */
	private List<List<String>> restartUntilDrained() throws Exception {
		List<List<String>> deaths = new ArrayList<>();
		while (true) {
			Process process = start(5);
			List<String> lines = lines(process);
			int code = process.waitFor();
			if (code == 0) {
				assertThat(lines).last().isEqualTo("drained.");
				return deaths;
			}
			assertThat(code).isEqualTo(PoisonChild.KILLED);
			deaths.add(lines);
			assertThat(deaths).as("deaths").hasSizeLessThan(30);
		}
	}

	private List<Message> messages(String payload) {
		try (EmbeddedQueue queue = EmbeddedQueue.builder(this.directory).build()) {
			return queue.operations()
				.list(MessageQuery.all().limit(1000))
				.stream()
				.filter((message) -> message.payload(String.class).equals(payload))
				.toList();
		}
	}

	private void assertDeadForKilling(Message poison) {
		assertThat(poison.state()).isEqualTo(MessageState.DEAD);
		assertThat(poison.attempt()).isEqualTo(ATTEMPTS);
		Failure reason = poison.lastError();
		assertThat(reason).isNotNull();
		assertThat(reason.type()).isEqualTo("ProcessDied");
		assertThat(reason.message()).contains("attempt 4", "died", "4 runs in a row", "message that kills");
	}

	@Test
	void poisonAmongInnocentsAloneEndsDead() throws Exception {
		enqueue("poison", 1, 50);
		List<List<String>> deaths = restartUntilDrained();
		assertThat(deaths).hasSize(ATTEMPTS);
		assertThat(messages("poison")).hasSize(1).allSatisfy(this::assertDeadForKilling);
		// From its second death on the poison ran with nobody beside it.
		String[] first = deaths.subList(0, 2).stream().map(PoisonTests::epoch).toArray(String[]::new);
		assertThat(messages("innocent")).hasSize(50).allSatisfy((message) -> {
			assertThat(message.state()).isEqualTo(MessageState.COMPLETED);
			assertThat(message.attempt()).isLessThanOrEqualTo(3);
			assertThat(message.lastError()).satisfiesAnyOf((none) -> assertThat(none).isNull(),
					(failure) -> assertThat(failure.message()).containsAnyOf(first));
		});
	}

	private static String epoch(List<String> lines) {
		String line = lines.get(0);
		return "(epoch " + line.substring(line.lastIndexOf(' ') + 1, line.length() - 1) + ")";
	}

	@Test
	void severalPoisonsAmongInnocentsAloneEndDead() throws Exception {
		enqueue("poison", 3, 40);
		List<List<String>> deaths = restartUntilDrained();
		// One run may kill what another run would have.
		assertThat(deaths).hasSizeBetween(ATTEMPTS, 3 * ATTEMPTS);
		assertThat(messages("poison")).hasSize(3).allSatisfy(this::assertDeadForKilling);
		assertThat(messages("innocent")).hasSize(40).allSatisfy((message) -> {
			assertThat(message.state()).isEqualTo(MessageState.COMPLETED);
			assertThat(message.attempt()).isLessThanOrEqualTo(3);
		});
	}

	@Test
	void poisonThatExitsAloneEndsDead() throws Exception {
		enqueue("exit", 1, 20);
		List<List<String>> deaths = restartUntilDrained();
		assertThat(deaths).hasSize(ATTEMPTS);
		assertThat(messages("exit")).hasSize(1).allSatisfy((poison) -> {
			assertThat(poison.state()).isEqualTo(MessageState.DEAD);
			assertThat(poison.attempt()).isEqualTo(ATTEMPTS);
			assertThat(poison.attempt()).isEqualTo(ATTEMPTS);
			assertThat(poison.lastError().type()).isEqualTo("ProcessDied");
			assertThat(poison.lastError().message()).contains("attempt 4", "stopped before its end");
		});
		assertThat(messages("innocent")).hasSize(20).allSatisfy((message) -> {
			assertThat(message.state()).isEqualTo(MessageState.COMPLETED);
			assertThat(message.attempt()).isOne();
		});
	}

	@Test
	void poisonInADirectoryOfTwoProcessesAloneEndsDead() throws Exception {
		enqueue("poison", 1, 50);
		Process[] processes = { start(5), start(5) };
		int deaths = 0;
		int ended = 0;
		while (ended < processes.length) {
			for (int i = 0; i < processes.length; i++) {
				Process process = processes[i];
				if (process == null || !process.waitFor(10, TimeUnit.MILLISECONDS)) {
					continue;
				}
				if (process.exitValue() == PoisonChild.KILLED) {
					deaths++;
					processes[i] = start(5);
				}
				else {
					assertThat(process.exitValue()).isZero();
					ended++;
					processes[i] = null;
				}
			}
		}
		assertThat(deaths).isEqualTo(ATTEMPTS);
		assertThat(messages("poison")).hasSize(1).allSatisfy(this::assertDeadForKilling);
		assertThat(messages("innocent")).hasSize(50).allSatisfy((message) -> {
			assertThat(message.state()).isEqualTo(MessageState.COMPLETED);
			assertThat(message.attempt()).isLessThanOrEqualTo(3);
		});
	}

	@Test
	void processThatIsKilledTenTimesKillsNoInnocent() throws Exception {
		enqueue("innocent", 0, 200);
		for (int i = 0; i < 10; i++) {
			Process process = start(40);
			try (BufferedReader output = new BufferedReader(
					new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
				for (int started = 0; started < 5; started++) {
					String line = output.readLine();
					assertThat(line).startsWith("started");
				}
			}
			process.destroyForcibly().waitFor();
		}
		assertThat(restartUntilDrained()).isEmpty();
		assertThat(messages("innocent")).hasSize(200).allMatch((message) -> message.state() == MessageState.COMPLETED);
	}

	@Test
	void processThatIsTerminatedMakesNoSuspects() throws Exception {
		enqueue("innocent", 0, 30);
		Process process = start(1_000_000);
		try (BufferedReader output = new BufferedReader(
				new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
			for (int started = 0; started < CONCURRENCY; started++) {
				assertThat(output.readLine()).startsWith("started");
			}
			process.toHandle().destroy();
			assertThat(process.waitFor(2, TimeUnit.MINUTES)).isTrue();
		}
		assertThat(messages("innocent")).hasSize(30).allSatisfy((message) -> {
			assertThat(message.state()).isEqualTo(MessageState.READY);
			assertThat(message.attempt()).isZero();
			assertThat(message.lastError()).isNull();
		});
	}

}
