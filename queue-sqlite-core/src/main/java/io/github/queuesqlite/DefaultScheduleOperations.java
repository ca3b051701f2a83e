package io.github.queuesqlite;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Function;

import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.message.Names;
import io.github.queuesqlite.message.StoreUnavailableException;
import io.github.queuesqlite.schedule.Schedule;
import io.github.queuesqlite.schedule.ScheduleOperations;
import io.github.queuesqlite.schedule.ScheduleStatus;
import io.github.queuesqlite.schedule.Timetable;
import io.github.queuesqlite.store.MessageStore;
import io.github.queuesqlite.store.StoredSchedule;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Steers schedules: reads one, and stores it changed unless somebody was quicker. */
final class DefaultScheduleOperations implements ScheduleOperations {

	private static final Logger logger = LoggerFactory.getLogger(DefaultScheduleOperations.class);

	private final ScheduleStore schedules;

	private final MessageStore store;

	private final Declarations declarations;

	private volatile boolean closed;

	DefaultScheduleOperations(ScheduleStore schedules, Declarations declarations) {
		this.schedules = schedules;
		this.store = schedules.store();
		this.declarations = declarations;
	}

	@Override
	public boolean create(Schedule schedule) {
		check(schedule);
		boolean created = this.store.schedule(schedule.name()).isEmpty()
				&& this.store.putSchedule(this.schedules.created(schedule, false));
		if (created) {
			this.schedules.recordKnown(schedule.name());
			logger.info("Schedule '{}' was created: {}", schedule.name(), Names.oneLine(schedule.inWords()));
		}
		return created;
	}

	@Override
	public boolean update(Schedule schedule) {
		check(schedule);
		return change(schedule.name(), (stored) -> {
			refuseDeclared(stored, "changed here: change it there");
			StoredSchedule changed = this.schedules.changed(stored, schedule, false);
			return (changed != null) ? put(changed, "changed: " + Names.oneLine(schedule.inWords())) : Change.MADE;
		});
	}

	@Override
	public void declare(Collection<Schedule> schedules) {
		Objects.requireNonNull(schedules, "'schedules' must not be null");
		Map<String, Schedule> byName = new LinkedHashMap<>();
		for (Schedule schedule : schedules) {
			check(schedule);
			if (byName.put(schedule.name(), schedule) != null) {
				throw new IllegalArgumentException("Two schedules have the name '" + schedule.name() + "'");
			}
		}
		this.declarations.declare(byName);
	}

	@Override
	public boolean pause(String name) {
		return change(name, (stored) -> stored.paused() ? Change.NONE : put(stored.next(null, true), "paused"));
	}

	@Override
	public boolean resume(String name) {
		return change(name, (stored) -> stored.paused()
				? put(stored.next(this.schedules.next(stored), false), "resumed") : Change.NONE);
	}

	@Override
	public boolean delete(String name) {
		return change(name, (stored) -> {
			refuseDeclared(stored, "deleted: pause it, or remove the declaration");
			return made(this.store.deleteSchedule(stored), name, "deleted");
		});
	}

	private Change put(StoredSchedule schedule, String what) {
		return made(this.store.putSchedule(schedule), schedule.name(), what);
	}

	private static Change made(boolean made, String name, String what) {
		if (made) {
			logger.info("Schedule '{}' was {}", name, what);
		}
		return made ? Change.MADE : Change.LOST;
	}

	private void refuseDeclared(StoredSchedule stored, String what) {
		if (stored.declared() && ScheduleStore.isDeclaredByAny(stored, this.schedules.living())) {
			throw new IllegalStateException(
					"Schedule '" + stored.name() + "' is declared by code that runs and cannot be " + what);
		}
	}

	/**
	 * Changes a schedule, again and again until nobody was quicker.
	 * @param change what to do
	 * @return false when there is none, or nothing to change
	 */
	private boolean change(String name, Function<StoredSchedule, Change> change) {
		checkOpen(name);
		Change outcome = Change.LOST;
		while (outcome == Change.LOST) {
			outcome = this.store.schedule(name).map(change).orElse(Change.NONE);
		}
		return outcome == Change.MADE;
	}

	@Override
	public Optional<MessageId> run(String name) {
		checkOpen(name);
		return this.store.schedule(name).map(this.schedules::run);
	}

	@Override
	public Optional<ScheduleStatus> find(String name) {
		checkOpen(name);
		return this.store.schedule(name).map((stored) -> this.schedules.status(stored, living(List.of(stored))));
	}

	@Override
	public List<ScheduleStatus> list() {
		checkOpen("");
		List<StoredSchedule> all = this.store.schedules();
		Set<Long> living = living(all);
		return all.stream().map((stored) -> this.schedules.status(stored, living)).toList();
	}

	private Set<Long> living(List<StoredSchedule> schedules) {
		return schedules.stream().anyMatch(StoredSchedule::declared) ? this.schedules.living() : Set.of();
	}

	@Override
	public List<Instant> nextSlots(String name, int count) {
		return nextSlots(name, count, (timetable, slot) -> slot);
	}

	@Override
	public List<String> nextSlotsInWords(String name, int count) {
		Instant now = this.schedules.clock().instant();
		return nextSlots(name, count, (timetable, slot) -> timetable.inWords(slot, now));
	}

	private <T> List<T> nextSlots(String name, int count, BiFunction<Timetable, Instant, T> as) {
		if (count < 1 || count > MAX_SLOTS) {
			throw new IllegalArgumentException("'count' must be from 1 to " + MAX_SLOTS + ", was " + count);
		}
		checkOpen(name);
		return this.store.schedule(name).filter(ScheduleStore::isReadable).map((stored) -> {
			Timetable timetable = ScheduleStore.timetable(stored);
			return nextSlots(stored, timetable, count).stream().map((slot) -> as.apply(timetable, slot)).toList();
		}).orElse(List.of());
	}

	private static List<Instant> nextSlots(StoredSchedule stored, Timetable timetable, int count) {
		Schedule schedule = ScheduleStore.read(stored);
		long most = (schedule.times() != null) ? Math.min(count, schedule.times() - stored.fired()) : count;
		List<Instant> slots = new ArrayList<>();
		Instant slot = (stored.nextAt() != null) ? Instant.ofEpochMilli(stored.nextAt()) : null;
		while (slot != null && slots.size() < most) {
			slots.add(slot);
			slot = timetable.next(slot);
		}
		return slots;
	}

	/** Refuses whatever is asked from now on. */
	void close() {
		this.closed = true;
	}

	private void check(Schedule schedule) {
		Objects.requireNonNull(schedule, "'schedule' must not be null");
		schedule.check();
		checkOpen(schedule.name());
	}

	private void checkOpen(String name) {
		Objects.requireNonNull(name, "'name' must not be null");
		if (this.closed) {
			throw new StoreUnavailableException("The queue is closed", null);
		}
	}

	/** What became of a change. */
	private enum Change {

		/** It is stored. */
		MADE,

		/** There is nothing to change. */
		NONE,

		/** Somebody else was quicker. */
		LOST

	}

}
