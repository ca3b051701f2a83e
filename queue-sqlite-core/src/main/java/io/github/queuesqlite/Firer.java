package io.github.queuesqlite;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

import io.github.queuesqlite.maintenance.Alarm;
import io.github.queuesqlite.maintenance.Loop;
import io.github.queuesqlite.message.QueueException;
import io.github.queuesqlite.schedule.Misfire;
import io.github.queuesqlite.schedule.Overlap;
import io.github.queuesqlite.schedule.Schedule;
import io.github.queuesqlite.schedule.Timetable;
import io.github.queuesqlite.store.Firing;
import io.github.queuesqlite.store.MessageStore;
import io.github.queuesqlite.store.StoreInstance;
import io.github.queuesqlite.store.StoreListener;
import io.github.queuesqlite.store.StoredSchedule;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Fires schedules whose time has come. Every process does; the store lets one of them do
 * it. Sleeps until the next one is due, or until there is one.
 */
final class Firer implements StoreListener {

	private static final Logger logger = LoggerFactory.getLogger(Firer.class);

	/** A slot that is later is missed. */
	static final Duration GRACE = Duration.ofMinutes(1);

	/** A clock that is set back by less makes slots wait. */
	private static final Duration SMALL_STEP = Duration.ofHours(1);

	/** So many slots that are not missed are fired together. */
	private static final int MOST_SLOTS = 1000;

	/** So many schedules of a shard are looked at together. */
	private static final int STEP = 100;

	/** Others are about to do it, or to be declared dead. */
	private static final long LOOK_AGAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

	private final ScheduleStore schedules;

	private final MessageStore store;

	private final Declarations declarations;

	private final InstantSource clock;

	private final Loop loop = new Loop("queue-schedule", true, this::pass);

	private final Alarm alarm;

	/** Slots left out in a row for an overlap, by schedule. */
	private final Map<String, Long> skipping = new HashMap<>();

	/** The latest time it has seen. */
	private long latest = Long.MAX_VALUE;

	Firer(ScheduleStore schedules, Declarations declarations, Duration pollInterval) {
		this.schedules = schedules;
		this.store = schedules.store();
		this.declarations = declarations;
		this.clock = schedules.clock();
		this.alarm = new Alarm(this.clock, pollInterval, Loop.UNTIL_WOKEN, this.loop::wake);
	}

	Loop loop() {
		return this.loop;
	}

	@Override
	public void firingChanged(long earliest) {
		this.alarm.tell(earliest);
	}

	/** What this process declares is to be declared under its next epoch. */
	@Override
	public void declaredDead(long epoch) {
		this.loop.wake();
	}

	/** One at a time: the thread of the loop, or who wants it done at once. */
	synchronized long pass() {
		this.alarm.begin();
		QueueException undeclared = settle();
		long nanos = (this.store.nextFiringAt() != Long.MAX_VALUE) ? fire() : this.alarm.plan(Long.MAX_VALUE);
		if (undeclared != null) {
			throw undeclared;
		}
		return nanos;
	}

	/** What cannot be declared holds up nobody who is due. */
	private @Nullable QueueException settle() {
		try {
			this.declarations.settle();
			return null;
		}
		catch (QueueException ex) {
			return ex;
		}
	}

	private long fire() {
		watchClock();
		boolean done = fireDue();
		long nanos = this.alarm.plan(this.store.nextFiringAt());
		return done ? nanos : Math.max(nanos, LOOK_AGAIN_NANOS);
	}

	/** Returns whether nothing is due any more, as far as this process may say. */
	private boolean fireDue() {
		long now = this.clock.millis();
		QueueException failure = null;
		while (this.store.nextFiringAt() <= now) {
			int fired = 0;
			for (StoredSchedule due : this.store.dueSchedules(now, STEP)) {
				try {
					fired += isFired(due, now) ? 1 : 0;
				}
				catch (RuntimeException ex) {
					// The others must not wait for one that cannot be written or read.
					failure = new QueueException("Schedule '" + due.name() + "' cannot fire: " + ex.getMessage(), ex);
				}
			}
			if (fired == 0) {
				if (failure != null) {
					throw failure;
				}
				return false;
			}
		}
		return true;
	}

	private boolean isFired(StoredSchedule stored, long now) {
		if (!isMine(stored)) {
			return false;
		}
		Schedule schedule = ScheduleStore.read(stored);
		Function<StoreInstance, Firing> prepared = firing(stored, schedule, now);
		return this.schedules.as((instance) -> {
			Firing firing = prepared.apply(instance);
			Optional<Firing.Outcome> outcome = this.store.fire(firing);
			outcome.ifPresent((done) -> fired(schedule, firing, done));
			return outcome.isPresent();
		});
	}

	/** What nobody alive declares is left alone, also before its declarer is dead. */
	private boolean isMine(StoredSchedule stored) {
		return !stored.declared() || this.schedules.as((instance) -> stored.declarers().contains(instance.epoch()))
				|| ScheduleStore.isDeclaredByAny(stored, this.schedules.living());
	}

	/** Interceptors see the messages now. */
	private Function<StoreInstance, Firing> firing(StoredSchedule stored, Schedule schedule, long now) {
		Timetable timetable = ScheduleStore.timetable(stored);
		Instant first = Instant.ofEpochMilli((stored.nextAt() != null) ? stored.nextAt() : now);
		boolean misfire = now - first.toEpochMilli() > GRACE.toMillis();
		Timetable.Due due = timetable.due(first, Instant.ofEpochMilli(now), most(schedule, misfire));
		List<Function<StoreInstance, Firing.Slot>> slots = new ArrayList<>();
		for (Instant slot : due.latest()) {
			boolean late = now - slot.toEpochMilli() > GRACE.toMillis();
			if (!misfire || !late || schedule.misfire() != Misfire.SKIP) {
				boolean brought = misfire && schedule.misfire() == Misfire.FIRE_ALL;
				slots.add(this.schedules.message(stored, schedule, slot, late ? now : slot.toEpochMilli())
					.andThen((message) -> new Firing.Slot(slot.toEpochMilli(), message, brought)));
			}
		}
		Instant last = due.latest().isEmpty() ? first : due.latest().get(due.latest().size() - 1);
		Instant next = timetable.next(last);
		return (instance) -> new Firing(schedule.name(), stored.revision(),
				slots.stream().map((slot) -> slot.apply(instance)).toList(),
				(next != null) ? next.toEpochMilli() : null, due.count() - slots.size(), schedule.times(),
				schedule.overlap() == Overlap.SKIP);
	}

	private static int most(Schedule schedule, boolean misfire) {
		if (!misfire) {
			return MOST_SLOTS;
		}
		return switch (schedule.misfire()) {
			case SKIP -> MOST_SLOTS;
			case FIRE_ONCE -> 1;
			case FIRE_ALL -> schedule.misfireLimit();
		};
	}

	private void fired(Schedule schedule, Firing firing, Firing.Outcome outcome) {
		this.schedules.recordFired(schedule.name(), outcome, firing.missed());
		if (logger.isDebugEnabled()) {
			logger.debug("Schedule '{}' fired: {} messages, {} slots left out", schedule.name(),
					outcome.stored().size(), outcome.skipped());
		}
		if (firing.missed() > 0) {
			logger.warn(
					"Schedule '{}' has missed slots, since nobody ran when they came: {}; messages enqueued now: {} ({})",
					schedule.name(), firing.missed(), outcome.stored().size(), schedule.misfire());
		}
		saySkipped(schedule.name(), outcome);
		if (firing.nextAt() == null) {
			logger.info("Schedule '{}' has come to its end", schedule.name());
		}
	}

	/** Once when it begins, once when it is over. */
	private void saySkipped(String name, Firing.Outcome outcome) {
		if (outcome.skipped() > 0
				&& this.skipping.merge(name, (long) outcome.skipped(), Long::sum) == outcome.skipped()) {
			logger.warn("Schedule '{}' leaves slots out while a message of it has not ended", name);
		}
		if (!outcome.stored().isEmpty() && outcome.skipped() == 0) {
			Long skipped = this.skipping.remove(name);
			if (skipped != null) {
				logger.info("Schedule '{}' goes on; {} slots were left out", name, skipped);
			}
		}
	}

	/**
	 * When the clock was set back by much, no slot waits until it shows that time again.
	 */
	private void watchClock() {
		long now = this.clock.millis();
		boolean first = this.latest == Long.MAX_VALUE;
		if (first || now < this.latest - SMALL_STEP.toMillis()) {
			for (StoredSchedule stored : this.store.schedules()) {
				this.schedules.recordKnown(stored.name());
				startOver(stored, now);
			}
			this.latest = now;
		}
		this.latest = Math.max(this.latest, now);
	}

	private void startOver(StoredSchedule stored, long now) {
		Long latest = stored.latestAt();
		long known = (latest != null) ? Math.max(latest, stored.anchor()) : stored.anchor();
		if (stored.nextAt() == null || known <= now + SMALL_STEP.toMillis() || !ScheduleStore.isReadable(stored)) {
			return;
		}
		StoredSchedule anew = stored.anchored(Math.min(stored.anchor(), now), null);
		Long next = this.schedules.next(anew);
		if (next != null && next < stored.nextAt() && this.store.putSchedule(stored.anchored(anew.anchor(), next))) {
			logger.warn("The clock was set back: schedule '{}' fires at {}, not at {} only", stored.name(),
					Instant.ofEpochMilli(next), Instant.ofEpochMilli(stored.nextAt()));
		}
	}

}
