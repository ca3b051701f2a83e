package io.github.queuesqlite.schedule;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Objects;
import java.util.function.Consumer;

import io.github.queuesqlite.message.Names;
import io.github.queuesqlite.message.NewMessage;
import io.github.queuesqlite.message.OnDuplicate;
import io.github.queuesqlite.message.TimeWords;
import org.jspecify.annotations.Nullable;

/**
 * What enqueues a message again and again: at the times of a cron expression, or in an
 * interval. Immutable: each call returns a copy. <pre>{@code
 * Schedule.of("nightly-report", NewMessage.to("report").payload(new Report("sales")))
 * 	.cron("0 30 2 * * *")
 * 	.zone(ZoneId.of("Europe/Berlin"))
 * }</pre>
 * <p>
 * Each time is a <i>slot</i>, and gives one message, whatever the number of processes.
 * The message tells its slot and the name of the schedule, see
 * {@link io.github.queuesqlite.task.TaskContext#slot()}.
 *
 * @since 0.1.0
 */
public final class Schedule {

	/** The header of a message that names the schedule it is of. */
	public static final String NAME_HEADER = "schedule";

	/** The header of a message that tells its slot, as {@code 2026-01-31T12:00:00Z}. */
	public static final String SLOT_HEADER = "schedule-slot";

	/** The shortest interval. */
	public static final Duration MIN_EVERY = Duration.ofMillis(10);

	/** The greatest {@link #misfireLimit()}. */
	public static final int MAX_MISFIRE_LIMIT = 1000;

	private final String name;

	private final NewMessage message;

	private final Fields fields;

	private Schedule(String name, NewMessage message, Fields fields) {
		this.name = name;
		this.message = message;
		this.fields = fields;
	}

	/**
	 * Returns a schedule that needs a {@link #cron(String)} or {@link #every(Duration)}.
	 * @param name its name in the directory, 1 to 200 letters, digits or {@code . _ - :}
	 * @param message what each slot enqueues: with payload, queue, priority, headers and
	 * so on, but without keys, {@code delay}, {@code runAt}, {@code expiresAt} and
	 * {@code durable}. Its payload is written once, when the schedule is stored
	 * @return a schedule
	 * @throws IllegalArgumentException if the name is malformed or the message has what
	 * it must not have
	 */
	public static Schedule of(String name, NewMessage message) {
		Names.check("name", name);
		checkMessage(message);
		return new Schedule(name, message, new Fields());
	}

	/**
	 * Returns a schedule of messages without payload.
	 * @param name its name
	 * @param task the task of its messages
	 * @return a schedule
	 * @throws IllegalArgumentException if a name is malformed
	 */
	public static Schedule of(String name, String task) {
		return of(Names.check("name", name), NewMessage.to(task));
	}

	private static void checkMessage(NewMessage message) {
		Objects.requireNonNull(message, "'message' must not be null");
		refuse("an idempotencyKey", message.idempotencyKey());
		refuse("a uniqueKey", message.uniqueKey());
		refuse("an orderingKey", message.orderingKey());
		refuse("a concurrencyKey", message.concurrencyKey());
		refuse("a delay", message.delay());
		refuse("a runAt", message.runAt());
		refuse("an expiresAt (a timeToLive it may have)", message.expiresAt());
		refuse("a uniqueFor", message.uniqueFor());
		refuse("a uniqueAfterEnd", message.uniqueAfterEnd());
		refuse("'durable'", message.durable());
		if (message.onDuplicate() != OnDuplicate.RETURN_EXISTING) {
			refuse("an onDuplicate", message.onDuplicate());
		}
		if (message.isLocal()) {
			throw new IllegalArgumentException("The message of a schedule must not have a localPayload: it is stored,"
					+ " and fires after a restart and in other processes, where the object is not");
		}
	}

	private static void refuse(String what, @Nullable Object value) {
		if (value != null) {
			throw new IllegalArgumentException("The message of a schedule must not have " + what + ", was " + value);
		}
	}

	/**
	 * Sets the message.
	 * @param message as in {@link #of(String, NewMessage)}
	 * @return a copy
	 * @throws IllegalArgumentException if the message has what it must not have
	 */
	public Schedule message(NewMessage message) {
		checkMessage(message);
		return new Schedule(this.name, message, this.fields);
	}

	/**
	 * Fires at the times of a cron expression. Replaces {@link #every(Duration)}.
	 * @param cron six fields, seconds first, as Spring's
	 * {@link org.springframework.scheduling.support.CronExpression CronExpression} reads
	 * them, or a macro such as {@code @daily}
	 * @return a copy
	 * @throws IllegalArgumentException if it cannot be read, or has no time that comes
	 */
	public Schedule cron(String cron) {
		Objects.requireNonNull(cron, "'cron' must not be null");
		CronTimes.parse(cron);
		return with((f) -> {
			f.cron = cron;
			f.every = null;
		});
	}

	/**
	 * Fires in an interval of elapsed time: the first time that long after the schedule
	 * was stored, or at {@link #startAt(Instant)}. Replaces {@link #cron(String)}.
	 * @param every 10 ms to 36,525 days, whole milliseconds
	 * @return a copy
	 * @throws IllegalArgumentException if it is out of range
	 */
	public Schedule every(Duration every) {
		Objects.requireNonNull(every, "'every' must not be null");
		if (every.compareTo(MIN_EVERY) < 0 || every.compareTo(NewMessage.MAX_AHEAD) > 0
				|| every.toNanosPart() % 1_000_000 != 0) {
			throw new IllegalArgumentException("'every' must be from " + MIN_EVERY.toMillis() + " ms to "
					+ NewMessage.MAX_AHEAD.toDays() + " days, in whole milliseconds, was " + every);
		}
		return with((f) -> {
			f.every = every;
			f.cron = null;
		});
	}

	/**
	 * Sets the zone in which a cron expression counts. Without it the zone of the machine
	 * counts where the schedule is made, and is stored with it.
	 * @param zone the zone
	 * @return a copy
	 */
	public Schedule zone(ZoneId zone) {
		Objects.requireNonNull(zone, "'zone' must not be null");
		return with((f) -> f.zone = zone);
	}

	/**
	 * Sets what becomes of missed slots.
	 * @param misfire {@link Misfire#FIRE_ONCE} unless set
	 * @return a copy
	 */
	public Schedule misfire(Misfire misfire) {
		Objects.requireNonNull(misfire, "'misfire' must not be null");
		return with((f) -> f.misfire = misfire);
	}

	/**
	 * Sets how many missed slots {@link Misfire#FIRE_ALL} brings back at most, the latest
	 * ones.
	 * @param misfireLimit 1 to 1,000; 100 unless set
	 * @return a copy
	 * @throws IllegalArgumentException if it is out of range
	 */
	public Schedule misfireLimit(int misfireLimit) {
		if (misfireLimit < 1 || misfireLimit > MAX_MISFIRE_LIMIT) {
			throw new IllegalArgumentException(
					"'misfireLimit' must be from 1 to " + MAX_MISFIRE_LIMIT + ", was " + misfireLimit);
		}
		return with((f) -> f.misfireLimit = misfireLimit);
	}

	/**
	 * Sets what becomes of a slot while a message of the schedule has not ended.
	 * @param overlap {@link Overlap#SKIP} unless set
	 * @return a copy
	 */
	public Schedule overlap(Overlap overlap) {
		Objects.requireNonNull(overlap, "'overlap' must not be null");
		return with((f) -> f.overlap = overlap);
	}

	/**
	 * Lets it have no slot before this. An interval has its first slot at this time.
	 * @param startAt whole milliseconds count
	 * @return a copy
	 */
	public Schedule startAt(Instant startAt) {
		Objects.requireNonNull(startAt, "'startAt' must not be null");
		Instant millis = Instant.ofEpochMilli(startAt.toEpochMilli());
		return with((f) -> f.startAt = millis);
	}

	/**
	 * Lets it have no slot after this.
	 * @param endAt whole milliseconds count
	 * @return a copy
	 */
	public Schedule endAt(Instant endAt) {
		Objects.requireNonNull(endAt, "'endAt' must not be null");
		Instant millis = Instant.ofEpochMilli(endAt.toEpochMilli());
		return with((f) -> f.endAt = millis);
	}

	/**
	 * Lets it enqueue so many messages, then no more. Slots that are left out do not
	 * count.
	 * @param times 1 or more
	 * @return a copy
	 * @throws IllegalArgumentException if it is less
	 */
	public Schedule times(long times) {
		if (times < 1) {
			throw new IllegalArgumentException("'times' must be at least 1, was " + times);
		}
		return with((f) -> f.times = times);
	}

	public String name() {
		return this.name;
	}

	/**
	 * Returns what each slot enqueues.
	 * @return of a schedule that was read from the store, a message whose payload is as
	 * it was written: it can be stored again, and not looked at
	 */
	public NewMessage message() {
		return this.message;
	}

	public @Nullable String cron() {
		return this.fields.cron;
	}

	public @Nullable Duration every() {
		return this.fields.every;
	}

	public ZoneId zone() {
		return this.fields.zone;
	}

	public Misfire misfire() {
		return this.fields.misfire;
	}

	public int misfireLimit() {
		return this.fields.misfireLimit;
	}

	public Overlap overlap() {
		return this.fields.overlap;
	}

	public @Nullable Instant startAt() {
		return this.fields.startAt;
	}

	public @Nullable Instant endAt() {
		return this.fields.endAt;
	}

	public @Nullable Long times() {
		return this.fields.times;
	}

	/**
	 * Returns when it fires, for people.
	 * @return such as {@code every 15 min} or {@code cron 0 30 2 * * * in Europe/Berlin}
	 */
	public String inWords() {
		Duration every = this.fields.every;
		String when = (every != null) ? "every " + TimeWords.of(every)
				: "cron " + this.fields.cron + " in " + this.fields.zone;
		when += (this.fields.startAt != null) ? ", from " + this.fields.startAt : "";
		when += (this.fields.endAt != null) ? ", until " + this.fields.endAt : "";
		return when + ((this.fields.times != null) ? ", " + this.fields.times + " times" : "");
	}

	/**
	 * Refuses a schedule that never fires by what it says.
	 * @return this
	 * @throws IllegalArgumentException if it has neither cron expression nor interval, or
	 * ends before it starts
	 */
	public Schedule check() {
		if (this.fields.cron == null && this.fields.every == null) {
			throw new IllegalArgumentException("Schedule '" + this.name + "' needs 'cron' or 'every'");
		}
		Instant start = this.fields.startAt;
		Instant end = this.fields.endAt;
		if (start != null && end != null && end.isBefore(start)) {
			throw new IllegalArgumentException(
					"'endAt' of schedule '" + this.name + "' must not be before 'startAt' (" + start + "), was " + end);
		}
		return this;
	}

	@Override
	public String toString() {
		return "Schedule[" + this.name + ", " + inWords() + "]";
	}

	private Schedule with(Consumer<Fields> change) {
		Fields copy = new Fields(this.fields);
		change.accept(copy);
		return new Schedule(this.name, this.message, copy);
	}

	/** When it fires; changed only while a copy is made. */
	private static final class Fields {

		@Nullable String cron;

		@Nullable Duration every;

		ZoneId zone = ZoneId.systemDefault();

		Misfire misfire = Misfire.FIRE_ONCE;

		int misfireLimit = 100;

		Overlap overlap = Overlap.SKIP;

		@Nullable Instant startAt;

		@Nullable Instant endAt;

		@Nullable Long times;

		Fields() {
		}

		Fields(Fields other) {
			this.cron = other.cron;
			this.every = other.every;
			this.zone = other.zone;
			this.misfire = other.misfire;
			this.misfireLimit = other.misfireLimit;
			this.overlap = other.overlap;
			this.startAt = other.startAt;
			this.endAt = other.endAt;
			this.times = other.times;
		}

	}

}
