package io.github.queuesqlite;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.message.Names;
import io.github.queuesqlite.message.NewMessage;
import io.github.queuesqlite.message.PayloadException;
import io.github.queuesqlite.message.QueueException;
import io.github.queuesqlite.payload.Payloads;
import io.github.queuesqlite.payload.Payloads.Encoded;
import io.github.queuesqlite.schedule.Overlap;
import io.github.queuesqlite.schedule.Schedule;
import io.github.queuesqlite.schedule.ScheduleState;
import io.github.queuesqlite.schedule.ScheduleStatus;
import io.github.queuesqlite.schedule.Timetable;
import io.github.queuesqlite.store.BlockingCompletion;
import io.github.queuesqlite.store.Firing;
import io.github.queuesqlite.store.InsertResult;
import io.github.queuesqlite.store.Insertion;
import io.github.queuesqlite.store.Keys;
import io.github.queuesqlite.store.MessageStore;
import io.github.queuesqlite.store.Peer;
import io.github.queuesqlite.store.ScheduleCodec;
import io.github.queuesqlite.store.StoreInstance;
import io.github.queuesqlite.store.StoredSchedule;
import io.github.queuesqlite.store.Terms;
import io.github.queuesqlite.task.TaskDefinition;
import io.github.queuesqlite.task.TaskRegistry;
import org.jspecify.annotations.Nullable;

/**
 * Schedules on their way into the store and back, and the messages they give.
 * <p>
 * <b>Threads:</b> safe for use by several threads.
 */
final class ScheduleStore {

	private final StoreAccess access;

	private final Payloads payloads;

	private final TaskRegistry tasks;

	private final InstantSource clock;

	private final Intake intake;

	private final long maxSize;

	ScheduleStore(StoreAccess access, Payloads payloads, TaskRegistry tasks, InstantSource clock, Intake intake,
			long maxSize) {
		this.access = access;
		this.payloads = payloads;
		this.tasks = tasks;
		this.clock = clock;
		this.intake = intake;
		this.maxSize = maxSize;
	}

	MessageStore store() {
		return this.access.store();
	}

	InstantSource clock() {
		return this.clock;
	}

	/** Does something as the instance of this process, which does not leave meanwhile. */
	<R> R as(Function<StoreInstance, R> action) {
		return this.access.as(action);
	}

	// ---- schedules

	/** What a schedule is that was not stored yet. */
	StoredSchedule created(Schedule schedule, boolean declared) {
		long now = this.clock.millis();
		Written written = write(schedule);
		Instant next = new Timetable(schedule, Instant.ofEpochMilli(now)).next(beginning(schedule, now));
		Encoded payload = stored(written.payload);
		return new StoredSchedule(schedule.name(), 0, declared, false, written.definition, payload.codec(),
				payload.bytes(), now, millis(next), null, null, 0, 0, 0, Set.of());
	}

	/** A start that was a moment ago is meant to be now. */
	private static Instant beginning(Schedule schedule, long now) {
		Instant start = schedule.startAt();
		if (start != null && start.toEpochMilli() <= now && now - start.toEpochMilli() < Firer.GRACE.toMillis()) {
			return start.minusMillis(1);
		}
		return Instant.ofEpochMilli(now);
	}

	/** What a stored schedule is that is to say something else; null when it says it. */
	@Nullable StoredSchedule changed(StoredSchedule stored, Schedule schedule, boolean declared) {
		Written written = write(schedule);
		if (isSame(written, stored) && declared == stored.declared()) {
			return null;
		}
		boolean sameTimes = isReadable(stored) && ScheduleCodec.haveSameTimes(written.definition, stored.definition());
		// A new interval counts from the latest slot.
		long anchor = (sameTimes || stored.latestAt() == null) ? stored.anchor() : stored.latestAt();
		Long next = stored.nextAt();
		if (!sameTimes || next == null) {
			next = next(schedule, stored.fired(), anchor);
		}
		Encoded payload = stored(written.payload);
		return new StoredSchedule(stored.name(), stored.revision(), declared, stored.paused(), written.definition,
				payload.codec(), payload.bytes(), anchor, stored.paused() ? null : next, stored.latestAt(),
				stored.latestId(), stored.fired(), stored.skipped(), stored.missed(), stored.declarers());
	}

	/** The next slot from now on; null for none. */
	@Nullable Long next(StoredSchedule stored) {
		return next(read(stored), stored.fired(), stored.anchor());
	}

	private @Nullable Long next(Schedule schedule, long fired, long anchor) {
		Long times = schedule.times();
		return (times != null && fired >= times) ? null
				: millis(new Timetable(schedule, Instant.ofEpochMilli(anchor)).next(this.clock.instant()));
	}

	private static @Nullable Long millis(@Nullable Instant time) {
		return (time != null) ? Long.valueOf(time.toEpochMilli()) : null;
	}

	private Written write(Schedule schedule) {
		TaskDefinition<?> task = this.tasks.find(schedule.message().task()).orElse(null);
		NewMessage message = schedule.message()
			.queue(Intake.queue(schedule.message(), task))
			.priority(Intake.priority(schedule.message(), task));
		if (message.timeToLive() == null && task != null && task.timeToLive() != null) {
			message = message.timeToLive(task.timeToLive());
		}
		String definition = ScheduleCodec.encode(schedule.message(message));
		if (definition.length() > this.maxSize) {
			throw new PayloadException("Headers, tags, metadata and source of schedule '" + schedule.name() + "' have "
					+ definition.length() + " characters, more than the " + this.maxSize
					+ " that 'payload.max-size' allows", null);
		}
		return new Written(definition, message.payload());
	}

	/** What is stored of a payload; of one that was read, the same. */
	private Encoded stored(@Nullable Object payload) {
		return this.payloads.encode("payload", payload);
	}

	/** Whether it says what is stored. An encrypted payload is another one each time. */
	private boolean isSame(Written written, StoredSchedule stored) {
		return written.definition.equals(stored.definition()) && isSamePayload(written.payload, stored);
	}

	private boolean isSamePayload(@Nullable Object payload, StoredSchedule stored) {
		String format = stored.codec();
		byte[] bytes = stored.payload();
		if (payload instanceof Encoded read) {
			return Objects.equals(read.codec(), format) && Arrays.equals(read.bytes(), bytes);
		}
		if (payload == null || format == null || bytes == null) {
			return payload == null && format == null;
		}
		return this.payloads.isSame(this.payloads.write("payload", payload), format, bytes);
	}

	/**
	 * Reads what a schedule says.
	 * @throws QueueException if a newer version has written what this one does not know
	 */
	static Schedule read(StoredSchedule stored) {
		try {
			return ScheduleCodec.decode(stored.name(), stored.definition(),
					new Encoded(stored.codec(), stored.payload()));
		}
		catch (RuntimeException ex) {
			throw new QueueException("Schedule '" + stored.name()
					+ "' cannot be read, perhaps since a newer version has written it: " + Names.oneLine(ex.toString()),
					ex);
		}
	}

	static boolean isReadable(StoredSchedule stored) {
		return readable(stored) != null;
	}

	private static @Nullable Schedule readable(StoredSchedule stored) {
		try {
			return read(stored);
		}
		catch (QueueException ex) {
			// Who needs to know why reads it.
			return null;
		}
	}

	static Timetable timetable(StoredSchedule stored) {
		return new Timetable(read(stored), Instant.ofEpochMilli(stored.anchor()));
	}

	// ---- who declares

	/** The instances that live, as far as this process knows. */
	Set<Long> living() {
		return store().peers()
			.stream()
			.filter((peer) -> !peer.dead() && !store().isGone(peer))
			.map(Peer::epoch)
			.collect(Collectors.toSet());
	}

	static boolean isDeclaredByAny(StoredSchedule stored, Set<Long> living) {
		return !stored.declared() || stored.declarers().stream().anyMatch(living::contains);
	}

	ScheduleStatus status(StoredSchedule stored, Set<Long> living) {
		Schedule schedule = readable(stored);
		ScheduleState state = (schedule != null) ? state(stored, living) : ScheduleState.UNREADABLE;
		return new ScheduleStatus(stored.name(), schedule, state, stored.declared(), instant(stored.nextAt()),
				instant(stored.latestAt()), (stored.latestId() != null) ? new MessageId(stored.latestId()) : null,
				stored.fired(), stored.skipped(), stored.missed());
	}

	private static ScheduleState state(StoredSchedule stored, Set<Long> living) {
		if (!isDeclaredByAny(stored, living)) {
			return ScheduleState.INACTIVE;
		}
		if (stored.paused()) {
			return ScheduleState.PAUSED;
		}
		return (stored.nextAt() != null) ? ScheduleState.ACTIVE : ScheduleState.ENDED;
	}

	private static @Nullable Instant instant(@Nullable Long millis) {
		return (millis != null) ? Instant.ofEpochMilli(millis) : null;
	}

	// ---- messages

	/**
	 * Makes a message of a schedule: shows it to the interceptors now, and gives it an id
	 * when it is to be stored.
	 * @param stored the schedule
	 * @param schedule the same
	 * @param slot its slot; null when somebody wants it now
	 * @param runAt not before
	 */
	Function<StoreInstance, Insertion> message(StoredSchedule stored, Schedule schedule, @Nullable Instant slot,
			long runAt) {
		NewMessage template = schedule.message().header(Schedule.NAME_HEADER, schedule.name());
		NewMessage message = this.intake
			.intercept((slot != null) ? template.header(Schedule.SLOT_HEADER, slot.toString()) : template);
		Encoded payload = stored(message);
		String attributes = this.intake.attributes(message, false);
		TaskDefinition<?> task = this.tasks.find(message.task()).orElse(null);
		String line = StoredSchedule.line(schedule.name());
		Keys home = new Keys(message.task(), null, null, line);
		Keys keys = (schedule.overlap() != Overlap.ALLOW) ? home : new Keys(message.task(), null, null);
		return (instance) -> {
			long now = this.clock.millis();
			Duration timeToLive = message.timeToLive();
			Long expiresAt = (timeToLive != null) ? Long.valueOf(now + Intake.ceilMillis(timeToLive)) : null;
			return new Insertion(store().assignId(instance, home), keys, Intake.queue(message, task), message.task(),
					Intake.priority(message, task), now, runAt, expiresAt, Intake.maxAttempts(message), attributes,
					payload.codec(), payload.bytes(), false, Terms.NONE);
		};
	}

	/** Of a message that an interceptor may have changed. */
	private Encoded stored(NewMessage message) {
		if (message.isLocal()) {
			throw new IllegalArgumentException(
					"The message of a schedule must not have a localPayload: an interceptor" + " has given it one");
		}
		return stored(message.payload());
	}

	/** Stores a message that is of no slot. */
	MessageId run(StoredSchedule stored) {
		Function<StoreInstance, Insertion> prepared = message(stored, read(stored), null, this.clock.millis());
		return as((instance) -> {
			Insertion message = prepared.apply(instance);
			BlockingCompletion<InsertResult> completion = BlockingCompletion.ofOne();
			store().insert(instance, List.of(message), completion);
			MessageId id = new MessageId(message.id());
			completion.await(() -> new QueueException(
					"Interrupted while waiting for the commit of message " + id + ": the outcome is unknown", id,
					null));
			recordStored(List.of(message));
			return id;
		});
	}

	private void recordStored(List<Insertion> messages) {
		messages.forEach((message) -> this.access.recorder().enqueued(message.queue(), message.task(), 1));
	}

	/** Meters are told of what has fired. */
	void recordFired(String name, Firing.Outcome outcome, long missed) {
		recordStored(outcome.stored());
		this.access.recorder().fired(name, outcome.stored().size(), outcome.skipped(), missed);
	}

	/** Meters are to show it, though it has not fired. */
	void recordKnown(String name) {
		this.access.recorder().fired(name, 0, 0, 0);
	}

	/** A schedule as text, and its payload. */
	private record Written(String definition, @Nullable Object payload) {

	}

}
