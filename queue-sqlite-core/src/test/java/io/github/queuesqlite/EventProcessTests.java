package io.github.queuesqlite;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

import io.github.queuesqlite.event.MessageEvent;
import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.message.MessageState;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** What processes that are killed, and those beside them, tell of messages. */
@Timeout(value = 5, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class EventProcessTests {

	@TempDir
	Path directory;

	private Process start(String mode) throws IOException {
		return ChildJvm.of(EventChild.class, this.directory, mode)
			.redirectError(ProcessBuilder.Redirect.DISCARD)
			.start();
	}

	private static BufferedReader output(Process process) {
		return new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
	}

	private static Set<MessageId> ids(List<String> lines, String word) {
		// The kill may have cut the last line off.
		return lines.stream()
			.filter((line) -> line.startsWith(word + " ") && line.endsWith("."))
			.map((line) -> MessageId.parse(line.substring(word.length() + 1, line.length() - 1)))
			.collect(Collectors.toSet());
	}

	@Test
	void killLeavesNoEventThatIsNotTrue() throws Exception {
		List<String> lines = new ArrayList<>();
		Process child = start("enqueue");
		try (BufferedReader output = output(child)) {
			String line;
			while ((line = output.readLine()) != null) {
				lines.add(line);
				if (lines.size() == 1000) {
					// The handle leaves the output open: what was printed is read.
					child.toHandle().destroyForcibly();
				}
			}
		}
		assertThat(child.waitFor(1, TimeUnit.MINUTES)).isTrue();
		try (EmbeddedQueue queue = EmbeddedQueue.builder(this.directory).build()) {
			QueueOperations operations = queue.operations();
			assertThat(ids(lines, "Enqueued")).hasSizeGreaterThan(100)
				.allSatisfy((id) -> assertThat(operations.find(id)).isPresent());
			assertThat(ids(lines, "Completed")).hasSizeGreaterThan(50)
				.allSatisfy((id) -> assertThat(operations.find(id).orElseThrow().state())
					.isEqualTo(MessageState.COMPLETED));
			assertThat(ids(lines, "Dead")).isNotEmpty()
				.allSatisfy((id) -> assertThat(operations.find(id).orElseThrow().state()).isEqualTo(MessageState.DEAD));
			assertThat(ids(lines, "Retried")).isNotEmpty()
				.allSatisfy((id) -> assertThat(operations.failures(id)).isNotEmpty());
			assertThat(ids(lines, "Started"))
				.allSatisfy((id) -> assertThat(operations.find(id).orElseThrow().attempt()).isPositive());
		}
	}

	@Test
	void processTellsOfWhatItTakesBackFromADeadOneAndOfNothingElseThatThatOneDid() throws Exception {
		List<MessageEvent> events = new CopyOnWriteArrayList<>();
		try (EmbeddedQueue queue = EmbeddedQueue.builder(this.directory).shards(2).build()) {
			MessageId again = queue.operations().enqueue(EventChild.STAND, 1);
			Process child = start("work");
			try (BufferedReader output = output(child)) {
				List<String> lines = new ArrayList<>();
				while (!lines.contains("stands " + again + ".")) {
					lines.add(output.readLine());
				}
				queue.addEventListener(events::add);
				queue.operations().cancel(queue.operations().enqueue("other", null));
				// Told a moment after the caller, and maybe by another shard than the
				// rest.
				await().atMost(Duration.ofMinutes(1))
					.until(() -> events.stream().anyMatch(MessageEvent.Cancelled.class::isInstance));
			}
			finally {
				child.destroyForcibly();
			}
			await().atMost(Duration.ofMinutes(1))
				.until(() -> events.stream().anyMatch(MessageEvent.Retried.class::isInstance));
			MessageEvent.Retried retried = (MessageEvent.Retried) events.get(events.size() - 1);
			assertThat(retried.id()).isEqualTo(again);
			assertThat(retried.attempt()).isOne();
			assertThat(retried.failure()).isNotNull();
			assertThat(retried.failure().type()).isEqualTo("ProcessDied");
			assertThat(events).extracting((event) -> event.getClass().getSimpleName())
				.containsExactly("Enqueued", "Cancelled", "Retried");
		}
	}

}
