package io.github.queuesqlite;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

import io.github.queuesqlite.message.Message;
import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.message.MessageQuery;
import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.message.NewMessage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** Messages that are pulled by several processes, and by processes that are killed. */
@Timeout(value = 5, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ReceiveProcessTests {

	@TempDir
	Path directory;

	private final long seed = System.nanoTime();

	private static NewMessage message(String payload) {
		return NewMessage.to("task-" + payload.length()).queue(ReceiveChild.QUEUE).payload(payload);
	}

	private EmbeddedQueue open() {
		return EmbeddedQueue.builder(this.directory).leaseDuration(ReceiveChild.LEASE).build();
	}

	private List<MessageId> enqueue(int count) {
		try (EmbeddedQueue queue = EmbeddedQueue.builder(this.directory).shards(2).build()) {
			List<MessageId> ids = new ArrayList<>();
			// One by one: they spread over the shards.
			for (int i = 0; i < count; i++) {
				ids.add(queue.operations().enqueue(message("m" + i)));
			}
			return ids;
		}
	}

	private Process start(String... arguments) throws IOException {
		List<Object> all = new ArrayList<>(List.of(this.directory));
		all.addAll(List.of(arguments));
		return ChildJvm.of(ReceiveChild.class, all.toArray()).redirectError(ProcessBuilder.Redirect.DISCARD).start();
	}

	private static BufferedReader output(Process process) {
		return new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
	}

	private static Set<MessageId> ids(List<String> lines, String word) {
		// The kill may have cut the last line off.
		return lines.stream()
			.filter((line) -> line.startsWith(word + " ") && line.endsWith("."))
			.map((line) -> MessageId.parse(line.substring(word.length() + 1, word.length() + 14)))
			.collect(Collectors.toSet());
	}

	@Test
	void killWhenMessagesAreHeldGivesThemToAnotherReceiverOneByOne() throws Exception {
		List<MessageId> ids = enqueue(6);
		try (EmbeddedQueue queue = open()) {
			Process child = start("hold", "6");
			try (BufferedReader output = output(child)) {
				List<String> lines = new ArrayList<>();
				String line;
				while ((line = output.readLine()) != null && !line.equals("holds.")) {
					lines.add(line);
				}
				assertThat(ids(lines, "received")).containsExactlyInAnyOrderElementsOf(ids);
				assertThat(queue.operations().receive(ReceiveChild.QUEUE, 10, Duration.ofMillis(100))).isEmpty();
			}
			finally {
				child.destroyForcibly();
			}
			Set<MessageId> again = new HashSet<>();
			for (int i = 0; i < 6; i++) {
				List<ClaimedMessage> received = queue.operations()
					.receive(ReceiveChild.QUEUE, 10, Duration.ofMinutes(1));
				assertThat(received).hasSize(1);
				assertThat(received.get(0).message().attempt()).isEqualTo(2);
				again.add(received.get(0).id());
				received.get(0).complete();
			}
			assertThat(again).containsExactlyInAnyOrderElementsOf(ids);
		}
	}

	@Test
	void receiversOfSeveralProcessesGetEachMessageOnce() throws Exception {
		List<MessageId> ids = enqueue(400);
		List<Process> children = List.of(start("work"), start("work"));
		List<Set<MessageId>> received = new ArrayList<>();
		try (EmbeddedQueue queue = open()) {
			Set<MessageId> own = new HashSet<>();
			while (queue.operations().length(ReceiveChild.QUEUE) > 0) {
				for (ClaimedMessage claimed : queue.operations()
					.receive(ReceiveChild.QUEUE, 3, Duration.ofSeconds(1))) {
					own.add(claimed.id());
					claimed.complete();
				}
			}
			received.add(own);
			for (Process child : children) {
				try (BufferedReader output = output(child)) {
					List<String> lines = output.lines().toList();
					assertThat(lines).last().isEqualTo("drained.");
					assertThat(ids(lines, "received")).isEqualTo(ids(lines, "completed"));
					received.add(ids(lines, "completed"));
				}
			}
		}
		finally {
			children.forEach(Process::destroyForcibly);
		}
		List<MessageId> all = received.stream().flatMap(Set::stream).toList();
		assertThat(all).containsExactlyInAnyOrderElementsOf(ids);
	}

	@Test
	void killInTheMiddleOfWorkLosesNothingAndRepeatsNothingThatWasCompleted() throws Exception {
		List<MessageId> ids = enqueue(300);
		List<String> lines = new ArrayList<>();
		// Without the kill it would end 250 messages, and stand still.
		Process child = start("work", "500");
		try (BufferedReader output = output(child)) {
			String line;
			while ((line = output.readLine()) != null) {
				lines.add(line);
				if (lines.size() == 150) {
					// The handle leaves the output open: what was printed is read.
					child.toHandle().destroyForcibly();
				}
			}
		}
		assertThat(child.waitFor(1, TimeUnit.MINUTES)).isTrue();
		Set<MessageId> completed = ids(lines, "completed");
		assertThat(completed).hasSizeBetween(30, 299);
		Set<MessageId> rest = new HashSet<>();
		try (EmbeddedQueue queue = open()) {
			while (queue.operations().length(ReceiveChild.QUEUE) > 0) {
				for (ClaimedMessage claimed : queue.operations()
					.receive(ReceiveChild.QUEUE, 20, Duration.ofSeconds(1))) {
					assertThat(rest.add(claimed.id())).isTrue();
					assertThat(completed).doesNotContain(claimed.id());
					claimed.complete();
				}
			}
			assertThat(queue.operations().list(MessageQuery.all().state(MessageState.COMPLETED).limit(1000)))
				.extracting(Message::id)
				.containsExactlyInAnyOrderElementsOf(ids);
		}
		assertThat(rest).hasSizeGreaterThanOrEqualTo(300 - completed.size() - 4);
	}

	@Test
	void messageThatKillsItsReceiverEndsDeadAndHarmsOthersTwiceAtMost() throws Exception {
		List<NewMessage> messages = new ArrayList<>(Collections.nCopies(40, message("innocent")));
		messages.add(message(ReceiveChild.POISON));
		Collections.shuffle(messages, new Random(this.seed));
		try (EmbeddedQueue queue = EmbeddedQueue.builder(this.directory).shards(2).build()) {
			messages.forEach(queue.operations()::enqueue);
		}
		List<String> epochs = new ArrayList<>();
		int code;
		do {
			Process child = start("work");
			List<String> lines;
			try (BufferedReader output = output(child)) {
				lines = output.lines().toList();
			}
			code = child.waitFor();
			assertThat(code).isIn(0, ReceiveChild.KILLED);
			String last = lines.stream().filter((line) -> line.contains("epoch")).findFirst().orElse("epoch none.");
			epochs.add("(" + last.substring(last.indexOf("epoch"), last.length() - 1) + ")");
			assertThat(epochs).as("processes, seed " + this.seed).hasSizeLessThan(20);
		}
		while (code != 0);
		try (EmbeddedQueue queue = open()) {
			for (Message message : queue.operations().list(MessageQuery.all().limit(1000))) {
				if (ReceiveChild.POISON.equals(message.payload(String.class))) {
					assertThat(message.state()).isEqualTo(MessageState.DEAD);
					assertThat(message.attempt()).isEqualTo(4);
					assertThat(message.lastError()).isNotNull();
					assertThat(message.lastError().message()).contains("4 runs in a row");
				}
				else {
					assertThat(message.state()).isEqualTo(MessageState.COMPLETED);
					assertThat(message.attempt()).as("seed " + this.seed).isLessThanOrEqualTo(3);
					assertThat(message.lastError()).satisfiesAnyOf((none) -> assertThat(none).isNull(),
							(failure) -> assertThat(failure.message()).containsAnyOf(epochs.get(0), epochs.get(1)));
				}
			}
		}
	}

}
