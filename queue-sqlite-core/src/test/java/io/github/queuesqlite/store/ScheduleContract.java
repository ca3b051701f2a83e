package io.github.queuesqlite.store;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;

import io.github.queuesqlite.message.MessageQuery;
import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.store.MessageStoreContract.Settings;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Schedules: a slot's message and the next slot are one transaction. */
abstract class ScheduleContract extends StoreSubject {

	private static final byte[] PAYLOAD = "{}".getBytes(StandardCharsets.UTF_8);

	ScheduleContract(Function<Settings, MessageStore> opener) {
		super(opener);
	}

	private StoredSchedule schedule(String name, boolean declared, @Nullable Long nextAt) {
		return new StoredSchedule(name, 0, declared, false, "{}", "json", PAYLOAD, now(), nextAt, null, null, 0, 0, 0,
				Set.of());
	}

	/** Stores a schedule that is due in so many milliseconds. */
	private StoredSchedule put(String name, long due) {
		assertThat(this.store.putSchedule(schedule(name, false, now() + due))).isTrue();
		return stored(name);
	}

	private StoredSchedule stored(String name) {
		return this.store.schedule(name).orElseThrow();
	}

	private Firing.Slot slot(String name, long at, boolean brought) {
		Keys keys = new Keys(TASK, null, null, StoredSchedule.line(name));
		long id = this.store.assignId(this.instance, keys);
		return new Firing.Slot(at, new Insertion(id, keys, QUEUE, TASK, 1, now(), at, null, null, null, "json", PAYLOAD,
				false, Terms.NONE), brought);
	}

	private Firing firing(StoredSchedule schedule, @Nullable Long nextAt, Firing.Slot... slots) {
		return new Firing(schedule.name(), schedule.revision(), List.of(slots), nextAt, 0, null, true);
	}

	private List<StoredMessage> messages() {
		return this.store.list(MessageQuery.all());
	}

	@Test
	void scheduleWhenStoredIsRead() {
		StoredSchedule stored = put("a", 1000);
		assertThat(stored.revision()).isPositive();
		assertThat(stored).usingRecursiveComparison()
			.ignoringFields("revision")
			.isEqualTo(schedule("a", false, now() + 1000));
		put("c", 500);
		put("b", 700);
		assertThat(this.store.schedules()).extracting(StoredSchedule::name).containsExactly("a", "b", "c");
		assertThat(this.store.nextFiringAt()).isEqualTo(now() + 500);
		reopen();
		assertThat(this.store.schedules()).extracting(StoredSchedule::name).containsExactly("a", "b", "c");
		assertThat(this.store.nextFiringAt()).isEqualTo(now() + 500);
		assertThat(this.store.schedule("d")).isEmpty();
	}

	@Test
	void putWhenSomebodyWasQuickerChangesNothing() {
		StoredSchedule read = put("a", 1000);
		assertThat(this.store.putSchedule(schedule("a", false, now()))).isFalse();
		assertThat(this.store.putSchedule(read.next(now() + 2000, false))).isTrue();
		assertThat(this.store.putSchedule(read.next(now() + 3000, true))).isFalse();
		assertThat(this.store.deleteSchedule(read)).isFalse();
		assertThat(stored("a").nextAt()).isEqualTo(now() + 2000);
		assertThat(this.store.deleteSchedule(stored("a"))).isTrue();
		assertThat(this.store.schedules()).isEmpty();
		assertThat(this.store.nextFiringAt()).isEqualTo(Long.MAX_VALUE);
	}

	@Test
	void fireStoresTheMessageAndTheNextSlot() {
		StoredSchedule due = put("a", 0);
		Firing firing = firing(due, now() + 1000, slot("a", now(), false));
		assertThat(this.store.fire(firing)).get()
			.extracting((outcome) -> outcome.stored().size(), Firing.Outcome::skipped)
			.containsExactly(1, 0);
		StoredMessage message = messages().get(0);
		assertThat(message.state()).isEqualTo(MessageState.READY);
		assertThat(message.payload()).isEqualTo(PAYLOAD);
		StoredSchedule after = stored("a");
		assertThat(after.nextAt()).isEqualTo(now() + 1000);
		assertThat(after.latestAt()).isEqualTo(now());
		assertThat(after.latestId()).isEqualTo(message.id());
		assertThat(after.fired()).isOne();
		assertThat(this.store.nextFiringAt()).isEqualTo(now() + 1000);
		assertThat(claimOne().id()).isEqualTo(message.id());
	}

	@Test
	void fireWhenSomebodyWasQuickerStoresNothing() {
		StoredSchedule due = put("a", 0);
		this.store.fire(firing(due, now() + 1000, slot("a", now(), false)));
		assertThat(this.store.fire(firing(due, now() + 1000, slot("a", now(), false)))).isEmpty();
		assertThat(messages()).hasSize(1);
		assertThat(stored("a").fired()).isOne();
		assertThat(this.store.deleteSchedule(stored("a"))).isTrue();
		assertThat(this.store.fire(firing(due, now() + 1000, slot("a", now(), false)))).isEmpty();
	}

	@Test
	void fireByManyAtOnceGivesOneMessageForEachSlot() throws Exception {
		put("a", 0);
		for (int round = 0; round < 20; round++) {
			StoredSchedule due = stored("a");
			List<Callable<Boolean>> all = new ArrayList<>();
			for (int i = 0; i < 6; i++) {
				Firing firing = firing(due, now() + 1000, slot("a", now(), true));
				all.add(() -> this.store.fire(firing).isPresent());
			}
			assertThat(together(all)).containsOnlyOnce(true);
			pass(1000);
		}
		assertThat(messages()).hasSize(20);
		assertThat(stored("a").fired()).isEqualTo(20);
	}

	@Test
	void fireWhenAMessageHasNotEndedLeavesTheSlotOut() {
		this.store.fire(firing(put("a", 0), now() + 1000, slot("a", now(), false)));
		pass(1000);
		Firing.Outcome outcome = this.store.fire(firing(stored("a"), now() + 1000, slot("a", now(), false)))
			.orElseThrow();
		assertThat(outcome.stored()).isEmpty();
		assertThat(outcome.skipped()).isOne();
		assertThat(stored("a")).extracting(StoredSchedule::skipped, StoredSchedule::fired, StoredSchedule::latestAt)
			.containsExactly(1L, 1L, now() - 1000);
		StoredMessage running = claimOne();
		assertThat(this.store.fire(firing(stored("a"), now() + 1000, slot("a", now(), false))).orElseThrow().stored())
			.isEmpty();
		settle(retryAt(running, now() + 5000));
		assertThat(this.store.fire(firing(stored("a"), now() + 1000, slot("a", now(), false))).orElseThrow().stored())
			.isEmpty();
		pass(5000);
		promote();
		settle(complete(claimOne()));
		assertThat(this.store.fire(firing(stored("a"), now() + 1000, slot("a", now(), false))).orElseThrow().stored())
			.hasSize(1);
	}

	@Test
	void fireOfSlotsThatAreBroughtBackStoresAllOneAfterTheOther() {
		this.store.fire(firing(put("a", 0), now(), slot("a", now(), false)));
		this.store.fire(firing(stored("a"), now() + 1000, slot("a", now(), true), slot("a", now(), true)));
		assertThat(messages()).hasSize(3);
		for (int i = 0; i < 3; i++) {
			List<StoredMessage> claimed = claim(10);
			assertThat(claimed).hasSize(1);
			settle(complete(claimed.get(0)));
		}
		assertThat(claim(10)).isEmpty();
	}

	@Test
	void fireGivesNoMoreMessagesThanItMay() {
		StoredSchedule due = put("a", 0);
		Firing firing = new Firing("a", due.revision(),
				List.of(slot("a", now(), true), slot("a", now(), true), slot("a", now(), true)), now() + 1000, 0, 2L,
				true);
		assertThat(this.store.fire(firing).orElseThrow().stored()).hasSize(2);
		assertThat(stored("a").nextAt()).isNull();
		assertThat(this.store.nextFiringAt()).isEqualTo(Long.MAX_VALUE);
	}

	@Test
	void dueAreThoseWhoseTimeHasCome() {
		put("a", 1000);
		put("b", 2000);
		put("c", 3000);
		StoredSchedule paused = put("d", 0);
		this.store.putSchedule(paused.next(null, true));
		assertThat(this.store.dueSchedules(now(), 10)).isEmpty();
		pass(2000);
		assertThat(this.store.dueSchedules(now(), 10)).extracting(StoredSchedule::name).containsOnly("a", "b");
		assertThat(this.store.dueSchedules(now(), 1)).isNotEmpty();
	}

	@Test
	void declaredScheduleIsDueOnlyWhileSomebodyDeclaresIt() {
		this.store.putSchedule(schedule("a", true, now()));
		assertThat(this.store.dueSchedules(now(), 10)).isEmpty();
		assertThat(this.store.nextFiringAt()).isEqualTo(Long.MAX_VALUE);
		StoreInstance other = this.store.register("other");
		this.store.declareSchedule("a", other, true);
		this.store.declareSchedule("a", this.instance, true);
		assertThat(stored("a").declarers()).containsExactlyInAnyOrder(other.epoch(), this.instance.epoch());
		assertThat(this.store.nextFiringAt()).isEqualTo(now());
		this.store.declareSchedule("a", this.instance, false);
		assertThat(this.store.dueSchedules(now(), 10)).hasSize(1);
		this.store.deregister(other);
		assertThat(this.store.dueSchedules(now(), 10)).isEmpty();
		assertThat(this.store.nextFiringAt()).isEqualTo(Long.MAX_VALUE);
		assertThat(stored("a").declarers()).isEmpty();
	}

	@Test
	void whatADeadInstanceDeclaredIsDeclaredByNobody() {
		this.store.putSchedule(schedule("a", true, now()));
		StoreInstance other = this.store.register("other");
		this.store.declareSchedule("a", other, true);
		this.store.rescue(peer(other), (task) -> 3);
		assertThat(this.store.dueSchedules(now(), 10)).isEmpty();
		this.store.declareSchedule("a", other, true);
		assertThat(stored("a").declarers()).isEmpty();
	}

	@Test
	void listenersAreToldOfMessagesAndOfAnEarlierTime() {
		List<Long> stored = new ArrayList<>();
		AtomicLong earliest = new AtomicLong();
		StoreListener listener = new StoreListener() {

			@Override
			public boolean wantsStored() {
				return true;
			}

			@Override
			public void stored(List<Insertion> messages) {
				messages.forEach((message) -> stored.add(message.id()));
			}

			@Override
			public void firingChanged(long at) {
				earliest.set(at);
			}

		};
		this.store.addListener(listener);
		StoredSchedule due = put("a", 0);
		await().until(() -> earliest.get() == now());
		Optional<Firing.Outcome> outcome = this.store.fire(firing(due, now() + 1000, slot("a", now(), false)));
		await().until(() -> !stored.isEmpty());
		assertThat(stored).containsExactly(outcome.orElseThrow().stored().get(0).id());
		put("b", 500);
		await().until(() -> earliest.get() == now() + 500);
	}

}
