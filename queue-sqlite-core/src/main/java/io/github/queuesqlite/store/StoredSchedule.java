package io.github.queuesqlite.store;

import java.util.Set;

import org.jspecify.annotations.Nullable;

/**
 * A schedule as it is stored. Times are epoch milliseconds.
 *
 * @param name its name, which decides its shard
 * @param revision rises with each change: who changes it says which one was read
 * @param declared whether code declares it
 * @param paused whether somebody has paused it
 * @param definition what it says, see {@link ScheduleCodec}
 * @param codec who wrote the payload; null for none
 * @param payload of its messages; null for none
 * @param anchor from when an interval counts
 * @param nextAt the next slot; null when none comes, or it is paused
 * @param latestAt the latest slot that gave a message; null for none
 * @param latestId that message; null for none
 * @param fired how many messages its slots gave
 * @param skipped slots left out for an overlap
 * @param missed slots that nobody was there for
 * @param declarers the epochs that declare it
 */
public record StoredSchedule(String name, long revision, boolean declared, boolean paused, String definition,
		@Nullable String codec, byte @Nullable [] payload, long anchor, @Nullable Long nextAt, @Nullable Long latestAt,
		@Nullable Long latestId, long fired, long skipped, long missed, Set<Long> declarers) {

	/**
	 * Returns the key of the line of its messages, which decides where they and it live.
	 * @param name the name of a schedule
	 * @return an ordering key
	 */
	public static String line(String name) {
		return "schedule:" + name;
	}

	/**
	 * Returns a copy with another next slot.
	 * @param nextAt null for none
	 * @param paused whether it is paused
	 * @return of the same revision
	 */
	public StoredSchedule next(@Nullable Long nextAt, boolean paused) {
		return new StoredSchedule(this.name, this.revision, this.declared, paused, this.definition, this.codec,
				this.payload, this.anchor, nextAt, this.latestAt, this.latestId, this.fired, this.skipped, this.missed,
				this.declarers);
	}

	/**
	 * Returns a copy whose intervals count from another time.
	 * @param anchor the time
	 * @param nextAt null for none
	 * @return of the same revision
	 */
	public StoredSchedule anchored(long anchor, @Nullable Long nextAt) {
		return new StoredSchedule(this.name, this.revision, this.declared, this.paused, this.definition, this.codec,
				this.payload, anchor, nextAt, this.latestAt, this.latestId, this.fired, this.skipped, this.missed,
				this.declarers);
	}

}
