package io.github.queuesqlite.schedule;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.zone.ZoneOffsetTransition;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** Which slots a schedule has, also where clocks are set. */
class TimetableTests {

	private static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");

	private static Schedule schedule() {
		return Schedule.of("test", "task").zone(ZoneId.of("UTC"));
	}

	private static Timetable timetable(Schedule schedule) {
		return new Timetable(schedule, NOON);
	}

	/** The next slots after a local time, as local times with their offset. */
	private static List<String> slots(String cron, String zone, String after, int count) {
		ZoneId id = ZoneId.of(zone);
		Timetable timetable = timetable(schedule().cron(cron).zone(id));
		List<String> slots = new ArrayList<>();
		Instant slot = LocalDateTime.parse(after).atZone(id).toInstant();
		for (int i = 0; i < count; i++) {
			slot = timetable.next(slot);
			ZonedDateTime local = slot.atZone(id);
			slots.add(local.toLocalDateTime() + " " + local.getOffset());
		}
		return slots;
	}

	@Test
	void cronInUtcKnowsNoChanges() {
		assertThat(slots("0 30 2 * * *", "UTC", "2026-03-28T00:00", 3)).containsExactly("2026-03-28T02:30 Z",
				"2026-03-29T02:30 Z", "2026-03-30T02:30 Z");
	}

	@ParameterizedTest
	@CsvSource({ "Europe/Berlin, 2026-03-29, 2026-03-29T03:00 +02:00",
			"America/New_York, 2026-03-08, 2026-03-08T03:00 -04:00",
			"Australia/Lord_Howe, 2026-10-04, 2026-10-04T02:30 +11:00" })
	void cronWhoseTimeFallsIntoAGapFiresWhenTheGapIsOver(String zone, String day, String slot) {
		assertThat(slots("0 15 2 * * *", zone, day + "T00:00", 1)).containsExactly(slot);
		assertThat(slots("0 0/10 2 * * *", zone, day + "T00:00", 1)).containsExactly(slot);
		// Once, however many fall into it.
		assertThat(slots("0 15,20,25 2 * * *", zone, day + "T00:00", 2).get(1)).doesNotStartWith(day);
	}

	@Test
	void cronOfMidnightFiresOnTheDayThatHasNone() {
		assertThat(slots("@daily", "America/Sao_Paulo", "2018-11-02T12:00", 3))
			.containsExactly("2018-11-03T00:00 -03:00", "2018-11-04T01:00 -02:00", "2018-11-05T00:00 -02:00");
		assertThat(slots("0 30 0 * * FRI", "Africa/Cairo", "2026-04-20T00:00", 2))
			.containsExactly("2026-04-24T01:00 +03:00", "2026-05-01T00:30 +03:00");
	}

	@Test
	void cronOfOneDayOfTheYearFiresAlthoughItsTimeFallsIntoAGap() {
		assertThat(slots("0 30 2 29 3 *", "Europe/Berlin", "2026-01-01T00:00", 2))
			.containsExactly("2026-03-29T03:00 +02:00", "2027-03-29T02:30 +02:00");
	}

	@ParameterizedTest
	@CsvSource({ "Europe/Berlin, 0 30 2 * * *, 2026-10-25, 2026-10-25T02:30 +02:00",
			"America/New_York, 0 30 1 * * *, 2026-11-01, 2026-11-01T01:30 -04:00",
			"Australia/Lord_Howe, 0 45 1 * * *, 2026-04-05, 2026-04-05T01:45 +11:00",
			"America/Sao_Paulo, 0 30 23 * * *, 2018-02-17, 2018-02-17T23:30 -02:00",
			"Africa/Cairo, 0 30 23 * * *, 2026-10-29, 2026-10-29T23:30 +03:00" })
	void cronWhoseTimeComesTwiceFiresTheFirstTimeOnly(String zone, String cron, String day, String slot) {
		List<String> slots = slots(cron, zone, day + "T00:00", 2);
		assertThat(slots.get(0)).isEqualTo(slot);
		assertThat(slots.get(1)).doesNotStartWith(day);
	}

	@Test
	void cronAfterAnyMomentOfTheRepeatedHourGoesOnWithTheNextDay() {
		Timetable timetable = timetable(schedule().cron("0 30 2 * * *").zone(ZoneId.of("Europe/Berlin")));
		for (String moment : List.of("2026-10-25T00:30:00Z", "2026-10-25T00:59:59Z", "2026-10-25T01:00:00Z",
				"2026-10-25T01:29:59Z", "2026-10-25T01:30:00Z", "2026-10-25T02:30:00Z")) {
			assertThat(timetable.next(Instant.parse(moment))).as(moment)
				.isEqualTo(Instant.parse("2026-10-26T01:30:00Z"));
		}
	}

	/** Six zones, over two years: with an hour of * a cron goes by elapsed time. */
	@ParameterizedTest
	@ValueSource(strings = { "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Africa/Cairo", "UTC",
			"Asia/Kolkata" })
	void cronWhoseHourIsAnyGoesByElapsedTime(String zone) {
		Timetable timetable = timetable(schedule().cron("0 0/30 * * * *").zone(ZoneId.of(zone)));
		Instant slot = Instant.parse("2026-01-01T00:00:00Z");
		Instant end = Instant.parse("2028-01-01T00:00:00Z");
		while (slot.isBefore(end)) {
			Instant next = timetable.next(slot);
			assertThat(Duration.between(slot, next)).as(zone + " after " + slot).isEqualTo(Duration.ofMinutes(30));
			slot = next;
		}
	}

	@Test
	void cronWhoseHourIsAnyFiresInBothRepeatedHours() {
		assertThat(slots("@hourly", "Europe/Berlin", "2026-10-25T01:00", 3)).containsExactly("2026-10-25T02:00 +02:00",
				"2026-10-25T02:00 +01:00", "2026-10-25T03:00 +01:00");
		assertThat(slots("0 0/15 * * * *", "Australia/Lord_Howe", "2026-04-05T01:30", 4)).containsExactly(
				"2026-04-05T01:45 +11:00", "2026-04-05T01:30 +10:30", "2026-04-05T01:45 +10:30",
				"2026-04-05T02:00 +10:30");
	}

	/** Six zones, over twenty years: each day has its slot, once. */
	@ParameterizedTest
	@ValueSource(strings = { "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Africa/Cairo",
			"America/Sao_Paulo", "Asia/Tehran" })
	void cronOfATimeOfTheDayFiresOnceEachDay(String zone) {
		ZoneId id = ZoneId.of(zone);
		for (String cron : List.of("0 30 2 * * *", "0 0 0 * * *", "0 30 23 * * *", "0 45 1 * * *")) {
			Timetable timetable = timetable(schedule().cron(cron).zone(id));
			ZonedDateTime slot = LocalDateTime.parse("2009-12-31T23:59:59").atZone(id);
			while (slot.getYear() < 2030) {
				ZonedDateTime next = timetable.next(slot.toInstant()).atZone(id);
				assertThat(next.toLocalDate()).as(cron + " in " + zone).isEqualTo(slot.toLocalDate().plusDays(1));
				slot = next;
			}
		}
	}

	@Test
	void cronOverAChangeNeverStandsStillOrGoesBack() {
		ZoneId zone = ZoneId.of("Europe/Berlin");
		ZoneOffsetTransition change = zone.getRules().nextTransition(Instant.parse("2026-09-01T00:00:00Z"));
		for (String cron : List.of("* * * * * *", "0 * 2 * * *", "7 */7 1-3 * * *")) {
			Timetable timetable = timetable(schedule().cron(cron).zone(zone));
			Instant slot = change.getInstant().minus(Duration.ofHours(3));
			while (slot.isBefore(change.getInstant().plus(Duration.ofHours(3)))) {
				Instant next = timetable.next(slot);
				assertThat(next).isAfter(slot);
				slot = next;
			}
		}
	}

	@Test
	void intervalCountsFromItsAnchorByElapsedTime() {
		Timetable timetable = timetable(schedule().every(Duration.ofHours(24)).zone(ZoneId.of("Europe/Berlin")));
		assertThat(timetable.next(NOON)).isEqualTo("2026-03-02T12:00:00Z");
		assertThat(timetable.next(Instant.parse("2026-03-29T11:59:59.999Z"))).isEqualTo("2026-03-29T12:00:00Z");
		assertThat(timetable.next(Instant.parse("2026-03-29T12:00:00Z"))).isEqualTo("2026-03-30T12:00:00Z");
		assertThat(timetable.next(Instant.parse("2020-01-01T00:00:00Z"))).isEqualTo("2026-03-02T12:00:00Z");
	}

	@Test
	void intervalWithAStartHasItsFirstSlotThen() {
		Instant start = Instant.parse("2026-03-01T12:00:30Z");
		Timetable timetable = timetable(schedule().every(Duration.ofMinutes(1)).startAt(start));
		assertThat(timetable.next(NOON)).isEqualTo(start);
		assertThat(timetable.next(start)).isEqualTo(start.plusSeconds(60));
	}

	@Test
	void slotsAreNotBeforeTheStartNorAfterTheEnd() {
		Timetable timetable = timetable(schedule().cron("0 0 * * * *")
			.startAt(Instant.parse("2026-03-01T15:00:00Z"))
			.endAt(Instant.parse("2026-03-01T16:30:00Z")));
		assertThat(timetable.next(NOON)).isEqualTo("2026-03-01T15:00:00Z");
		assertThat(timetable.next(Instant.parse("2026-03-01T15:00:00Z"))).isEqualTo("2026-03-01T16:00:00Z");
		assertThat(timetable.next(Instant.parse("2026-03-01T16:00:00Z"))).isNull();
	}

	@Test
	void dueSlotsAreTheLatestOnesAndCounted() {
		Instant first = NOON.plusSeconds(60);
		Instant now = NOON.plusSeconds(60 * 500 + 59);
		for (Schedule schedule : List.of(schedule().every(Duration.ofMinutes(1)), schedule().cron("0 * * * * *"))) {
			Timetable.Due due = timetable(schedule).due(first, now, 3);
			assertThat(due.count()).isEqualTo(500);
			assertThat(due.latest()).containsExactly(NOON.plusSeconds(60 * 498), NOON.plusSeconds(60 * 499),
					NOON.plusSeconds(60 * 500));
			assertThat(timetable(schedule).due(first, now, 1000).latest()).hasSize(500).startsWith(first);
		}
	}

	@Test
	void dueSlotsEndWithTheSchedule() {
		Instant end = NOON.plusSeconds(150);
		for (Schedule schedule : List.of(schedule().every(Duration.ofMinutes(1)), schedule().cron("0 * * * * *"))) {
			assertThat(timetable(schedule.endAt(end)).due(NOON.plusSeconds(60), NOON.plusSeconds(6000), 9).latest())
				.containsExactly(NOON.plusSeconds(60), NOON.plusSeconds(120));
		}
	}

	@Test
	void dueSlotsOfYearsAreFoundSoon() {
		Instant first = Instant.parse("2016-03-01T12:00:01Z");
		long begin = System.nanoTime();
		Timetable.Due due = timetable(schedule().cron("* * * * * *")).due(first, NOON, 100);
		assertThat(due.latest()).hasSize(100).startsWith(NOON.minusSeconds(99)).endsWith(NOON);
		assertThat(due.count()).isEqualTo(10_000);
		Timetable rare = timetable(schedule().cron("* * * 1 1 *"));
		assertThat(rare.due(Instant.parse("2016-01-01T00:00:00Z"), NOON, 2).latest())
			.containsExactly(Instant.parse("2026-01-01T23:59:58Z"), Instant.parse("2026-01-01T23:59:59Z"));
		assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofMinutes(2));
	}

	@Test
	void wordsSayHowFarAheadAndWhen() {
		Timetable timetable = timetable(schedule().cron("0 30 2 * * *").zone(ZoneId.of("Europe/Berlin")));
		assertThat(timetable.inWords(timetable.next(NOON), NOON))
			.isEqualTo("in 13 h 30 min: Mon, 2 Mar 2026 at 02:30:00 +01:00 (Europe/Berlin)");
		assertThat(timetable.inWords(NOON, NOON)).startsWith("now: Sun, 1 Mar 2026 at 13:00:00");
		assertThat(timetable.inWords(NOON.plusMillis(1250), NOON)).startsWith("in 1 s 250 ms: ");
		assertThat(timetable.inWords(NOON.plus(Duration.ofDays(400)), NOON)).startsWith("in 400 d: ");
	}

}
