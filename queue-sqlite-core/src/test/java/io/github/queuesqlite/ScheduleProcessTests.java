package io.github.queuesqlite;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;

import io.github.queuesqlite.message.Message;
import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.message.MessageQuery;
import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.schedule.Schedule;
import io.github.queuesqlite.schedule.ScheduleStatus;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Schedules of real processes that are killed: each slot gives one message. */
@Timeout(value = 60, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ScheduleProcessTests extends ProcessTester {

	private static final Duration PATIENCE = Duration.ofMinutes(5);

	private final long seed = Long.getLong("schedule.seed", System.nanoTime());

	private final int kills = Integer.getInteger("schedule.kills", 6);

	private final Random random = new Random(this.seed);

	/** Only looks. */
	private void openWithoutFiring() {
		open((builder) -> builder.shards(2).scheduleFiring(false));
	}

	private long fired() {
		return this.queue.schedules().list().stream().mapToLong(ScheduleStatus::fired).sum();
	}

	/** Somewhere in the midst of it. */
	private void awaitSome() {
		long before = fired();
		int some = 1 + this.random.nextInt(10);
		await().atMost(PATIENCE).pollInterval(Duration.ofMillis(5)).until(() -> fired() >= before + some);
	}

	private List<Instant> slots(String schedule) {
		List<Instant> slots = new ArrayList<>();
		MessageQuery query = MessageQuery.all().limit(1000);
		List<Message> page;
		MessageId last = null;
		do {
			page = this.operations.list((last != null) ? query.after(last) : query);
			for (Message message : page) {
				last = message.id();
				if (schedule.equals(message.headers().get(Schedule.NAME_HEADER))) {
					slots.add(Instant.parse(message.headers().get(Schedule.SLOT_HEADER)));
				}
			}
		}
		while (!page.isEmpty());
		slots.sort(null);
		return slots;
	}

	/** None twice, and none left out between the first and the last. */
	private void assertEachSlotGaveOneMessage() {
		assertThat(this.queue.schedules().list()).hasSize(ScheduleChild.NAMES.size()).allSatisfy((status) -> {
			List<Instant> slots = slots(status.name());
			List<Instant> expected = new ArrayList<>();
			for (Instant slot = slots.get(0); !slot.isAfter(status.latestSlot()); slot = slot
				.plus(ScheduleChild.EVERY)) {
				expected.add(slot);
			}
			assertThat(slots).as("Seed " + this.seed).isEqualTo(expected);
			assertThat(status.fired()).isEqualTo(slots.size());
			assertThat(status.missed() + status.skipped()).isZero();
		});
		await().atMost(PATIENCE)
			.until(() -> this.operations.stats().count(MessageState.COMPLETED)
					+ this.operations.stats().count(MessageState.READY) == fired());
	}

	/** Nothing but the signals wakes anybody. */
	@Test
	void slotFiresAtOnceAlsoWhenAnotherProcessHasCreatedItsSchedule() throws Exception {
		open((builder) -> builder.shards(2).pollInterval(Duration.ofMinutes(1)));
		start(ScheduleChild.class, "soon");
		await().atMost(PATIENCE).until(() -> fired() == ScheduleChild.TIMES);
		assertThat(slots("soon")).hasSize(ScheduleChild.TIMES);
		assertThat(all()).allSatisfy((message) -> assertThat(
				Duration.between(Instant.parse(message.headers().get(Schedule.SLOT_HEADER)), message.createdAt()))
			.isLessThan(Duration.ofSeconds(45)));
	}

	@Test
	void slotsWhenTheOnlyProcessIsKilledGiveOneMessageEach() throws Exception {
		openWithoutFiring();
		for (int i = 0; i < 3; i++) {
			Process child = start(ScheduleChild.class);
			awaitSome();
			kill(child);
			await().atMost(PATIENCE)
				.until(() -> this.operations.stats().instances().stream().noneMatch((other) -> !other.self()));
		}
		assertEachSlotGaveOneMessage();
	}

	@Test
	void slotsWhenProcessesAreKilledAndReplacedGiveOneMessageEach() throws Exception {
		openWithoutFiring();
		List<Process> children = new ArrayList<>();
		for (int i = 0; i < 3; i++) {
			children.add(start(ScheduleChild.class));
		}
		for (int i = 0; i < this.kills; i++) {
			awaitSome();
			kill(children.remove(this.random.nextInt(children.size())));
			children.add(start(ScheduleChild.class));
		}
		awaitSome();
		for (Process child : children) {
			kill(child);
		}
		await().atMost(PATIENCE)
			.until(() -> this.operations.stats().instances().stream().noneMatch((other) -> !other.self()));
		assertEachSlotGaveOneMessage();
	}

}
