package io.github.queuesqlite;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

import io.github.queuesqlite.message.Names;
import io.github.queuesqlite.message.QueueException;
import io.github.queuesqlite.message.ShardQuarantinedException;
import io.github.queuesqlite.schedule.Schedule;
import io.github.queuesqlite.store.MessageStore;
import io.github.queuesqlite.store.StoreInstance;
import io.github.queuesqlite.store.StoredSchedule;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What schedules this process declares. What cannot be written now is written later. When
 * the process goes on under another epoch it declares them under that one, without
 * changing what others have changed meanwhile.
 * <p>
 * <b>Threads:</b> safe for use by several threads.
 */
final class Declarations {

	private static final Logger logger = LoggerFactory.getLogger(Declarations.class);

	private final ScheduleStore schedules;

	private final MessageStore store;

	private Map<String, Schedule> declared = Map.of();

	/** Those that are stored as they are declared. */
	private final Set<String> stored = new HashSet<>();

	/** Those of which the store knows who declares them. */
	private final Set<String> signed = new HashSet<>();

	/** No more declared, and the store does not know. */
	private final Set<String> leaving = new HashSet<>();

	private long epoch;

	Declarations(ScheduleStore schedules) {
		this.schedules = schedules;
		this.store = schedules.store();
	}

	/** Declares these, and nothing else. */
	synchronized void declare(Map<String, Schedule> schedules) {
		this.leaving.addAll(this.declared.keySet());
		this.leaving.removeAll(schedules.keySet());
		this.declared = new HashMap<>(schedules);
		this.stored.clear();
		this.signed.retainAll(schedules.keySet());
		try {
			settle();
		}
		catch (QueueException ex) {
			logger.warn("Not all schedules could be declared, they will be once it can be: {}", ex.getMessage());
		}
		sayInactive();
	}

	/**
	 * Writes what is not written yet.
	 * @throws QueueException if something cannot be written; the rest is
	 */
	synchronized void settle() {
		if (this.declared.isEmpty() && this.leaving.isEmpty()) {
			return;
		}
		this.schedules.as((instance) -> {
			settle(instance);
			return instance;
		});
	}

	private void settle(StoreInstance instance) {
		if (this.epoch != instance.epoch()) {
			this.epoch = instance.epoch();
			this.signed.clear();
		}
		@Nullable QueueException failure = null;
		for (Schedule schedule : this.declared.values()) {
			String name = schedule.name();
			if (!this.stored.contains(name) || !this.signed.contains(name)) {
				failure = attempt(failure, name, () -> declare(instance, schedule));
			}
		}
		for (String name : Set.copyOf(this.leaving)) {
			failure = attempt(failure, name, () -> leave(instance, name));
		}
		if (failure != null) {
			throw failure;
		}
	}

	/** What is in another shard may be written. */
	private @Nullable QueueException attempt(@Nullable QueueException failure, String name, Runnable action) {
		try {
			action.run();
			return failure;
		}
		catch (ShardQuarantinedException ex) {
			// Not before the next start.
			this.stored.add(name);
			this.signed.add(name);
			this.leaving.remove(name);
			logger.warn("Schedule '{}' is not declared: {}", name, ex.getMessage());
			return failure;
		}
		catch (QueueException ex) {
			return (failure != null) ? failure : ex;
		}
	}

	private void declare(StoreInstance instance, Schedule schedule) {
		String name = schedule.name();
		if (!this.stored.contains(name)) {
			boolean written = false;
			while (!written) {
				written = isWritten(schedule);
			}
			this.stored.add(name);
			this.schedules.recordKnown(name);
		}
		this.store.declareSchedule(name, instance, true);
		this.signed.add(name);
	}

	/** False when somebody else was quicker. */
	private boolean isWritten(Schedule schedule) {
		StoredSchedule before = this.store.schedule(schedule.name()).orElse(null);
		StoredSchedule after = (before != null) ? this.schedules.changed(before, schedule, true)
				: this.schedules.created(schedule, true);
		if (after == null) {
			return true;
		}
		boolean written = this.store.putSchedule(after);
		if (written) {
			logger.info("Schedule '{}' is {}: {}", schedule.name(), (before != null) ? "changed" : "new",
					Names.oneLine(schedule.inWords()));
		}
		return written;
	}

	private void leave(StoreInstance instance, String name) {
		this.store.declareSchedule(name, instance, false);
		this.leaving.remove(name);
	}

	private void sayInactive() {
		Set<Long> living = this.schedules.living();
		for (StoredSchedule schedule : this.store.schedules()) {
			if (!ScheduleStore.isDeclaredByAny(schedule, living)) {
				logger.info("Schedule '{}' does not fire: no process that runs declares it any more",
						Names.oneLine(schedule.name()));
			}
		}
	}

}
