package io.github.queuesqlite;

import java.util.List;

import io.github.queuesqlite.maintenance.Presence;
import io.github.queuesqlite.store.Hosting;
import io.github.queuesqlite.worker.LaneState;
import io.github.queuesqlite.worker.OwnRun;
import io.github.queuesqlite.worker.WorkerPool;
import org.jspecify.annotations.Nullable;

/** What this process does of the work, which it knows better than the files. */
interface OwnWork {

	/** Returns under which epoch it works; 0 when it does not. */
	long epoch();

	Hosting hosting();

	List<LaneState> laneStates();

	@Nullable OwnRun ownRun(long id);

	int permitsUsed(String limit);

	/**
	 * Returns how many attempts a message has whose sender set none; null when others
	 * know.
	 */
	@Nullable Integer maxAttempts(String task);

	/** Returns what the workers of a queue do. */
	static OwnWork of(Presence presence, WorkerPool workers) {
		return new OwnWork() {

			@Override
			public long epoch() {
				return presence.current().epoch();
			}

			@Override
			public Hosting hosting() {
				return workers.hosting();
			}

			@Override
			public List<LaneState> laneStates() {
				return workers.laneStates();
			}

			@Override
			public @Nullable OwnRun ownRun(long id) {
				return workers.ownRun(id);
			}

			@Override
			public int permitsUsed(String limit) {
				return workers.permitsUsed(limit);
			}

			@Override
			public @Nullable Integer maxAttempts(String task) {
				return workers.hostedMaxAttempts(task);
			}

		};
	}

	/** Returns what a process does that only looks on. */
	static OwnWork none() {
		return new OwnWork() {

			@Override
			public long epoch() {
				return 0;
			}

			@Override
			public Hosting hosting() {
				return Hosting.NONE;
			}

			@Override
			public List<LaneState> laneStates() {
				return List.of();
			}

			@Override
			public @Nullable OwnRun ownRun(long id) {
				return null;
			}

			@Override
			public int permitsUsed(String limit) {
				return -1;
			}

			@Override
			public @Nullable Integer maxAttempts(String task) {
				return null;
			}

		};
	}

}
