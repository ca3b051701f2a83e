package io.github.queuesqlite.store;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

import io.github.queuesqlite.message.QueueException;

/** The schedules of all shards, each in its home. */
final class ShardedSchedules {

	private final ShardAccess shards;

	private final ShardGroup group;

	ShardedSchedules(ShardAccess shards) {
		this.shards = shards;
		this.group = shards.group();
	}

	long nextAt() {
		long next = Long.MAX_VALUE;
		for (Shard shard : this.group.usable()) {
			next = Math.min(next, shard.outlook().nextFiringAt());
		}
		return next;
	}

	List<StoredSchedule> all() {
		List<StoredSchedule> all = new ArrayList<>();
		this.shards.readEach((reader) -> all.addAll(reader.schedules()));
		all.sort(Comparator.comparing(StoredSchedule::name));
		return all;
	}

	Optional<StoredSchedule> find(String name) {
		return this.shards.reader(home(name)).schedule(name);
	}

	List<StoredSchedule> due(long now, int max) {
		List<StoredSchedule> due = new ArrayList<>();
		this.shards.inEach((shard) -> {
			if (shard.outlook().nextFiringAt() <= now) {
				due.addAll(shard.reader().dueSchedules(now, max));
			}
		});
		return due;
	}

	boolean put(StoredSchedule schedule) {
		if (schedule.revision() == 0) {
			return adding(schedule.name(), (session) -> session.putSchedule(schedule));
		}
		this.shards.checkOpen();
		// Also where there is no room for more.
		return this.shards.writer(home(schedule.name())).call((session) -> session.putSchedule(schedule));
	}

	boolean delete(StoredSchedule schedule) {
		this.shards.checkOpen();
		return this.shards.writer(home(schedule.name()))
			.call((session) -> session.deleteSchedule(schedule.name(), schedule.revision()));
	}

	void declare(String schedule, StoreInstance instance, boolean declares) {
		this.shards.checkOpen();
		this.shards.writer(home(schedule)).call((session) -> {
			if (!declares) {
				session.undeclare(schedule, instance.epoch());
			}
			// Once it is dead nobody would forget it.
			else if (session.isAlive(instance.epoch())) {
				session.declare(schedule, instance.epoch());
			}
			return 0;
		});
	}

	Optional<Firing.Outcome> fire(Firing firing) {
		return adding(firing.schedule(), (session) -> Optional.ofNullable(session.fire(firing)));
	}

	private <R> R adding(String schedule, Work<ShardSession, R> work) {
		this.shards.checkOpen();
		BlockingCompletion<R> completion = BlockingCompletion.ofOne();
		this.shards.writer(home(schedule)).submitNew(work, null, completion);
		return completion.await(() -> new QueueException(
				"Interrupted while waiting for a commit of schedule '" + schedule + "': the outcome is unknown"));
	}

	private int home(String schedule) {
		return this.group.router().homeOfSchedule(schedule);
	}

}
