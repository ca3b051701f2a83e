package io.github.queuesqlite.schedule;

import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

import io.github.queuesqlite.message.MessageId;

/**
 * Creates schedules, looks at them and steers them. They are stored: a schedule fires
 * until it is paused, deleted or at its end, over restarts, by whichever process is
 * there.
 * <p>
 * A slot gives one message, whatever the number of processes and however they end: the
 * message and the next slot are stored in one transaction.
 * <p>
 * <b>Durable:</b> what a method returns is committed, and fsynced with durability
 * {@code full}.
 * <p>
 * <b>Threads:</b> safe for use by several threads.
 * <p>
 * <b>Errors:</b> {@link io.github.queuesqlite.message.StoreUnavailableException} when the
 * store cannot be read or written, or is closed.
 *
 * @since 0.1.0
 */
public interface ScheduleOperations {

	/** How many slots can be asked for. */
	int MAX_SLOTS = 1000;

	/**
	 * Stores a new schedule. Queue, priority and time to live that its message does not
	 * say are those that its task has in this process; a unique key that the task would
	 * make does not count.
	 * @param schedule with a cron expression or an interval
	 * @return false when there is one of the name, which stays as it is
	 * @throws IllegalArgumentException if it has neither, or ends before it starts
	 */
	boolean create(Schedule schedule);

	/**
	 * Changes a schedule that somebody has created. When it says other times than before
	 * its next slot is the first one from now on; else that stays. Counts and a pause
	 * stay in any case.
	 * @param schedule what it is to be
	 * @return false when there is none of the name
	 * @throws IllegalArgumentException if it has neither cron expression nor interval, or
	 * ends before it starts
	 * @throws IllegalStateException if code that runs declares it
	 */
	boolean update(Schedule schedule);

	/**
	 * Says what schedules this process declares, each time all of them. New ones are
	 * created, others changed as in {@link #update}; one that somebody has created is the
	 * code's from then on. What no process declares any more that runs, is
	 * {@link ScheduleState#INACTIVE}. With Spring, {@code @QueueSchedule} and beans of
	 * type {@link Schedule} do it.
	 * @param schedules with different names
	 * @throws IllegalArgumentException if two have one name, or one is as in
	 * {@link #create}
	 */
	void declare(Collection<Schedule> schedules);

	/**
	 * Pauses a schedule until it is resumed, restarts included. Slots that pass meanwhile
	 * are left out; messages that are there run.
	 * @param name the name
	 * @return false when there is none, or it is paused
	 */
	boolean pause(String name);

	/**
	 * Resumes a schedule: its next slot is the first one from now on.
	 * @param name the name
	 * @return false when there is none, or it is not paused
	 * @throws io.github.queuesqlite.message.QueueException if it cannot be read
	 */
	boolean resume(String name);

	/**
	 * Deletes a schedule. Messages that are there stay.
	 * @param name the name
	 * @return false when there is none
	 * @throws IllegalStateException if code that runs declares it: it would be back with
	 * the next start. Pause it, or remove the declaration
	 */
	boolean delete(String name);

	/**
	 * Enqueues the message of a schedule now, whatever its slots, state and
	 * {@link Overlap}; unless that is {@code ALLOW} it waits for those before it.
	 * @param name the name
	 * @return the message; empty when there is no such schedule
	 * @throws io.github.queuesqlite.message.QueueException if it cannot be read
	 */
	Optional<MessageId> run(String name);

	/**
	 * Reads a schedule.
	 * @param name the name
	 * @return empty when there is none
	 */
	Optional<ScheduleStatus> find(String name);

	/**
	 * Reads all schedules.
	 * @return by name; without those of a shard that is quarantined
	 */
	List<ScheduleStatus> list();

	/**
	 * Returns the next slots of a schedule.
	 * @param name the name
	 * @param count how many, 1 to 1,000
	 * @return fewer when it ends before; none when there is no such schedule, it is
	 * paused, at its end or cannot be read
	 */
	List<Instant> nextSlots(String name, int count);

	/**
	 * Returns the next slots of a schedule, for people.
	 * @param name the name
	 * @param count how many, 1 to 1,000
	 * @return such as
	 * {@code in 3 h 20 min: Mon, 30 Nov 2026 at 02:30:00 +01:00 (Europe/Berlin)}
	 */
	List<String> nextSlotsInWords(String name, int count);

}
