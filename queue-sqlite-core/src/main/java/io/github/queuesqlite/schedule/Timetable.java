package io.github.queuesqlite.schedule;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Objects;

import org.jspecify.annotations.Nullable;

/**
 * The slots of a schedule: what it says, and the moment from which its interval counts.
 */
public final class Timetable {

	/** So many times of a cron expression are counted one by one. */
	private static final int COUNTED = 10_000;

	private final Schedule schedule;

	private final Instant anchor;

	private final @Nullable CronTimes cron;

	/**
	 * Creates a timetable.
	 * @param schedule with a cron expression or an interval
	 * @param anchor from which an interval counts, unless the schedule has a start
	 */
	public Timetable(Schedule schedule, Instant anchor) {
		this.schedule = schedule;
		this.anchor = anchor;
		this.cron = (schedule.cron() != null) ? CronTimes.of(schedule.cron(), schedule.zone()) : null;
	}

	/**
	 * Returns the first slot after a time.
	 * @param after the time
	 * @return whole milliseconds; null when none comes
	 */
	public @Nullable Instant next(Instant after) {
		Instant start = this.schedule.startAt();
		Instant from = (start != null && start.isAfter(after)) ? start.minusMillis(1) : after;
		Instant next = (this.cron != null) ? this.cron.next(from) : nextInterval(from);
		Instant end = this.schedule.endAt();
		return (next != null && end != null && next.isAfter(end)) ? null : next;
	}

	/**
	 * Says for people when a slot is.
	 * @param slot the slot
	 * @param now the time
	 * @return how far ahead, and when, in the zone of the schedule
	 */
	public String inWords(Instant slot, Instant now) {
		return SlotWords.of(slot, now, this.schedule.zone());
	}

	private Instant nextInterval(Instant after) {
		Instant start = this.schedule.startAt();
		// With a start that is the first slot, else the first interval has to pass.
		Instant first = (start != null) ? start : this.anchor.plus(every());
		if (after.isBefore(first)) {
			return first;
		}
		long passed = Duration.between(first, after).toMillis() / every().toMillis();
		return first.plusMillis((passed + 1) * every().toMillis());
	}

	private Duration every() {
		return Objects.requireNonNull(this.schedule.every());
	}

	/**
	 * Returns the slots that are due.
	 * @param first the first of them
	 * @param now up to when
	 * @param most how many at most, the latest ones
	 * @return what is due
	 */
	public Due due(Instant first, Instant now, int most) {
		return (this.cron != null) ? dueTimes(first, now, most) : dueIntervals(first, now, most);
	}

	private Due dueIntervals(Instant first, Instant now, int most) {
		long every = every().toMillis();
		Instant limit = limit(now);
		long count = Math.max(0, Duration.between(first, limit).toMillis() / every) + 1;
		List<Instant> latest = new ArrayList<>();
		for (long i = Math.max(0, count - most); i < count; i++) {
			latest.add(first.plusMillis(i * every));
		}
		return new Due(latest, count);
	}

	private Instant limit(Instant now) {
		Instant end = this.schedule.endAt();
		return (end != null && end.isBefore(now)) ? end : now;
	}

	private Due dueTimes(Instant first, Instant now, int most) {
		Due due = from(first, now, most, COUNTED);
		if (due.count() < COUNTED) {
			return due;
		}
		// Nobody counts the seconds of years: the latest ones are looked for from the
		// end.
		Duration span = Duration.ofSeconds(most);
		Due tail = due;
		boolean enough = false;
		while (!enough) {
			span = span.multipliedBy(4);
			Instant start = now.minus(span);
			Instant begin = start.isAfter(first) ? next(start) : first;
			tail = (begin != null) ? from(begin, now, most, Integer.MAX_VALUE) : new Due(List.of(), 0);
			enough = tail.count() >= most || !start.isAfter(first);
		}
		return new Due(tail.latest(), Math.max(COUNTED, tail.count()));
	}

	private Due from(Instant first, Instant now, int most, int counted) {
		Deque<Instant> latest = new ArrayDeque<>();
		long count = 0;
		Instant slot = first;
		while (slot != null && !slot.isAfter(now) && count < counted) {
			latest.addLast(slot);
			if (latest.size() > most) {
				latest.removeFirst();
			}
			count++;
			slot = next(slot);
		}
		return new Due(List.copyOf(latest), count);
	}

	/**
	 * Slots that are due.
	 *
	 * @param latest the latest ones, in order
	 * @param count how many there are in all; 10,000 for more of a cron expression
	 */
	public record Due(List<Instant> latest, long count) {

	}

}
