package io.github.queuesqlite;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

import io.github.queuesqlite.event.MessageEvent;
import io.github.queuesqlite.event.QueueRecorder;
import io.github.queuesqlite.message.Message;
import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.message.NewMessage;
import io.github.queuesqlite.message.QueueException;
import io.github.queuesqlite.message.ShardQuarantinedException;
import io.github.queuesqlite.message.StoreUnavailableException;
import io.github.queuesqlite.payload.PayloadKeys;
import io.github.queuesqlite.schedule.Misfire;
import io.github.queuesqlite.schedule.Overlap;
import io.github.queuesqlite.schedule.Schedule;
import io.github.queuesqlite.schedule.ScheduleOperations;
import io.github.queuesqlite.schedule.ScheduleState;
import io.github.queuesqlite.schedule.ScheduleStatus;
import io.github.queuesqlite.task.TaskDefinition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;

/** Schedules end to end, by a clock that is moved. */
@Timeout(value = 10, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ScheduleTests extends QueueTester {

	private static final Duration MINUTE = Duration.ofMinutes(1);

	private static final Schedule HOURLY = Schedule.of("hourly", TASK).cron("@hourly").zone(ZoneId.of("UTC"));

	private ScheduleOperations schedules;

	private void openQueue() {
		open((builder) -> builder.clock(this.clock).pollInterval(Duration.ofMillis(10)).shards(3));
		this.schedules = this.queue.schedules();
	}

	/** As after a restart, with some time between. */
	private void openAfter(Duration duration) {
		this.queue.close();
		this.clock.move(duration);
		openQueue();
	}

	private ScheduleStatus status(String name) {
		return this.schedules.find(name).orElseThrow();
	}

	private static Instant slot(Message message) {
		return Instant.parse(message.headers().get(Schedule.SLOT_HEADER));
	}

	private List<Instant> slots() {
		return all().stream().map(ScheduleTests::slot).toList();
	}

	/** All that is due has been looked at. */
	private void awaitNext(String name, Instant next) {
		await().atMost(LONG).until(() -> next.equals(status(name).nextSlot()));
	}

	private static Instant time(String time) {
		return Instant.parse("2026-03-01T" + time + "Z");
	}

	private void runAll(int count) {
		this.queue.tasks().register(TASK, Void.class, (payload, context) -> null);
		this.queue.start();
		await().atMost(LONG).until(() -> this.operations.stats().count(MessageState.COMPLETED) == count);
		this.queue.stop();
	}

	@Test
	void slotGivesOneMessageWhenItsTimeHasCome() {
		openQueue();
		this.schedules.create(Schedule.of("tick", TASK).every(Duration.ofSeconds(10)).overlap(Overlap.ALLOW));
		for (int i = 1; i <= 5; i++) {
			this.clock.move(Duration.ofMillis(9999));
			awaitNext("tick", time("12:00:00").plusSeconds(10 * i));
			assertThat(all()).hasSize(i - 1);
			this.clock.move(Duration.ofMillis(1));
			awaitNext("tick", time("12:00:00").plusSeconds(10 * (i + 1)));
		}
		assertThat(slots()).containsExactly(time("12:00:10"), time("12:00:20"), time("12:00:30"), time("12:00:40"),
				time("12:00:50"));
		assertThat(status("tick")).satisfies((status) -> {
			assertThat(status.state()).isEqualTo(ScheduleState.ACTIVE);
			assertThat(status.latestSlot()).isEqualTo(time("12:00:50"));
			assertThat(status.latestMessage()).isEqualTo(all().get(4).id());
			assertThat(status.fired()).isEqualTo(5);
			assertThat(status.missed() + status.skipped()).isZero();
			assertThat(status.declared()).isFalse();
		});
	}

	@Test
	void listenersAndMetersAreToldOfItsMessages() {
		Queue<MessageEvent> events = new ConcurrentLinkedQueue<>();
		Queue<String> fired = new ConcurrentLinkedQueue<>();
		AtomicInteger enqueued = new AtomicInteger();
		open((builder) -> builder.clock(this.clock)
			.pollInterval(Duration.ofMillis(10))
			.eventListener(events::add)
			.recorder(new QueueRecorder() {

				@Override
				public void enqueued(String queue, String task, int count) {
					enqueued.addAndGet(count);
				}

				@Override
				public void fired(String schedule, int messages, int skipped, long missed) {
					fired.add(schedule + " " + messages + " " + skipped + " " + missed);
				}

			}));
		this.queue.schedules().create(HOURLY);
		this.queue.schedules().run("hourly");
		await().atMost(LONG).until(() -> events.size() == 1);
		this.clock.move(Duration.ofHours(1));
		await().atMost(LONG).until(() -> this.queue.schedules().find("hourly").orElseThrow().skipped() == 1);
		this.queue.schedules().update(HOURLY.overlap(Overlap.ALLOW));
		this.clock.move(Duration.ofHours(1));
		await().atMost(LONG).until(() -> events.size() == 2 && enqueued.get() == 2);
		this.clock.move(Duration.ofMinutes(5 * 60 + 30));
		await().atMost(LONG).until(() -> events.size() == 3 && fired.contains("hourly 1 0 4"));
		assertThat(fired).startsWith("hourly 0 0 0")
			.filteredOn((line) -> !line.equals("hourly 0 0 0"))
			.containsExactly("hourly 0 1 0", "hourly 1 0 0", "hourly 1 0 4");
		assertThat(events).hasOnlyElementsOfType(MessageEvent.Enqueued.class)
			.extracting(MessageEvent::id)
			.containsExactlyElementsOf(all().stream().map(Message::id).toList());
	}

	@Test
	void messageIsWhatTheScheduleSaysAndTheHandlerSeesItsSlot() {
		openQueue();
		Queue<String> seen = new ConcurrentLinkedQueue<>();
		this.queue.tasks().register(TaskDefinition.builder(TASK, String.class, (payload, context) -> {
			seen.add(payload + " " + context.schedule() + " " + context.slot());
			return null;
		}).queue("reports").priority(3).build());
		this.schedules.create(HOURLY.message(NewMessage.to(TASK)
			.payload("sales")
			.header("tenant", "acme")
			.tags("nightly")
			.metadata(Map.of("a", 1, "b", 2))
			.maxRetries(7)));
		this.queue.start();
		this.clock.move(Duration.ofHours(1));
		await().atMost(LONG).until(() -> !seen.isEmpty());
		assertThat(seen).containsExactly("sales hourly 2026-03-01T13:00:00Z");
		assertThat(all()).singleElement().satisfies((message) -> {
			assertThat(message.queue()).isEqualTo("reports");
			assertThat(message.priority()).isEqualTo(3);
			assertThat(message.maxAttempts()).isEqualTo(8);
			assertThat(message.tags()).containsExactly("nightly");
			assertThat(message.metadata()).containsEntry("b", 2);
			assertThat(message.headers()).containsEntry("tenant", "acme");
			assertThat(message.orderingKey()).isEqualTo("schedule:hourly");
			assertThat(message.runAt()).isEqualTo(time("13:00:00"));
		});
		MessageId other = this.operations.enqueue(TASK, "by hand");
		await().atMost(LONG).until(() -> state(other) == MessageState.COMPLETED);
		assertThat(seen).contains("by hand null null");
	}

	@Test
	void fireOnceGivesOneMessageForAllThatWasMissed() {
		openQueue();
		this.schedules.create(HOURLY);
		openAfter(Duration.ofMinutes(5 * 60 + 30));
		awaitNext("hourly", time("18:00:00"));
		assertThat(slots()).containsExactly(time("17:00:00"));
		assertThat(status("hourly").missed()).isEqualTo(4);
	}

	@Test
	void skipLeavesOutWhatIsMoreThanAMinuteLate() {
		openQueue();
		this.schedules.create(HOURLY.misfire(Misfire.SKIP));
		openAfter(Duration.ofMinutes(5 * 60 + 30));
		awaitNext("hourly", time("18:00:00"));
		assertThat(all()).isEmpty();
		assertThat(status("hourly").missed()).isEqualTo(5);
		openAfter(Duration.ofSeconds(30 * 60 + 60));
		awaitNext("hourly", time("19:00:00"));
		assertThat(slots()).containsExactly(time("18:00:00"));
	}

	@Test
	void fireAllGivesAMessageForEachThatWasMissedUpToItsBound() {
		openQueue();
		Schedule all = HOURLY.misfire(Misfire.FIRE_ALL);
		this.schedules.create(all);
		openAfter(Duration.ofMinutes(3 * 60 + 30));
		awaitNext("hourly", time("16:00:00"));
		assertThat(slots()).containsExactly(time("13:00:00"), time("14:00:00"), time("15:00:00"));
		// They stand in a line, so that no two of them run at once.
		assertThat(this.operations.stats().count(MessageState.READY)).isEqualTo(3);
		runAll(3);
		this.schedules.update(all.misfireLimit(2));
		openAfter(Duration.ofHours(5));
		awaitNext("hourly", time("21:00:00"));
		assertThat(slots()).endsWith(time("19:00:00"), time("20:00:00")).hasSize(5);
		assertThat(status("hourly").missed()).isEqualTo(3);
	}

	@Test
	void slotsThatAreLateByLessThanAMinuteAreNotMissed() {
		openQueue();
		this.schedules.create(Schedule.of("tick", TASK).every(Duration.ofSeconds(10)).overlap(Overlap.ALLOW));
		openAfter(MINUTE);
		awaitNext("tick", time("12:01:10"));
		assertThat(slots()).hasSize(6).startsWith(time("12:00:10")).endsWith(time("12:01:00"));
		assertThat(status("tick").missed()).isZero();
	}

	@Test
	void overlapSkipLeavesASlotOutWhileAMessageHasNotEnded() {
		openQueue();
		this.schedules.create(HOURLY);
		try (LogLines log = LogLines.fromInfo(Firer.class)) {
			for (int i = 0; i < 3; i++) {
				this.clock.move(Duration.ofHours(1));
				awaitNext("hourly", time("14:00:00").plus(Duration.ofHours(i)));
			}
			assertThat(slots()).containsExactly(time("13:00:00"));
			assertThat(status("hourly").skipped()).isEqualTo(2);
			runAll(1);
			this.clock.move(Duration.ofHours(1));
			awaitNext("hourly", time("17:00:00"));
			assertThat(slots()).containsExactly(time("13:00:00"), time("16:00:00"));
			// It is said after the commit.
			await().atMost(LONG)
				.untilAsserted(() -> assertThat(log.lines()).containsExactly(
						"WARN Schedule 'hourly' leaves slots out while a message of it has not ended",
						"INFO Schedule 'hourly' goes on; 2 slots were left out"));
		}
	}

	@Test
	void overlapQueueRunsOneAfterTheOtherAndAllowRunsAllAtOnce() throws Exception {
		openQueue();
		AtomicInteger running = new AtomicInteger();
		AtomicInteger most = new AtomicInteger();
		CountDownLatch three = new CountDownLatch(3);
		this.queue.tasks().register("one", Void.class, (payload, context) -> {
			most.accumulateAndGet(running.incrementAndGet(), Math::max);
			Thread.sleep(20);
			running.decrementAndGet();
			return null;
		});
		this.queue.tasks().register("many", Void.class, (payload, context) -> {
			three.countDown();
			awaitLatch(three);
			return null;
		});
		this.queue.start();
		this.schedules.create(Schedule.of("queued", "one").every(MINUTE).overlap(Overlap.QUEUE));
		this.schedules.create(Schedule.of("together", "many").every(MINUTE).overlap(Overlap.ALLOW));
		for (int i = 1; i <= 3; i++) {
			this.clock.move(MINUTE);
			awaitNext("queued", time("12:01:00").plusSeconds(60 * i));
			awaitNext("together", time("12:01:00").plusSeconds(60 * i));
		}
		awaitLatch(three);
		await().atMost(LONG).until(() -> this.operations.stats().count(MessageState.COMPLETED) == 6);
		assertThat(most).hasValue(1);
		assertThat(status("queued").fired()).isEqualTo(3);
	}

	@Test
	void pauseHoldsOverARestartAndLeavesSlotsOut() {
		openQueue();
		this.schedules.create(HOURLY);
		assertThat(this.schedules.pause("hourly")).isTrue();
		assertThat(this.schedules.pause("hourly")).isFalse();
		openAfter(Duration.ofHours(4));
		assertThat(status("hourly").state()).isEqualTo(ScheduleState.PAUSED);
		assertThat(status("hourly").nextSlot()).isNull();
		assertThat(this.schedules.nextSlots("hourly", 3)).isEmpty();
		assertThat(this.schedules.resume("hourly")).isTrue();
		assertThat(this.schedules.resume("hourly")).isFalse();
		awaitNext("hourly", time("17:00:00"));
		assertThat(all()).isEmpty();
		this.clock.move(Duration.ofHours(1));
		awaitNext("hourly", time("18:00:00"));
		assertThat(slots()).containsExactly(time("17:00:00"));
	}

	@Test
	void createUpdateAndDeleteSayWhatTheyChanged() {
		openQueue();
		assertThat(this.schedules.update(HOURLY)).isFalse();
		assertThat(this.schedules.create(HOURLY)).isTrue();
		assertThat(this.schedules.create(HOURLY.cron("@daily"))).isFalse();
		assertThat(status("hourly").schedule().cron()).isEqualTo("@hourly");
		assertThat(this.schedules.update(HOURLY.cron("@daily"))).isTrue();
		assertThat(status("hourly").nextSlot()).isEqualTo("2026-03-02T00:00:00Z");
		assertThat(this.schedules.delete("hourly")).isTrue();
		assertThat(this.schedules.delete("hourly")).isFalse();
		assertThat(this.schedules.find("hourly")).isEmpty();
		assertThat(this.schedules.pause("hourly")).isFalse();
		assertThat(this.schedules.resume("hourly")).isFalse();
		assertThat(this.schedules.run("hourly")).isEmpty();
		assertThat(this.schedules.nextSlots("hourly", 1)).isEmpty();
		assertThat(this.schedules.nextSlotsInWords("hourly", 1)).isEmpty();
	}

	@Test
	void updateOfTheMessageKeepsTheSlotAndTheCounts() {
		openQueue();
		this.schedules.create(HOURLY.message(NewMessage.to(TASK).payload("old")));
		this.clock.move(Duration.ofHours(1));
		awaitNext("hourly", time("14:00:00"));
		this.queue.close();
		this.clock.move(Duration.ofHours(1));
		open((builder) -> builder.clock(this.clock).scheduleFiring(false));
		this.queue.schedules().update(HOURLY.message(NewMessage.to(TASK).payload("new")).overlap(Overlap.ALLOW));
		openAfter(Duration.ZERO);
		awaitNext("hourly", time("15:00:00"));
		assertThat(all()).extracting((message) -> message.payload(String.class)).containsExactly("old", "new");
		assertThat(status("hourly").fired()).isEqualTo(2);
	}

	@Test
	void scheduleThatWasReadCanBeStoredAgainWithItsPayload() {
		openQueue();
		this.schedules.create(HOURLY.message(NewMessage.to(TASK).payload(Map.of("a", 1))));
		Schedule read = status("hourly").schedule();
		assertThat(read.inWords()).isEqualTo("cron @hourly in UTC");
		assertThat(this.schedules.update(read.every(Duration.ofMinutes(30)))).isTrue();
		this.clock.move(Duration.ofMinutes(30));
		await().atMost(LONG).until(() -> all().size() == 1);
		assertThat(all().get(0).payload(Map.class)).isEqualTo(Map.of("a", 1));
	}

	@Test
	void declaredScheduleWhosePayloadIsEncryptedIsNotWrittenAnewAtEachStart() {
		UnaryOperator<EmbeddedQueue.Builder> encrypted = (builder) -> builder.clock(this.clock)
			.encrypt(PayloadKeys.of("k", Map.of("k", new byte[32])));
		Schedule schedule = HOURLY.message(NewMessage.to(TASK).payload("secret"));
		open(encrypted);
		this.queue.schedules().declare(List.of(schedule));
		this.queue.close();
		open(encrypted);
		try (LogLines log = LogLines.fromInfo(Declarations.class)) {
			this.queue.schedules().declare(List.of(schedule));
			assertThat(log.lines()).isEmpty();
			this.queue.schedules().declare(List.of(schedule.message(NewMessage.to(TASK).payload("other"))));
			assertThat(log.lines()).hasSize(1);
		}
		this.queue.schedules().run("hourly");
		assertThat(all().get(0).payload(String.class)).isEqualTo("other");
	}

	@Test
	void newIntervalCountsFromTheLatestSlot() {
		openQueue();
		Schedule schedule = Schedule.of("tick", TASK).every(Duration.ofHours(1));
		this.schedules.create(schedule);
		this.clock.move(Duration.ofHours(1));
		awaitNext("tick", time("14:00:00"));
		this.clock.move(Duration.ofMinutes(25));
		this.schedules.update(schedule.every(Duration.ofMinutes(10)));
		assertThat(status("tick").nextSlot()).isEqualTo(time("13:30:00"));
		assertThat(all()).hasSize(1);
	}

	@Test
	void timesStartAndEndBoundASchedule() {
		openQueue();
		this.schedules.create(Schedule.of("twice", TASK).every(MINUTE).times(2).overlap(Overlap.ALLOW));
		this.schedules.create(Schedule.of("span", TASK)
			.every(MINUTE)
			.startAt(time("12:02:00"))
			.endAt(time("12:03:30"))
			.overlap(Overlap.ALLOW));
		this.schedules.create(Schedule.of("now", TASK).every(MINUTE).startAt(now()).times(1));
		await().atMost(LONG).until(() -> status("now").state() == ScheduleState.ENDED);
		assertThat(this.schedules.nextSlots("twice", 9)).containsExactly(time("12:01:00"), time("12:02:00"));
		for (int i = 0; i < 5; i++) {
			this.clock.move(MINUTE);
			int passed = i + 1;
			await().atMost(LONG)
				.until(() -> status("twice").fired() == Math.min(2, passed)
						&& status("span").fired() == Math.min(2, Math.max(0, passed - 1)));
		}
		assertThat(this.schedules.list()).extracting(ScheduleStatus::state).containsOnly(ScheduleState.ENDED);
		assertThat(this.schedules.list()).extracting(ScheduleStatus::nextSlot).containsOnlyNulls();
		assertThat(all()).hasSize(5);
		// More of it.
		this.schedules.update(Schedule.of("twice", TASK).every(MINUTE).times(3));
		assertThat(status("twice").nextSlot()).isEqualTo(time("12:06:00"));
	}

	@Test
	void clockThatStepsBackALittleMakesSlotsWait() {
		openQueue();
		this.schedules.create(HOURLY.overlap(Overlap.ALLOW));
		this.clock.move(Duration.ofHours(1));
		awaitNext("hourly", time("14:00:00"));
		this.clock.move(Duration.ofMinutes(-59));
		openAfter(Duration.ZERO);
		this.clock.move(Duration.ofMinutes(118));
		await().during(Duration.ofMillis(200)).atMost(LONG).until(() -> all().size() == 1);
		this.clock.move(MINUTE);
		awaitNext("hourly", time("15:00:00"));
		assertThat(slots()).containsExactly(time("13:00:00"), time("14:00:00"));
	}

	@Test
	void clockThatStepsBackByMuchStartsOverFromThen() {
		openQueue();
		this.schedules.create(HOURLY.overlap(Overlap.ALLOW));
		this.schedules.create(Schedule.of("tick", TASK).every(Duration.ofMinutes(7)).overlap(Overlap.ALLOW));
		this.clock.move(Duration.ofHours(1));
		awaitNext("hourly", time("14:00:00"));
		try (LogLines log = LogLines.of(Firer.class)) {
			this.clock.move(Duration.ofDays(-3));
			awaitNext("hourly", Instant.parse("2026-02-26T14:00:00Z"));
			awaitNext("tick", Instant.parse("2026-02-26T13:07:00Z"));
			await().atMost(LONG)
				.untilAsserted(
						() -> assertThat(log.lines()).contains("WARN The clock was set back: schedule 'hourly' fires at"
								+ " 2026-02-26T14:00:00Z, not at 2026-03-01T14:00:00Z only"));
		}
		int before = all().size();
		this.clock.move(Duration.ofMinutes(7));
		await().atMost(LONG).until(() -> all().size() == before + 1);
		// Also when nobody has seen it: it goes on after a restart.
		openAfter(Duration.ofDays(-3));
		awaitNext("hourly", Instant.parse("2026-02-23T14:00:00Z"));
		await().atMost(LONG).until(() -> status("tick").nextSlot().isBefore(Instant.parse("2026-02-24T00:00:00Z")));
		Instant tick = status("tick").nextSlot();
		openAfter(Duration.ofMinutes(1));
		assertThat(status("tick").nextSlot()).isEqualTo(tick);
	}

	@Test
	void clockThatStepsAheadIsAMisfire() {
		openQueue();
		this.schedules.create(HOURLY);
		this.clock.move(Duration.ofDays(365));
		awaitNext("hourly", Instant.parse("2027-03-01T13:00:00Z"));
		assertThat(slots()).containsExactly(Instant.parse("2027-03-01T12:00:00Z"));
	}

	@Test
	void declaredScheduleThatIsNotDeclaredAnyMoreIsInactiveAndGoesOnWhenItIs() {
		openQueue();
		this.schedules.declare(List.of(HOURLY));
		this.schedules.create(Schedule.of("by-hand", TASK).every(Duration.ofHours(2)));
		assertThat(status("hourly").declared()).isTrue();
		assertThat(status("hourly").state()).isEqualTo(ScheduleState.ACTIVE);
		openAfter(Duration.ofMinutes(90));
		try (LogLines log = LogLines.fromInfo(Declarations.class)) {
			this.schedules.declare(List.of());
			assertThat(log.lines())
				.containsExactly("INFO Schedule 'hourly' does not fire: no process that runs declares it any more");
		}
		assertThat(status("hourly").state()).isEqualTo(ScheduleState.INACTIVE);
		assertThat(status("by-hand").state()).isEqualTo(ScheduleState.ACTIVE);
		this.clock.move(Duration.ofMinutes(30));
		awaitNext("by-hand", time("16:00:00"));
		assertThat(all()).hasSize(1);
		openAfter(Duration.ofMinutes(30));
		this.schedules.declare(List.of(HOURLY));
		awaitNext("hourly", time("15:00:00"));
		assertThat(status("hourly").latestSlot()).isEqualTo(time("14:00:00"));
		assertThat(status("hourly").missed()).isOne();
	}

	@Test
	void declaredScheduleWhenChangedIsUpdatedAndStaysPaused() {
		openQueue();
		this.schedules.declare(List.of(HOURLY));
		this.clock.move(Duration.ofHours(1));
		awaitNext("hourly", time("14:00:00"));
		this.schedules.pause("hourly");
		openAfter(Duration.ZERO);
		this.schedules.declare(List.of(HOURLY.cron("0 30 * * * *")));
		assertThat(status("hourly")).satisfies((status) -> {
			assertThat(status.state()).isEqualTo(ScheduleState.PAUSED);
			assertThat(status.schedule().cron()).isEqualTo("0 30 * * * *");
			assertThat(status.latestSlot()).isEqualTo(time("13:00:00"));
			assertThat(status.fired()).isOne();
		});
		this.schedules.resume("hourly");
		assertThat(status("hourly").nextSlot()).isEqualTo(time("13:30:00"));
	}

	@Test
	void declaredScheduleIsTheCodes() {
		openQueue();
		this.schedules.create(HOURLY);
		this.schedules.declare(List.of(HOURLY));
		assertThat(status("hourly").declared()).isTrue();
		assertThatIllegalStateException().isThrownBy(() -> this.schedules.update(HOURLY.cron("@daily")))
			.withMessage("Schedule 'hourly' is declared by code that runs and cannot be changed here: change it there");
		assertThatIllegalStateException().isThrownBy(() -> this.schedules.delete("hourly"))
			.withMessage("Schedule 'hourly' is declared by code that runs and cannot be deleted: pause it, or remove"
					+ " the declaration");
		this.schedules.declare(List.of());
		assertThat(this.schedules.delete("hourly")).isTrue();
	}

	@Test
	void twoProcessesWithDifferentDeclarationsFireAllOfThemUntilTheOlderOneLeaves() {
		openQueue();
		Schedule both = Schedule.of("both", TASK).every(Duration.ofHours(1)).overlap(Overlap.ALLOW);
		Schedule old = Schedule.of("old", TASK).every(Duration.ofHours(1)).overlap(Overlap.ALLOW);
		Schedule changed = both.message(NewMessage.to("renamed"));
		try (EmbeddedQueue older = EmbeddedQueue.builder(this.directory)
			.clock(this.clock)
			.pollInterval(Duration.ofMillis(10))
			.build()) {
			older.schedules().declare(List.of(both, old));
			this.schedules.declare(List.of(changed));
			assertThat(this.schedules.list()).extracting(ScheduleStatus::state).containsOnly(ScheduleState.ACTIVE);
			this.clock.move(Duration.ofHours(1));
			awaitNext("both", time("14:00:00"));
			awaitNext("old", time("14:00:00"));
			assertThat(all()).extracting(Message::task).containsExactlyInAnyOrder("renamed", TASK);
		}
		await().atMost(LONG).until(() -> status("old").state() == ScheduleState.INACTIVE);
		this.clock.move(Duration.ofHours(1));
		awaitNext("both", time("15:00:00"));
		assertThat(all()).extracting(Message::task).containsExactlyInAnyOrder("renamed", TASK, "renamed");
	}

	@Test
	void declarationsFollowTheProcessToItsNextEpoch() {
		openQueue();
		this.queue.start();
		this.schedules.declare(List.of(HOURLY));
		this.queue.stop();
		this.queue.start();
		await().atMost(LONG).until(() -> status("hourly").state() == ScheduleState.ACTIVE);
		this.clock.move(Duration.ofHours(1));
		awaitNext("hourly", time("14:00:00"));
	}

	@Test
	void runEnqueuesNowWhateverTheSlots() {
		openQueue();
		this.schedules.create(HOURLY.message(NewMessage.to(TASK).payload("x")));
		this.schedules.pause("hourly");
		MessageId first = this.schedules.run("hourly").orElseThrow();
		MessageId second = this.schedules.run("hourly").orElseThrow();
		assertThat(find(first).payload(String.class)).isEqualTo("x");
		assertThat(find(second).headers()).containsEntry(Schedule.NAME_HEADER, "hourly")
			.doesNotContainKey(Schedule.SLOT_HEADER);
		assertThat(status("hourly").fired()).isZero();
		// What it enqueued is a message of it like any other.
		this.schedules.resume("hourly");
		this.clock.move(Duration.ofHours(1));
		awaitNext("hourly", time("14:00:00"));
		assertThat(status("hourly").skipped()).isOne();
	}

	@Test
	void slotsAreToldInWords() {
		openQueue();
		this.schedules.create(HOURLY.zone(ZoneId.of("Asia/Kolkata")));
		assertThat(this.schedules.nextSlotsInWords("hourly", 2)).containsExactly(
				"in 30 min: Sun, 1 Mar 2026 at 18:00:00 +05:30 (Asia/Kolkata)",
				"in 1 h 30 min: Sun, 1 Mar 2026 at 19:00:00 +05:30 (Asia/Kolkata)");
		assertThatIllegalArgumentException().isThrownBy(() -> this.schedules.nextSlots("hourly", 0))
			.withMessage("'count' must be from 1 to 1000, was 0");
		assertThat(this.schedules.nextSlots("hourly", 1000)).hasSize(1000);
	}

	@Test
	void processThatDoesNotFireLeavesItToOthers() {
		open((builder) -> builder.clock(this.clock).scheduleFiring(false).pollInterval(Duration.ofMillis(10)));
		this.queue.schedules().create(Schedule.of("tick", TASK).every(MINUTE));
		this.clock.move(MINUTE);
		await().during(Duration.ofMillis(200)).atMost(LONG).until(() -> all().isEmpty());
		openAfter(Duration.ZERO);
		await().atMost(LONG).until(() -> all().size() == 1);
	}

	/** Nothing but the signals wakes anybody. */
	@Test
	void slotFiresAtOnceAlsoWhenAnotherQueueHasCreatedItsSchedule() {
		open((builder) -> builder.pollInterval(MINUTE));
		this.queue.tasks().register(TASK, Void.class, (payload, context) -> null);
		this.queue.start();
		try (EmbeddedQueue other = EmbeddedQueue.builder(this.directory)
			.scheduleFiring(false)
			.pollInterval(MINUTE)
			.build()) {
			other.schedules().create(Schedule.of("soon", TASK).every(Duration.ofMillis(300)).times(5));
			await().atMost(LONG).until(() -> other.schedules().find("soon").orElseThrow().fired() == 5);
		}
		assertThat(all()).allSatisfy((message) -> assertThat(Duration.between(slot(message), message.createdAt()))
			.isLessThan(Duration.ofSeconds(45)));
	}

	@Test
	void schedulesOfADamagedShardRestAndTheOthersFire() throws IOException {
		open((builder) -> builder.clock(this.clock).pollInterval(Duration.ofMillis(10)).shards(2));
		List<Schedule> all = IntStream.range(0, 10).mapToObj((i) -> Schedule.of("s" + i, TASK).every(MINUTE)).toList();
		this.queue.schedules().declare(all);
		this.queue.close();
		try (RandomAccessFile file = new RandomAccessFile(this.directory.resolve("default/queue_shard_1.db").toFile(),
				"rw")) {
			file.seek(4096);
			file.write(new byte[(int) file.length() - 4096]);
		}
		open((builder) -> builder.clock(this.clock).pollInterval(Duration.ofMillis(10)));
		try (LogLines log = LogLines.of(Declarations.class)) {
			this.queue.schedules().declare(all);
			assertThat(log.lines()).isNotEmpty()
				.allMatch((line) -> line.startsWith("WARN Schedule 's") && line.contains("is quarantined"));
		}
		List<ScheduleStatus> sound = this.queue.schedules().list();
		assertThat(sound).hasSizeBetween(1, 9);
		String lost = all.stream()
			.map(Schedule::name)
			.filter((name) -> sound.stream().noneMatch((status) -> status.name().equals(name)))
			.findFirst()
			.orElseThrow();
		assertThatExceptionOfType(ShardQuarantinedException.class).isThrownBy(() -> this.queue.schedules().find(lost));
		this.clock.move(MINUTE);
		await().atMost(LONG).until(() -> all().size() == sound.size());
		assertThat(this.queue.status().failingLoops()).isEmpty();
	}

	@Test
	void scheduleThatCannotBeReadHoldsUpNobody() throws SQLException {
		openQueue();
		this.schedules.create(Schedule.of("newer", TASK).every(MINUTE));
		this.schedules.create(Schedule.of("known", TASK).every(MINUTE).overlap(Overlap.ALLOW));
		this.queue.close();
		makeUnreadable("newer");
		openAfter(MINUTE);
		await().atMost(LONG).until(() -> all().size() == 1);
		await().atMost(LONG)
			.untilAsserted(() -> assertThat(this.queue.status().failingLoops().get("queue-schedule"))
				.contains("Schedule 'newer' cannot fire"));
		this.clock.move(MINUTE);
		await().atMost(LONG).until(() -> all().size() == 2);
	}

	@Test
	void scheduleThatCannotBeReadIsListedPausedReplacedAndDeleted() throws SQLException {
		openQueue();
		this.schedules.create(Schedule.of("known", TASK).every(MINUTE));
		this.schedules.create(Schedule.of("newer", TASK).every(MINUTE));
		makeUnreadable("newer");
		assertThat(this.schedules.list()).extracting(ScheduleStatus::name).containsExactly("known", "newer");
		assertThat(status("newer")).satisfies((status) -> {
			assertThat(status.state()).isEqualTo(ScheduleState.UNREADABLE);
			assertThat(status.schedule()).isNull();
			assertThat(status.nextSlot()).isEqualTo(time("12:01:00"));
		});
		assertThat(this.schedules.nextSlots("newer", 1)).isEmpty();
		assertThat(this.schedules.nextSlotsInWords("newer", 1)).isEmpty();
		assertThatExceptionOfType(QueueException.class).isThrownBy(() -> this.schedules.run("newer"))
			.withMessageStartingWith("Schedule 'newer' cannot be read, perhaps since a newer version has written it: ");
		assertThat(this.schedules.pause("newer")).isTrue();
		assertThatExceptionOfType(QueueException.class).isThrownBy(() -> this.schedules.resume("newer"))
			.withMessageStartingWith("Schedule 'newer' cannot be read");
		assertThat(status("newer").state()).isEqualTo(ScheduleState.UNREADABLE);
		assertThat(this.schedules.update(Schedule.of("newer", TASK).every(MINUTE))).isTrue();
		assertThat(status("newer").state()).isEqualTo(ScheduleState.PAUSED);
		makeUnreadable("newer");
		assertThat(this.schedules.delete("newer")).isTrue();
		assertThat(this.schedules.list()).extracting(ScheduleStatus::name).containsExactly("known");
	}

	/** As a newer version might write it. */
	private void makeUnreadable(String name) throws SQLException {
		for (int shard = 0; shard < 3; shard++) {
			try (Connection connection = DriverManager
				.getConnection("jdbc:sqlite:" + this.directory.resolve("default/queue_shard_" + shard + ".db"));
					Statement statement = connection.createStatement()) {
				statement.execute("UPDATE schedule SET definition = replace(definition, 'SKIP', 'LATER') WHERE name = '"
						+ name + "'");
			}
		}
	}

	@Test
	void timeToLiveOfAFractionIsRoundedUp() {
		openQueue();
		this.schedules.create(Schedule.of("short", message().timeToLive(Duration.ofNanos(1_000_001))).every(MINUTE));
		Message message = find(this.schedules.run("short").orElseThrow());
		assertThat(message.expiresAt()).isEqualTo(message.createdAt().plusMillis(2));
	}

	@Test
	void interceptorsSeeItsMessagesAndMayChangeThem() {
		Queue<String> threads = new ConcurrentLinkedQueue<>();
		open((builder) -> builder.clock(this.clock).pollInterval(Duration.ofMillis(10)).enqueueInterceptor((shown) -> {
			threads.add(Thread.currentThread().getName());
			return shown.header("tenant", "acme of " + shown.headers().get(Schedule.NAME_HEADER))
				.queue("other")
				.priority(7)
				.uniqueKey("does not count")
				.delay(Duration.ofDays(1));
		}).enqueueInterceptor((shown) -> shown.task().equals("plain") ? shown : shown.payload("replaced")));
		this.schedules = this.queue.schedules();
		this.schedules.create(Schedule.of("plain", NewMessage.to("plain").payload("kept")).every(MINUTE));
		this.schedules.create(HOURLY);
		MessageId now = this.schedules.run("hourly").orElseThrow();
		this.clock.move(MINUTE);
		await().atMost(LONG).until(() -> all().size() == 2);
		assertThat(all()).allSatisfy((message) -> {
			assertThat(message.headers()).containsEntry("tenant", "acme of " + message.headers().get("schedule"));
			assertThat(message.queue()).isEqualTo("other");
			assertThat(message.priority()).isEqualTo(7);
			assertThat(message.uniqueKey()).isNull();
			assertThat(message.state()).isEqualTo(MessageState.READY);
		});
		assertThat(all()).extracting((message) -> message.payload(String.class))
			.containsExactlyInAnyOrder("replaced", "kept");
		assertThat(find(now).headers()).doesNotContainKey(Schedule.SLOT_HEADER);
		assertThat(threads).hasSize(2).noneMatch((name) -> name.contains("writer") || name.contains("shard"));
	}

	@Test
	void interceptorThatThrowsHoldsUpItsScheduleOnlyUntilItThrowsNoMore() {
		AtomicBoolean broken = new AtomicBoolean(true);
		open((builder) -> builder.clock(this.clock).pollInterval(Duration.ofMillis(10)).enqueueInterceptor((shown) -> {
			if (shown.task().equals("bad") && broken.get()) {
				throw new IllegalStateException("no tenant");
			}
			return shown;
		}));
		this.schedules = this.queue.schedules();
		this.schedules.create(Schedule.of("bad", "bad").every(MINUTE));
		this.schedules.create(Schedule.of("good", TASK).every(MINUTE));
		this.clock.move(MINUTE);
		await().atMost(LONG)
			.untilAsserted(() -> assertThat(this.queue.status().failingLoops().get("queue-schedule"))
				.contains("Schedule 'bad' cannot fire: no tenant"));
		assertThat(all()).extracting(Message::task).containsExactly(TASK);
		broken.set(false);
		await().atMost(LONG).until(() -> all().size() == 2);
		await().atMost(LONG).until(() -> this.queue.status().failingLoops().isEmpty());
	}

	@Test
	void localPayloadOfAnInterceptorIsRefused() {
		open((builder) -> builder.enqueueInterceptor((shown) -> shown.localPayload("x")));
		this.queue.schedules().create(HOURLY);
		assertThatIllegalArgumentException().isThrownBy(() -> this.queue.schedules().run("hourly"))
			.withMessageStartingWith("The message of a schedule must not have a localPayload");
		assertThat(all()).isEmpty();
	}

	@Test
	void badInputIsRefused() {
		openQueue();
		assertThatIllegalArgumentException().isThrownBy(() -> this.schedules.create(Schedule.of("x", TASK)))
			.withMessage("Schedule 'x' needs 'cron' or 'every'");
		assertThatIllegalArgumentException().isThrownBy(() -> this.schedules.declare(List.of(HOURLY, HOURLY)))
			.withMessage("Two schedules have the name 'hourly'");
		assertThat(this.schedules.list()).isEmpty();
		ScheduleOperations closed = this.schedules;
		this.queue.close();
		assertThatExceptionOfType(StoreUnavailableException.class).isThrownBy(() -> closed.create(HOURLY));
		assertThatExceptionOfType(StoreUnavailableException.class).isThrownBy(closed::list);
	}

}
