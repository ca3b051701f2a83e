package io.github.queuesqlite.schedule;

import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.zone.ZoneOffsetTransition;
import java.time.zone.ZoneRules;

import org.jspecify.annotations.Nullable;
import org.springframework.scheduling.support.CronExpression;

/**
 * The times of a cron expression in a zone. The expression is asked for local times only;
 * what the clocks do is decided here:
 * <ul>
 * <li>What falls into a gap comes when the gap is over, once.</li>
 * <li>What comes twice, since clocks are set back, counts the first time only; unless the
 * hour of the expression is {@code *}: then it goes by elapsed time and counts both
 * times.</li>
 * </ul>
 */
final class CronTimes {

	/** Any time before all there is, in a year whose February has 29 days. */
	private static final LocalDateTime LONG_AGO = LocalDateTime.of(2000, 1, 1, 0, 0);

	private static final int HOUR = 2;

	private final CronExpression cron;

	private final ZoneRules rules;

	private final boolean hourly;

	private CronTimes(CronExpression cron, ZoneId zone) {
		this.cron = cron;
		this.rules = zone.getRules();
		this.hourly = cron.toString().trim().split("\\s+")[HOUR].equals("*");
	}

	static CronTimes of(String cron, ZoneId zone) {
		return new CronTimes(parse(cron), zone);
	}

	/** Reads an expression that has times. */
	static CronExpression parse(String cron) {
		CronExpression parsed;
		try {
			parsed = CronExpression.parse(cron);
		}
		catch (IllegalArgumentException ex) {
			throw new IllegalArgumentException(
					"'cron' must be six fields (second minute hour day month weekday) or a macro such as @hourly, was '"
							+ cron + "': " + ex.getMessage(),
					ex);
		}
		if (parsed.next(LONG_AGO) == null) {
			throw new IllegalArgumentException("'cron' has no time that ever comes, was '" + cron + "'");
		}
		return parsed;
	}

	/** Returns the first time after another one; null when there is none. */
	@Nullable Instant next(Instant after) {
		Instant from = after;
		ZoneOffset offset = this.rules.getOffset(from);
		LocalDateTime local = LocalDateTime.ofInstant(from, offset);
		while (true) {
			LocalDateTime next = this.cron.next(local);
			if (next == null) {
				return null;
			}
			ZoneOffsetTransition change = this.rules.nextTransition(from);
			if (change == null || next.toInstant(offset).isBefore(change.getInstant())) {
				if (!isRepeated(next, offset)) {
					return next.toInstant(offset);
				}
				local = next;
			}
			else if (change.isGap() && next.isBefore(change.getDateTimeAfter())) {
				return change.getInstant();
			}
			else {
				from = change.getInstant();
				offset = change.getOffsetAfter();
				// The next one may be this very moment.
				local = change.getDateTimeAfter().minusNanos(1);
			}
		}
	}

	/** Whether a local time was there before, and need not come again. */
	private boolean isRepeated(LocalDateTime time, ZoneOffset offset) {
		return !this.hourly && !this.rules.getValidOffsets(time).get(0).equals(offset);
	}

}
