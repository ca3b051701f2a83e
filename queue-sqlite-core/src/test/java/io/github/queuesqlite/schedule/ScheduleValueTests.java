package io.github.queuesqlite.schedule;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;

import io.github.queuesqlite.message.NewMessage;
import io.github.queuesqlite.message.OnDuplicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/** What a schedule may say. */
class ScheduleValueTests {

	private static final Schedule SCHEDULE = Schedule.of("test", "task");

	@ParameterizedTest
	@ValueSource(strings = { "@hourly", "@daily", "@midnight", "@weekly", "@monthly", "@yearly", "@annually",
			"*/5 * * * * *", "0 0 9 * * MON-FRI", "0 0 0 L * *", "0 0 0 ? * MON#2" })
	void cronReadsWhatSpringReads(String cron) {
		assertThat(SCHEDULE.cron(cron).cron()).isEqualTo(cron);
	}

	@ParameterizedTest
	@CsvSource({ "* * * * *, must consist of 6 fields", "61 * * * * *, 61", "@reboot, must consist of 6 fields",
			"'', must not be empty", "0 0 25 * * *, 25" })
	void cronWhenItCannotBeReadIsRefused(String cron, String why) {
		assertThatIllegalArgumentException().isThrownBy(() -> SCHEDULE.cron(cron))
			.withMessageStartingWith("'cron' must be six fields (second minute hour day month weekday) or a macro"
					+ " such as @hourly, was '" + cron + "': ")
			.withMessageContaining(why);
	}

	@Test
	void cronThatNeverComesIsRefused() {
		assertThatIllegalArgumentException().isThrownBy(() -> SCHEDULE.cron("0 0 0 30 2 *"))
			.withMessage("'cron' has no time that ever comes, was '0 0 0 30 2 *'");
		assertThat(SCHEDULE.cron("0 0 0 29 2 *")).isNotNull();
	}

	@Test
	void everyWhenOutOfRangeIsRefused() {
		for (Duration every : List.of(Duration.ZERO, Duration.ofMillis(9), Duration.ofSeconds(-1),
				Duration.ofDays(36_526), Duration.ofNanos(20_000_001))) {
			assertThatIllegalArgumentException().isThrownBy(() -> SCHEDULE.every(every))
				.withMessage("'every' must be from 10 ms to 36525 days, in whole milliseconds, was " + every);
		}
	}

	@Test
	void numbersWhenOutOfRangeAreRefused() {
		assertThatIllegalArgumentException().isThrownBy(() -> SCHEDULE.times(0))
			.withMessage("'times' must be at least 1, was 0");
		assertThatIllegalArgumentException().isThrownBy(() -> SCHEDULE.misfireLimit(0))
			.withMessage("'misfireLimit' must be from 1 to 1000, was 0");
		assertThatIllegalArgumentException().isThrownBy(() -> SCHEDULE.misfireLimit(1001));
	}

	@Test
	void nameWhenMalformedIsRefused() {
		assertThatIllegalArgumentException().isThrownBy(() -> Schedule.of("a b", "task"))
			.withMessageStartingWith("'name' may hold letters");
	}

	@Test
	void messageWithWhatIsTheSchedulesIsRefused() {
		NewMessage message = NewMessage.to("task");
		for (NewMessage refused : List.of(message.idempotencyKey("k"), message.uniqueKey("k"), message.orderingKey("k"),
				message.concurrencyKey("k"), message.delay(Duration.ofSeconds(1)), message.runAt(Instant.EPOCH),
				message.expiresAt(Instant.EPOCH), message.uniqueFor(Duration.ofSeconds(1)),
				message.uniqueAfterEnd(Duration.ofSeconds(1)), message.durable(true), message.localPayload("x"),
				message.onDuplicate(OnDuplicate.THROW))) {
			assertThatIllegalArgumentException().isThrownBy(() -> Schedule.of("test", refused))
				.withMessageStartingWith("The message of a schedule must not have ");
			assertThatIllegalArgumentException().isThrownBy(() -> SCHEDULE.message(refused));
		}
	}

	@Test
	void localPayloadIsRefusedWithTheReasonAndNotPrinted() {
		assertThatIllegalArgumentException()
			.isThrownBy(() -> SCHEDULE.message(NewMessage.to("task").localPayload("secret")))
			.withMessage("The message of a schedule must not have a localPayload: it is stored, and fires after a"
					+ " restart and in other processes, where the object is not");
	}

	@Test
	void checkWhenItNeverFiresRefuses() {
		assertThatIllegalArgumentException().isThrownBy(SCHEDULE::check)
			.withMessage("Schedule 'test' needs 'cron' or 'every'");
		Schedule ended = SCHEDULE.cron("@daily").startAt(Instant.ofEpochMilli(1000)).endAt(Instant.ofEpochMilli(999));
		assertThatIllegalArgumentException().isThrownBy(ended::check)
			.withMessage("'endAt' of schedule 'test' must not be before 'startAt' (1970-01-01T00:00:01Z), was"
					+ " 1970-01-01T00:00:00.999Z");
	}

	@Test
	void eachCallReturnsACopy() {
		Schedule cron = SCHEDULE.cron("@daily").zone(ZoneId.of("Asia/Kolkata"));
		Schedule every = cron.every(Duration.ofMinutes(90));
		assertThat(SCHEDULE.cron()).isNull();
		assertThat(cron.inWords()).isEqualTo("cron @daily in Asia/Kolkata");
		assertThat(every.cron()).isNull();
		assertThat(every.times(3).inWords()).isEqualTo("every 1 h 30 min, 3 times");
		assertThat(every.cron("@hourly").every()).isNull();
	}

}
