package io.github.queuesqlite;

import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.message.NewMessage;
import io.github.queuesqlite.message.Priority;
import io.github.queuesqlite.message.QueueOrder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Queues whose newest is next, and ageing, in processes that are killed. */
@Timeout(value = 10, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class PullOrderTests extends ProcessTester {

	private static final int MESSAGES = 80;

	/** Lets two processes work, kills one in the midst of it and replaces it. */
	private void runAndKill(String order) throws Exception {
		Process victim = start(PullChild.class, order);
		start(PullChild.class, order);
		awaitRuns("ready", 2);
		Files.createFile(log().resolveSibling(PullChild.GO));
		awaitRuns("start", 2);
		Files.createFile(log().resolveSibling(PullChild.GO_ON));
		awaitRuns("start", 12);
		kill(victim);
		start(PullChild.class, order);
		await().atMost(KillTester.PATIENCE)
			.until(() -> this.operations.stats().count(MessageState.COMPLETED) == MESSAGES);
	}

	/**
	 * What each process received, in its order. What the one that was killed had received
	 * comes back at another place, and is left out then.
	 */
	private Map<String, List<String>> receivedByProcess() throws IOException {
		Map<String, List<String>> received = new TreeMap<>();
		Set<String> known = new HashSet<>();
		int again = 0;
		for (String line : runs("start")) {
			String[] words = line.split(" ");
			if (known.add(words[1])) {
				received.computeIfAbsent(words[2], (process) -> new ArrayList<>()).add(words[1]);
			}
			else {
				again++;
			}
		}
		assertThat(known).hasSize(MESSAGES);
		assertThat(again).isLessThanOrEqualTo(1);
		return received;
	}

	@Test
	void newestIsNextInEachProcess() throws Exception {
		open((builder) -> builder.shards(1).order("default", QueueOrder.LIFO));
		List<NewMessage> messages = new ArrayList<>();
		for (int i = 0; i < MESSAGES; i++) {
			messages.add(message().payload(Integer.toString(1000 + i)));
		}
		this.operations.enqueueAll(messages);
		runAndKill(PullChild.LIFO);
		Map<String, List<String>> received = receivedByProcess();
		assertThat(received).hasSizeGreaterThan(1);
		assertThat(received.values()).allSatisfy((payloads) -> assertThat(withoutWhatCameBack(payloads))
			.isSortedAccordingTo(Collections.reverseOrder()));
	}

	/**
	 * Who was killed may have received one and not said so: it comes behind all others.
	 */
	private static List<String> withoutWhatCameBack(List<String> payloads) {
		List<String> others = new ArrayList<>(payloads);
		for (int i = 1; i < others.size(); i++) {
			if (others.get(i).compareTo(others.get(i - 1)) > 0) {
				others.remove(i);
				return others;
			}
		}
		return others;
	}

	@Test
	void oneOfEightIsTheOldestInEachProcess() throws Exception {
		open((builder) -> builder.shards(1));
		List<NewMessage> messages = new ArrayList<>();
		for (int i = 0; i < MESSAGES; i++) {
			boolean low = i < 4;
			messages.add(message().payload((low ? "low" : "high") + i).priority(low ? Priority.LOW : Priority.HIGH));
		}
		this.operations.enqueueAll(messages);
		runAndKill(PullChild.AGEING);
		Map<String, List<String>> received = receivedByProcess();
		int chosen = 0;
		for (List<String> payloads : received.values()) {
			List<Integer> low = new ArrayList<>();
			for (int i = 0; i < payloads.size(); i++) {
				if (payloads.get(i).startsWith("low")) {
					low.add(i);
				}
			}
			for (int i = 1; i < low.size(); i++) {
				assertThat(low.get(i) - low.get(i - 1)).isGreaterThanOrEqualTo(8);
			}
			chosen += low.size();
		}
		assertThat(chosen).isEqualTo(4);
		// Each process owes one to eight: 4 are through before it is the turn of the
		// rest.
		List<String> all = runs("start");
		int last = Collections.max(List.of(0, 1, 2, 3).stream().map((i) -> lineOf(all, "low" + i)).toList());
		assertThat(last).isLessThan(60);
	}

	private static int lineOf(List<String> lines, String payload) {
		for (int i = 0; i < lines.size(); i++) {
			if (lines.get(i).contains(" " + payload + " ")) {
				return i;
			}
		}
		throw new AssertionError(payload + " is missing");
	}

}
