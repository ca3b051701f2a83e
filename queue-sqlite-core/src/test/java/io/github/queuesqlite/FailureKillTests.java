package io.github.queuesqlite;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;

import io.github.queuesqlite.message.FailedMessage;
import io.github.queuesqlite.message.Message;
import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.message.MessageQuery;
import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.message.NewGroup;
import io.github.queuesqlite.message.NewMessage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Links and members that fail for good, in processes that are killed: who is to be told
 * is told of each failure, and of nothing else.
 */
@Timeout(value = 30, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class FailureKillTests extends ProcessTester {

	private static final int KILLS = 4;

	private final long seed = Long.getLong("failure.seed", System.nanoTime());

	private final Random random = new Random(this.seed);

	private final Set<String> killed = new HashSet<>();

	/** How each group is to end. */
	private final Map<MessageId, String> groups = new HashMap<>();

	private int chains;

	private int failing;

	/** However often processes die, no message is to die of that. */
	private static NewMessage message(String task, boolean bad, String name) {
		return NewMessage.to(task).payload((bad ? "bad-" : "good-") + name).maxRetries(1000);
	}

	@Test
	void failuresWhenProcessesAreKilledAreToldOnce() throws Exception {
		open((builder) -> builder.shards(2));
		List<Process> children = new ArrayList<>(List.of(start(FailingChild.class), start(FailingChild.class)));
		for (int kill = 0; kill < KILLS; kill++) {
			int before = runs("start").size();
			for (int i = 0; i < 20; i++) {
				chain();
			}
			for (int i = 0; i < 5; i++) {
				group();
			}
			awaitRuns("start", before + 1 + this.random.nextInt(20));
			Process victim = children.remove(this.random.nextInt(2));
			kill(victim);
			this.killed.add(Long.toString(victim.pid()));
			children.add(start(FailingChild.class));
		}
		await().atMost(KillTester.PATIENCE).until(() -> this.operations.length() == 0);
		assertThat(this.failing).as("Seed %s", this.seed).isPositive();
		assertEachFailureIsToldOnce();
		assertEachGroupIsGatheredOnce();
	}

	private void chain() {
		int length = 1 + this.random.nextInt(4);
		int bad = this.random.nextInt(length + 2);
		String name = "c" + this.chains++;
		NewMessage chain = message(FailingChild.LINK, bad == 0, name + "-0");
		for (int i = 1; i < length; i++) {
			chain = chain.then(message(FailingChild.LINK, bad == i, name + "-" + i));
		}
		this.operations.enqueue(chain.onFailure(NewMessage.to(FailingChild.TOLD).maxRetries(1000)));
		this.failing += (bad < length) ? 1 : 0;
	}

	private void group() {
		int size = 2 + this.random.nextInt(5);
		String name = "g" + this.groups.size();
		List<NewMessage> members = new ArrayList<>();
		int good = 0;
		for (int i = 0; i < size; i++) {
			boolean bad = this.random.nextInt(3) == 0;
			good += bad ? 0 : 1;
			members.add(message(FailingChild.MEMBER, bad, name + "-" + i));
		}
		NewMessage callback = NewMessage.to(FailingChild.GATHERED).header("group", name).maxRetries(1000);
		this.groups.put(this.operations.enqueueGroup(NewGroup.of(members).then(callback)), good + " of " + size);
	}

	/**
	 * Also stored once, whatever was killed between the failure and who is told of it.
	 */
	private void assertEachFailureIsToldOnce() throws IOException {
		List<Message> dead = list(FailingChild.LINK, MessageState.DEAD);
		List<Message> told = list(FailingChild.TOLD, MessageState.COMPLETED);
		assertThat(dead).as("Seed %s", this.seed)
			.hasSize(this.failing)
			.allMatch((link) -> link.payload(String.class).startsWith("bad-"));
		assertThat(told).as("Seed %s", this.seed)
			.extracting((message) -> message.payload(FailedMessage.class).id())
			.containsExactlyInAnyOrderElementsOf(dead.stream().map(Message::id).toList());
		assertThat(this.operations.list(MessageQuery.all().task(FailingChild.TOLD).limit(1000))).hasSize(this.failing);
		assertRunOnce("told", this.failing);
	}

	private void assertEachGroupIsGatheredOnce() throws IOException {
		this.groups.forEach((id, result) -> assertThat(find(id).result(String.class)).as("Seed %s, %s", this.seed, id)
			.isEqualTo(result));
		assertThat(list(FailingChild.GATHERED, MessageState.COMPLETED)).hasSize(this.groups.size());
		assertRunOnce("gathered", this.groups.size());
	}

	private List<Message> list(String task, MessageState state) {
		return this.operations.list(MessageQuery.all().task(task).state(state).limit(1000));
	}

	/** Only what a killed process had begun was begun again. */
	private void assertRunOnce(String word, int expected) throws IOException {
		Map<String, List<String>> runners = new HashMap<>();
		for (String line : runs(word)) {
			String[] words = line.split(" ");
			runners.computeIfAbsent(words[1], (what) -> new ArrayList<>()).add(words[2]);
		}
		assertThat(runners).as("Seed %s", this.seed).hasSize(expected);
		runners.forEach((what, who) -> {
			assertThat(who).as("Seed %s, %s", this.seed, what).doesNotHaveDuplicates();
			assertThat(who.stream().filter((process) -> !this.killed.contains(process)))
				.as("Seed %s, %s", this.seed, what)
				.hasSizeLessThanOrEqualTo(1);
		});
	}

	@Test
	void failureWhenItsProcessIsKilledWhileItIsToldIsToldAgain() throws Exception {
		open();
		Process child = start(FailingChild.class, "hangs");
		MessageId id = this.operations
			.enqueue(message(FailingChild.LINK, true, "c-0").then(message(FailingChild.LINK, false, "c-1"))
				.onFailure(NewMessage.to(FailingChild.TOLD)));
		awaitRuns("told", 1);
		kill(child);
		Process next = start(FailingChild.class);
		await().atMost(LONG).until(() -> this.operations.length() == 0);
		assertThat(runs("told")).containsExactly("told " + id + ":DEAD " + child.pid(),
				"told " + id + ":DEAD " + next.pid());
		assertThat(runs("start")).containsExactly("start bad-c-0 " + child.pid());
		assertThat(list(FailingChild.TOLD, MessageState.COMPLETED)).singleElement()
			.satisfies((told) -> assertThat(told.attempt()).isEqualTo(2));
		assertThat(list(FailingChild.LINK, MessageState.CANCELLED)).hasSize(1);
	}

}
