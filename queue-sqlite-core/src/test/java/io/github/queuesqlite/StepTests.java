package io.github.queuesqlite;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;

import io.github.queuesqlite.message.LeaseLostException;
import io.github.queuesqlite.message.LogEntry;
import io.github.queuesqlite.message.Message;
import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.message.TaskFailedException;
import io.github.queuesqlite.payload.PayloadKeys;
import io.github.queuesqlite.store.Retention;
import io.github.queuesqlite.task.Delivery;
import io.github.queuesqlite.task.RetryPolicy;
import io.github.queuesqlite.task.StepChangedException;
import io.github.queuesqlite.task.TaskContext;
import io.github.queuesqlite.task.TaskDefinition;
import io.github.queuesqlite.task.TaskHandler;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

import org.springframework.core.ParameterizedTypeReference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

/** What a handler does once, however often its message is tried. */
class StepTests extends ProcessTester {

	private static final RetryPolicy AT_ONCE = new RetryPolicy(3, Duration.ofMillis(1), 1, Duration.ofMillis(1), 0);

	private final List<String> done = new CopyOnWriteArrayList<>();

	private final ParameterizedTypeReference<List<Receipt>> receipts = new ParameterizedTypeReference<>() {
	};

	private void openWithHandler(UnaryOperator<EmbeddedQueue.Builder> settings, TaskHandler<String> handler) {
		open((builder) -> settings.apply(builder.retry(AT_ONCE).shards(1)));
		this.queue.tasks().register(TASK, String.class, handler);
		this.queue.start();
	}

	private void openWithHandler(TaskHandler<String> handler) {
		openWithHandler((builder) -> builder, handler);
	}

	private Receipt charge(TaskContext context) {
		return context.step("charge", () -> {
			this.done.add("charge");
			return new Receipt("r-" + this.done.size(), 12);
		});
	}

	private void failFirst(TaskContext context, int attempts) {
		if (context.attempt() <= attempts) {
			throw new IllegalStateException("attempt " + context.attempt());
		}
	}

	@Test
	void retryGoesOnBehindTheLastStoredStep() throws SQLException {
		openWithHandler((payload, context) -> {
			Receipt receipt = charge(context);
			failFirst(context, 1);
			int sent = context.step("send", () -> {
				this.done.add("send " + receipt.id());
				return 7;
			});
			failFirst(context, 3);
			String none = context.step("nothing", () -> {
				this.done.add("nothing");
				return null;
			});
			return receipt.id() + " " + sent + " " + none;
		});
		MessageId id = this.operations.enqueue(TASK, "a");
		assertThat(this.operations.await(id, String.class, LONG)).isEqualTo("r-1 7 null");
		assertThat(this.done).containsExactly("charge", "send r-1", "nothing");
		assertThat(find(id).attempt()).isEqualTo(4);
		assertThat(readFromShard0("SELECT count(*) FROM step")).as("forgotten, since it is COMPLETED").isZero();
	}

	@Test
	void valueWithTypeArgumentsIsReadAsItsType() {
		List<Object> seen = new CopyOnWriteArrayList<>();
		openWithHandler((payload, context) -> {
			List<Receipt> all = context.step("list", this.receipts, () -> List.of(new Receipt("a", 1)));
			seen.add(all.get(0));
			failFirst(context, 1);
			return null;
		});
		this.operations.await(this.operations.enqueue(TASK, "a"), Void.class, LONG);
		assertThat(seen).containsExactly(new Receipt("a", 1), new Receipt("a", 1));
	}

	@Test
	void workThatFailsIsDoneAgain() {
		openWithHandler((payload, context) -> context.step("once", () -> {
			this.done.add("try");
			failFirst(context, 2);
			return "done";
		}));
		assertThat(this.operations.await(this.operations.enqueue(TASK, "a"), String.class, LONG)).isEqualTo("done");
		assertThat(this.done).hasSize(3);
	}

	@Test
	void deadMessageThatIsRetriedByHandGoesOnToo() {
		AtomicReference<Boolean> fails = new AtomicReference<>(true);
		openWithHandler((payload, context) -> {
			charge(context);
			if (fails.get()) {
				throw new IllegalStateException("no");
			}
			return "done";
		});
		MessageId id = this.operations.enqueue(TASK, "a");
		assertThatExceptionOfType(TaskFailedException.class)
			.isThrownBy(() -> this.operations.await(id, String.class, LONG));
		fails.set(false);
		this.queue.close();
		openWithHandler((payload, context) -> charge(context).id());
		assertThat(this.operations.retry(id)).isTrue();
		assertThat(this.operations.await(id, String.class, LONG)).isEqualTo("r-1");
		assertThat(this.done).containsExactly("charge");
	}

	@Test
	void stepsThatWereChangedLeaveTheMessageDeadAndSayWhatWasThere() {
		openWithHandler((payload, context) -> {
			context.step((context.attempt() == 1) ? "charge" : "reserve", () -> 1);
			throw new IllegalStateException("no");
		});
		MessageId id = this.operations.enqueue(TASK, "a");
		assertThatExceptionOfType(TaskFailedException.class)
			.isThrownBy(() -> this.operations.await(id, String.class, LONG))
			.withMessageContaining("was 'charge' when it was stored, and is 'reserve' now");
		assertThat(find(id).state()).isEqualTo(MessageState.DEAD);
		assertThat(find(id).attempt()).as("no further attempt").isEqualTo(2);
		assertThat(find(id).lastError())
			.satisfies((failure) -> assertThat(failure.type()).isEqualTo(StepChangedException.class.getName()));
	}

	@Test
	void processThatIsKilledBetweenStepsLeavesThemDone() throws Exception {
		Process child = start(StepChild.class, "2");
		open();
		MessageId id = this.operations.enqueue(TASK, "a");
		awaitRuns("hangs", 1);
		kill(child);
		start(StepChild.class);
		assertThat(this.operations.await(id, Integer.class, LONG)).isEqualTo(10);
		assertThat(starts()).as("each step once, by two processes").containsExactly("a:0", "a:1", "a:2", "a:3", "a:4");
		assertThat(find(id).attempt()).isEqualTo(2);
	}

	@Test
	void processThatIsKilledAtRandomRepeatsNoStoredStep() throws Exception {
		// Who takes back what the killed ones ran must not run out of attempts.
		open((builder) -> builder.retry(new RetryPolicy(1000, Duration.ofMillis(1), 1, Duration.ofMillis(1), 0)));
		int kills = 4;
		List<MessageId> ids = new ArrayList<>();
		for (int kill = 0; kill < kills; kill++) {
			int before = starts().size();
			for (int i = 0; i < 40; i++) {
				ids.add(this.operations.enqueue(TASK, "m" + ids.size()));
			}
			Process child = start(StepChild.class);
			await().atMost(LONG).until(() -> starts().size() > before + 20);
			kill(child);
		}
		start(StepChild.class);
		for (MessageId id : ids) {
			assertThat(this.operations.await(id, Integer.class, LONG)).isEqualTo(10);
		}
		// A step whose process died before its commit is done again: at most what ran
		// then.
		int steps = ids.size() * StepChild.STEPS;
		assertThat(starts()).hasSizeBetween(steps, steps + kills * 8);
	}

	@Test
	void storedStepWhenSeveralProcessesWorkAndOneIsKilledNeverRunsAgain() throws Exception {
		open((builder) -> builder.shards(1)
			.retry(new RetryPolicy(1000, Duration.ofMillis(1), 1, Duration.ofMillis(1), 0)));
		List<MessageId> ids = new ArrayList<>();
		start(StepChild.class);
		for (int kill = 1; kill <= 3; kill++) {
			Process victim = start(StepChild.class, "2");
			// Both work side by side, and this one has a message that is half done.
			int hanging = runs("hangs").size();
			while (runs("hangs").size() == hanging) {
				for (int i = 0; i < 10; i++) {
					ids.add(this.operations.enqueue(message().payload("m" + ids.size()).maxRetries(1000)));
				}
				await().atMost(LONG).until(() -> runs("hangs").size() > hanging || this.operations.length() == 0);
			}
			kill(victim);
			Set<String> stored = storedSteps(ids);
			int then = starts().size();
			await().atMost(LONG).until(() -> this.operations.length() == 0);
			List<String> later = starts();
			assertThat(later.subList(then, later.size())).as("after kill %s", kill).doesNotContainAnyElementsOf(stored);
		}
		for (MessageId id : ids) {
			assertThat(this.operations.await(id, Integer.class, LONG)).isEqualTo(10);
		}
		assertThat(starts()).hasSizeGreaterThanOrEqualTo(ids.size() * StepChild.STEPS);
	}

	/** As the processes write them; those of COMPLETED messages are forgotten. */
	private Set<String> storedSteps(List<MessageId> ids) throws SQLException {
		Set<String> steps = new HashSet<>();
		try (Connection connection = shard0();
				Statement statement = connection.createStatement();
				ResultSet row = statement.executeQuery("SELECT message_id, name FROM step")) {
			while (row.next()) {
				int message = ids.indexOf(new MessageId(row.getLong(1)));
				steps.add("m" + message + ":" + row.getString(2).substring("step-".length()));
			}
		}
		assertThat(steps).as("of a message that is half done").isNotEmpty();
		return steps;
	}

	@Test
	void stepOfALostRunIsNotStored() throws Exception {
		CountDownLatch begun = new CountDownLatch(1);
		CountDownLatch goOn = new CountDownLatch(1);
		AtomicReference<Throwable> thrown = new AtomicReference<>();
		openWithHandler((builder) -> builder.timeout(Duration.ofMillis(200)), (payload, context) -> {
			if (context.attempt() == 1) {
				begun.countDown();
				while (goOn.getCount() > 0) {
					try {
						goOn.await();
					}
					catch (InterruptedException ex) {
						// Goes on although it was asked to stop.
					}
				}
				try {
					context.step("late", () -> "one");
				}
				catch (RuntimeException ex) {
					thrown.set(ex);
					throw ex;
				}
			}
			return context.step("late", () -> "two");
		});
		MessageId id = this.operations.enqueue(TASK, "a");
		awaitLatch(begun);
		assertThat(this.operations.await(id, String.class, LONG)).isEqualTo("two");
		goOn.countDown();
		await().untilAsserted(() -> assertThat(thrown.get()).isNotNull().isInstanceOf(LeaseLostException.class));
	}

	@Test
	void stepIsEncryptedLikeAPayloadAndDamageIsNoticed() throws Exception {
		openWithHandler((builder) -> builder.encrypt(PayloadKeys.of("k", Map.of("k", new byte[16]))),
				(payload, context) -> {
					context.step("secret", () -> "nobody may read this");
					if (context.attempt() == 1) {
						changeSteps();
					}
					throw new IllegalStateException("no");
				});
		MessageId id = this.operations.enqueue(TASK, "a");
		assertThatExceptionOfType(TaskFailedException.class)
			.isThrownBy(() -> this.operations.await(id, String.class, LONG));
		assertThat(this.operations.failures(id)).anySatisfy(
				(failure) -> assertThat(failure.message()).contains("Step 'secret' of message " + id + " is damaged"));
		this.queue.close();
		assertThat(Files.readString(this.directory.resolve("default/queue_shard_0.db"), StandardCharsets.ISO_8859_1))
			.doesNotContain("nobody may read");
	}

	private void changeSteps() throws SQLException {
		try (Connection connection = shard0(); Statement statement = connection.createStatement()) {
			statement.execute("PRAGMA busy_timeout = 10000");
			statement.executeUpdate("UPDATE step SET value = x'00'");
		}
	}

	@Test
	void stepsGoWithTheirMessage() throws SQLException {
		openWithHandler(
				(builder) -> builder.retention(
						new Retention(Duration.ZERO, Duration.ofDays(1), Duration.ofDays(1), Duration.ofDays(1), 1000)),
				(payload, context) -> {
					context.step("one", () -> 1);
					context.progress(0.5);
					context.log("said");
					if (payload.equals("dead")) {
						throw new IllegalStateException("no");
					}
					return null;
				});
		MessageId completed = this.operations.enqueue(TASK, "a");
		MessageId dead = this.operations.enqueue(TASK, "dead");
		await().until(() -> this.operations.find(completed).isEmpty());
		await().until(() -> find(dead).state() == MessageState.DEAD);
		await().untilAsserted(() -> assertThat(readFromShard0("SELECT count(*) FROM step")).isEqualTo(1));
		assertThat(this.operations.delete(dead)).isTrue();
		for (String table : List.of("step", "progress", "log_entry")) {
			assertThat(readFromShard0("SELECT count(*) FROM " + table)).as(table).isZero();
		}
	}

	@Test
	void whatCannotBeAStepIsRefused() {
		List<Throwable> thrown = new CopyOnWriteArrayList<>();
		openWithHandler((payload, context) -> {
			thrown.add(caught(() -> context.step("", () -> 1)));
			thrown.add(caught(() -> context.step("x".repeat(501), () -> 1)));
			context.step("a", () -> 1);
			thrown.add(caught(() -> context.step("a", () -> 1)));
			thrown.add(caught(() -> context.step("outer", () -> context.step("inner", () -> 1))));
			thrown.add(caught(() -> context.step("no JSON", () -> new Object() {
				public Object getSelf() {
					throw new IllegalStateException("not to be written");
				}
			})));
			return null;
		});
		this.operations.await(this.operations.enqueue(TASK, "a"), Void.class, LONG);
		assertThat(thrown).extracting(Throwable::getMessage)
			.satisfiesExactly((text) -> assertThat(text).contains("'name' must have 1 to 500 characters, had 0"),
					(text) -> assertThat(text).contains("had 501"),
					(text) -> assertThat(text).contains("Step 'a' was done in this run already"),
					(text) -> assertThat(text).contains("Step 'inner' is inside of another one"),
					(text) -> assertThat(text).contains("Cannot write"));
	}

	@Test
	void taskThatIsDeliveredAtMostOnceHasNoSteps() {
		AtomicReference<Throwable> thrown = new AtomicReference<>();
		open();
		this.queue.tasks().register(TaskDefinition.builder(TASK, String.class, (payload, context) -> {
			thrown.set(caught(() -> context.step("a", () -> 1)));
			return null;
		}).delivery(Delivery.AT_MOST_ONCE).build());
		this.queue.start();
		this.operations.enqueue(TASK, "a");
		await().untilAsserted(() -> assertThat(thrown.get()).isInstanceOf(IllegalStateException.class)
			.hasMessageContaining("is delivered at most once"));
	}

	private static Throwable caught(Runnable call) {
		try {
			call.run();
			return new AssertionError("nothing was thrown");
		}
		catch (RuntimeException ex) {
			return ex;
		}
	}

	// Progress and log

	@Test
	void progressIsSeenWhileTheHandlerRuns() throws Exception {
		CountDownLatch goOn = new CountDownLatch(1);
		openWithHandler((payload, context) -> {
			context.progress(0.25, "a quarter");
			context.progress(0.5, "half");
			awaitLatch(goOn);
			context.progress(1);
			return null;
		});
		MessageId id = this.operations.enqueue(TASK, "a");
		await().untilAsserted(() -> {
			Message message = find(id);
			assertThat(message.state()).isEqualTo(MessageState.RUNNING);
			assertThat(message.progress()).isNotNull();
			assertThat(message.progress().fraction()).isEqualTo(0.5);
			assertThat(message.progress().text()).isEqualTo("half");
		});
		assertThat(all().get(0).progress()).isEqualTo(find(id).progress());
		goOn.countDown();
		this.operations.await(id, Void.class, LONG);
		await().untilAsserted(() -> assertThat(find(id).progress()).isNotNull()
			.satisfies((progress) -> assertThat(progress.fraction()).isEqualTo(1)));
	}

	@Test
	void progressIsNotStoredEachTime() throws SQLException {
		openWithHandler((payload, context) -> {
			for (int i = 0; i <= 10_000; i++) {
				context.progress(i / 10_000.0);
			}
			return null;
		});
		countStores("progress");
		long begin = System.nanoTime();
		MessageId id = this.operations.enqueue(TASK, "a");
		this.operations.await(id, Void.class, LONG);
		await().untilAsserted(() -> assertThat(find(id).progress()).isNotNull()
			.satisfies((progress) -> assertThat(progress.fraction()).isEqualTo(1)));
		long halfSeconds = Duration.ofNanos(System.nanoTime() - begin).toMillis() / 500;
		// The first one, the last one, and one for each half second between.
		assertThat(readFromShard0("SELECT count(*) FROM stored")).isBetween(1L, 2 + halfSeconds);
	}

	private void countStores(String table) throws SQLException {
		try (Connection connection = shard0(); Statement statement = connection.createStatement()) {
			statement.executeUpdate("CREATE TABLE stored (number INTEGER) STRICT");
			statement.executeUpdate("CREATE TRIGGER count_stores AFTER INSERT ON " + table
					+ " BEGIN INSERT INTO stored VALUES (1); END");
		}
	}

	@Test
	void progressAndNotesOfAnotherProcessAreSeenWhileItRunsAndStayWhenItIsKilled() throws Exception {
		Process child = start(StepChild.class, "2");
		open();
		MessageId id = this.operations.enqueue(TASK, "a");
		awaitRuns("hangs", 1);
		await().atMost(LONG).untilAsserted(() -> assertSaid(id, 0.6, "1 did 0", "1 did 1", "1 did 2"));
		assertThat(state(id)).isEqualTo(MessageState.RUNNING);
		kill(child);
		await().atMost(LONG).until(() -> state(id) == MessageState.READY);
		assertSaid(id, 0.6, "1 did 0", "1 did 1", "1 did 2");
		start(StepChild.class);
		assertThat(this.operations.await(id, Integer.class, LONG)).isEqualTo(10);
		await().atMost(LONG)
			.untilAsserted(() -> assertSaid(id, 1, "1 did 0", "1 did 1", "1 did 2", "2 did 0", "2 did 1", "2 did 2",
					"2 did 3", "2 did 4"));
	}

	private void assertSaid(MessageId id, double fraction, String... notes) {
		assertThat(find(id).progress()).isNotNull()
			.satisfies((progress) -> assertThat(progress.fraction()).isEqualTo(fraction));
		assertThat(this.operations.log(id)).extracting((entry) -> entry.attempt() + " " + entry.text())
			.containsExactly(notes);
	}

	@Test
	@EnabledOnOs({ OS.LINUX, OS.MAC })
	void progressAndNotesOfAProcessThatStoodStillForALeaseAreRefused() throws Exception {
		Duration lease = Duration.ofSeconds(5);
		Path go = this.directory.resolve("go");
		Process child = start(LateChild.class, Long.toString(lease.toMillis()), go.toString());
		open((builder) -> builder.retry(AT_ONCE).leaseDuration(lease));
		MessageId id = this.operations.enqueue(message().payload("a").maxRetries(100));
		awaitRuns("stands", 1);
		signal("STOP", child);
		this.queue.tasks().register(TASK, String.class, (payload, context) -> {
			context.log("in time");
			context.progress(0.5);
			return "in time";
		});
		this.queue.start();
		assertThat(this.operations.await(id, String.class, LONG)).isEqualTo("in time");
		signal("CONT", child);
		Files.createFile(go);
		assertThat(child.waitFor(2, TimeUnit.MINUTES)).isTrue();
		assertThat(runs("lost")).isNotEmpty();
		assertThat(runs("stored")).isEmpty();
		assertThat(this.operations.log(id)).extracting(LogEntry::text).containsExactly("in time");
		assertThat(find(id).progress()).isNotNull()
			.satisfies((progress) -> assertThat(progress.fraction()).isEqualTo(0.5));
		assertThat(find(id).result(String.class)).isEqualTo("in time");
	}

	private static void signal(String name, Process process) throws Exception {
		assertThat(new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start().waitFor()).isZero();
	}

	@Test
	void logKeepsTheLatestHundredEntriesOverAttempts() {
		openWithHandler((payload, context) -> {
			for (int i = 0; i < 80; i++) {
				context.log("entry " + i);
			}
			context.log("x".repeat(3000));
			failFirst(context, 1);
			return null;
		});
		MessageId id = this.operations.enqueue(TASK, "a");
		this.operations.await(id, Void.class, LONG);
		await().untilAsserted(() -> {
			assertThat(this.operations.log(id)).hasSize(100);
			assertThat(this.operations.log(id).get(0).text()).isEqualTo("entry 62");
			assertThat(this.operations.log(id).get(0).attempt()).isEqualTo(1);
			assertThat(this.operations.log(id).get(99).attempt()).isEqualTo(2);
			assertThat(this.operations.log(id).get(99).text()).hasSize(2000);
		});
		assertThat(this.operations.log(new MessageId(1))).isEmpty();
	}

	@Test
	void whatIsSaidLastIsStoredWhenTheTimeOfTheRunIsOver() {
		openWithHandler((payload, context) -> {
			if (context.attempt() == 1) {
				context.log("first");
				context.log("second");
				context.extend(Duration.ofMillis(50));
				new CountDownLatch(1).await();
			}
			return null;
		});
		MessageId id = this.operations.enqueue(TASK, "a");
		this.operations.await(id, Void.class, LONG);
		await().untilAsserted(() -> assertThat(this.operations.log(id)).extracting(LogEntry::text)
			.containsExactly("first", "second"));
	}

	@Test
	void whatCannotBeProgressIsRefused() {
		List<Throwable> thrown = new CopyOnWriteArrayList<>();
		openWithHandler((payload, context) -> {
			thrown.add(caught(() -> context.progress(-0.1)));
			thrown.add(caught(() -> context.progress(1.1, "much")));
			thrown.add(caught(() -> context.progress(Double.NaN)));
			thrown.add(caught(() -> context.log(null)));
			return null;
		});
		MessageId id = this.operations.enqueue(TASK, "a");
		this.operations.await(id, Void.class, LONG);
		assertThat(thrown).extracting(Throwable::getMessage)
			.containsExactly("'fraction' must be from 0 to 1, was -0.1", "'fraction' must be from 0 to 1, was 1.1",
					"'fraction' must be from 0 to 1, was NaN", "'text' must not be null");
		assertThat(find(id).progress()).isNull();
		assertThatThrownBy(() -> this.operations.log(null)).isInstanceOf(NullPointerException.class);
	}

	private List<String> starts() throws IOException {
		return runs("start").stream().map((line) -> line.substring("start ".length())).toList();
	}

	/** What a step returns. */
	record Receipt(String id, @Nullable Integer amount) {
	}

}
