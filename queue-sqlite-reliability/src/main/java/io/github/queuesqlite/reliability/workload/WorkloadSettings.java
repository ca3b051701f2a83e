package io.github.queuesqlite.reliability.workload;

import java.nio.file.Path;
import java.time.Duration;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * What one process of a workload does.
 *
 * @param directory of the queue
 * @param history directory of the histories
 * @param process the name of its history, not used twice
 * @param seed of its random numbers
 * @param callsPerSecond how many calls it makes; 0 for none
 * @param works whether it runs handlers and listeners
 * @param shards null for the stored layout
 * @param isFull whether the durability is {@code FULL}
 * @param leaseMillis the lease duration
 * @param burst how many messages it hands in at once from time to time; 0 for none
 * @param slowAtOnce how many slow messages it runs at once at most
 * @param clock file of the {@link MovedClock} that it goes by, with which it keeps all
 * that has ended; null for the system's clock
 */
public record WorkloadSettings(String directory, String history, String process, long seed, int callsPerSecond,
		boolean works, @Nullable Integer shards, boolean isFull, long leaseMillis, int burst, int slowAtOnce,
		@Nullable String clock) {

	private static final int SLOW_AT_ONCE = 2;

	private static final JsonMapper JSON = JsonMapper.builder().build();

	/**
	 * Returns settings for a queue below a directory, next to its histories.
	 * @param directory which; holds one queue
	 * @return 150 calls a second, works, 2 shards, durability full, the default lease
	 */
	public static WorkloadSettings in(Path directory) {
		return new WorkloadSettings(directory.resolve("queue").toString(), directory.resolve("history").toString(),
				"process", 0, 150, true, 2, true, Duration.ofSeconds(30).toMillis(), 0, SLOW_AT_ONCE, null);
	}

	public WorkloadSettings process(String process, long seed) {
		return new WorkloadSettings(this.directory, this.history, process, seed, this.callsPerSecond, this.works,
				this.shards, this.isFull, this.leaseMillis, this.burst, this.slowAtOnce, this.clock);
	}

	public WorkloadSettings callsPerSecond(int callsPerSecond) {
		return new WorkloadSettings(this.directory, this.history, this.process, this.seed, callsPerSecond, this.works,
				this.shards, this.isFull, this.leaseMillis, this.burst, this.slowAtOnce, this.clock);
	}

	public WorkloadSettings works(boolean works) {
		return new WorkloadSettings(this.directory, this.history, this.process, this.seed, this.callsPerSecond, works,
				this.shards, this.isFull, this.leaseMillis, this.burst, this.slowAtOnce, this.clock);
	}

	public WorkloadSettings shards(@Nullable Integer shards) {
		return new WorkloadSettings(this.directory, this.history, this.process, this.seed, this.callsPerSecond,
				this.works, shards, this.isFull, this.leaseMillis, this.burst, this.slowAtOnce, this.clock);
	}

	public WorkloadSettings durability(boolean isFull) {
		return new WorkloadSettings(this.directory, this.history, this.process, this.seed, this.callsPerSecond,
				this.works, this.shards, isFull, this.leaseMillis, this.burst, this.slowAtOnce, this.clock);
	}

	public WorkloadSettings lease(Duration lease) {
		return new WorkloadSettings(this.directory, this.history, this.process, this.seed, this.callsPerSecond,
				this.works, this.shards, this.isFull, lease.toMillis(), this.burst, this.slowAtOnce, this.clock);
	}

	public WorkloadSettings burst(int burst) {
		return new WorkloadSettings(this.directory, this.history, this.process, this.seed, this.callsPerSecond,
				this.works, this.shards, this.isFull, this.leaseMillis, burst, this.slowAtOnce, this.clock);
	}

	public WorkloadSettings slowAtOnce(int slowAtOnce) {
		return new WorkloadSettings(this.directory, this.history, this.process, this.seed, this.callsPerSecond,
				this.works, this.shards, this.isFull, this.leaseMillis, this.burst, slowAtOnce, this.clock);
	}

	public WorkloadSettings clock(Path clock) {
		return new WorkloadSettings(this.directory, this.history, this.process, this.seed, this.callsPerSecond,
				this.works, this.shards, this.isFull, this.leaseMillis, this.burst, this.slowAtOnce, clock.toString());
	}

	String toJson() {
		return JSON.writeValueAsString(this);
	}

	static WorkloadSettings parse(String json) {
		return JSON.readValue(json, WorkloadSettings.class);
	}

}
