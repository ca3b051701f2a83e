package io.github.queuesqlite.store;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;

import io.github.queuesqlite.message.NewMessage;
import io.github.queuesqlite.message.PayloadException;
import io.github.queuesqlite.schedule.Misfire;
import io.github.queuesqlite.schedule.Overlap;
import io.github.queuesqlite.schedule.Schedule;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * Writes what a schedule says, but for the payload of its messages, as one JSON object:
 * equal schedules give equal texts.
 */
public final class ScheduleCodec {

	private static final JsonMapper MAPPER = JsonMapper.builder()
		.enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
		.build();

	private ScheduleCodec() {
	}

	/**
	 * Writes a schedule.
	 * @param schedule whose message says queue and priority
	 * @return JSON
	 * @throws PayloadException if the metadata cannot be written
	 */
	public static String encode(Schedule schedule) {
		NewMessage message = schedule.message();
		Template template = new Template(message.task(), message.queue(), message.priority(),
				millis(message.timeToLive()), message.maxRetries(), message.source(), List.copyOf(message.tags()),
				message.headers(), message.metadata());
		try {
			return MAPPER.writeValueAsString(new Definition(times(schedule), schedule.misfire(),
					schedule.misfireLimit(), schedule.overlap(), schedule.times(), template));
		}
		catch (JacksonException ex) {
			throw new PayloadException("Cannot write the metadata of schedule '" + schedule.name() + "' as JSON: "
					+ ex.getOriginalMessage(), ex);
		}
	}

	private static Times times(Schedule schedule) {
		return new Times(schedule.cron(), millis(schedule.every()), schedule.zone().getId(), millis(schedule.startAt()),
				millis(schedule.endAt()));
	}

	/**
	 * Reads a schedule.
	 * @param name its name
	 * @param definition what {@link #encode} returned
	 * @param payload the payload of its message
	 * @return the schedule
	 */
	public static Schedule decode(String name, String definition, @Nullable Object payload) {
		Definition read = MAPPER.readValue(definition, Definition.class);
		Schedule schedule = Schedule.of(name, message(read.message()).payload(payload))
			.misfire(read.misfire())
			.misfireLimit(read.misfireLimit())
			.overlap(read.overlap());
		schedule = (read.most() != null) ? schedule.times(read.most()) : schedule;
		return withTimes(schedule, read.times());
	}

	/**
	 * Returns whether two schedules have the same slots, but for how many they are.
	 * @param definition what {@link #encode} returned
	 * @param other of the other one
	 * @return false when one of them may have other slots
	 */
	public static boolean haveSameTimes(String definition, String other) {
		return MAPPER.readValue(definition, Definition.class)
			.times()
			.equals(MAPPER.readValue(other, Definition.class).times());
	}

	private static NewMessage message(Template template) {
		NewMessage message = NewMessage.to(template.task())
			.tags(template.tags().toArray(String[]::new))
			.headers(template.headers())
			.metadata(template.metadata());
		message = (template.queue() != null) ? message.queue(template.queue()) : message;
		message = (template.priority() != null) ? message.priority(template.priority()) : message;
		message = (template.timeToLive() != null) ? message.timeToLive(Duration.ofMillis(template.timeToLive()))
				: message;
		message = (template.maxRetries() != null) ? message.maxRetries(template.maxRetries()) : message;
		return (template.source() != null) ? message.source(template.source()) : message;
	}

	private static Schedule withTimes(Schedule schedule, Times times) {
		Schedule timed = schedule.zone(ZoneId.of(times.zone()));
		timed = (times.cron() != null) ? timed.cron(times.cron()) : timed;
		timed = (times.every() != null) ? timed.every(Duration.ofMillis(times.every())) : timed;
		timed = (times.startAt() != null) ? timed.startAt(Instant.ofEpochMilli(times.startAt())) : timed;
		return (times.endAt() != null) ? timed.endAt(Instant.ofEpochMilli(times.endAt())) : timed;
	}

	private static @Nullable Long millis(@Nullable Duration duration) {
		return (duration != null) ? Long.valueOf(duration.plusNanos(999_999).toMillis()) : null;
	}

	private static @Nullable Long millis(@Nullable Instant time) {
		return (time != null) ? Long.valueOf(time.toEpochMilli()) : null;
	}

	private record Definition(Times times, Misfire misfire, int misfireLimit, Overlap overlap, @Nullable Long most,
			Template message) {

	}

	private record Times(@Nullable String cron, @Nullable Long every, String zone, @Nullable Long startAt,
			@Nullable Long endAt) {

	}

	private record Template(String task, @Nullable String queue, @Nullable Integer priority, @Nullable Long timeToLive,
			@Nullable Integer maxRetries, @Nullable String source, List<String> tags, Map<String, String> headers,
			Map<String, Object> metadata) {

	}

}
