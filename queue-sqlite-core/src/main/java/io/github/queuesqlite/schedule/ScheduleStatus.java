package io.github.queuesqlite.schedule;

import java.time.Instant;

import io.github.queuesqlite.message.MessageId;
import org.jspecify.annotations.Nullable;

/**
 * A schedule as it is stored, and what it has done. All counts begin when it was stored.
 *
 * @param name its name, unique in the directory
 * @param schedule what it says; null when it is {@link ScheduleState#UNREADABLE}
 * @param state whether it fires
 * @param declared whether code declares it, rather than somebody having created it
 * @param nextSlot when it fires next; it may be past while nobody fires. Null unless it
 * is active, inactive or unreadable
 * @param latestSlot its latest slot that gave a message; null for none
 * @param latestMessage that message, which may have been deleted; null for none
 * @param fired how many messages its slots gave
 * @param skipped how many slots were left out since a message had not ended
 * @param missed how many slots were left out, or were represented by another one, since
 * nobody ran when they came
 * @since 0.1.0
 */
public record ScheduleStatus(String name, @Nullable Schedule schedule, ScheduleState state, boolean declared,
		@Nullable Instant nextSlot, @Nullable Instant latestSlot, @Nullable MessageId latestMessage, long fired,
		long skipped, long missed) {

}
