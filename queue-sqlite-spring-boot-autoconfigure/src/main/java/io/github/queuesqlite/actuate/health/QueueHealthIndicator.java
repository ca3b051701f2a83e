package io.github.queuesqlite.actuate.health;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import java.util.stream.Stream;

import io.github.queuesqlite.QueueStatus;
import io.github.queuesqlite.listen.ListenerStatus;
import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.message.Names;
import io.github.queuesqlite.message.QueueStats;
import io.github.queuesqlite.message.QueueStats.InstanceStats;
import io.github.queuesqlite.message.QueueStats.ShardStats;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.Status;

/**
 * Says how the queue is. DOWN: a shard cannot be written, nothing answers in time, or a
 * configured threshold is passed. OUT_OF_SERVICE: a shard refuses new messages. Else UP;
 * what is merely worth a look is listed under {@code warnings}.
 */
final class QueueHealthIndicator extends AbstractHealthIndicator {

	/** What the write-ahead log stays under while no reader pins it. */
	private static final long USUAL_WAL_SIZE = 64L * 1024 * 1024;

	/** Keys of a listener that are named. */
	private static final int SHOWN_KEYS = 3;

	private final QueueProbe<Observed> probe;

	private final QueueHealthProperties properties;

	private final Supplier<Path> directory;

	/**
	 * Creates an indicator.
	 * @param directory says where the files are
	 * @param status looks at shards and workers
	 * @param stats reads the numbers
	 * @param properties the settings
	 */
	QueueHealthIndicator(Supplier<Path> directory, Supplier<QueueStatus> status, Supplier<QueueStats> stats,
			QueueHealthProperties properties) {
		super("Queue health check failed");
		this.probe = new QueueProbe<>(() -> observe(status, stats), properties.timeout());
		this.properties = properties;
		this.directory = directory;
	}

	private static Observed observe(Supplier<QueueStatus> status, Supplier<QueueStats> stats) {
		QueueStatus found = status.get();
		try {
			return new Observed(found, stats.get(), null);
		}
		catch (RuntimeException ex) {
			return new Observed(found, null, ex);
		}
	}

	@Override
	protected void doHealthCheck(Health.Builder builder) throws Exception {
		builder.withDetail("directory", this.directory.get().toString());
		try {
			describe(builder, this.probe.ask());
		}
		catch (TimeoutException ex) {
			builder.down()
				.withDetail("error", "No answer within " + this.properties.timeout()
						+ ": a disk or the writer of a shard hangs. Enqueues and completions wait.");
		}
		catch (ExecutionException ex) {
			builder.down((ex.getCause() != null) ? ex.getCause() : ex);
		}
	}

	private void describe(Health.Builder builder, Observed observed) {
		QueueStatus status = observed.status();
		List<String> failures = failures(observed);
		List<String> refusals = refusals(status);
		builder.status(!failures.isEmpty() ? Status.DOWN : (!refusals.isEmpty() ? Status.OUT_OF_SERVICE : Status.UP));
		addIfAny(builder, "problems", Stream.concat(failures.stream(), refusals.stream()).toList());
		addIfAny(builder, "warnings", warnings(status));
		builder.withDetail("workersRunning", status.running());
		QueueStats stats = observed.stats();
		if (stats != null) {
			builder.withDetail("allPaused", stats.pauseOfAll().isPresent());
			builder.withDetail("pausedQueues", stats.pausedQueues());
			builder.withDetail("pausedTasks", stats.pausedTasks());
			builder.withDetail("pausedKeys", stats.pausedKeys());
			builder.withDetail("oldestReadyAge", new TreeMap<>(stats.oldestReadyAges()));
			builder.withDetail("dead", stats.count(MessageState.DEAD));
		}
		builder.withDetail("lanes", lanes(status));
		if (!status.listeners().isEmpty()) {
			builder.withDetail("listeners", listeners(status));
		}
		builder.withDetail("shards", status.shards().stream().map((shard) -> describe(shard, status)).toList());
		if (stats != null) {
			builder.withDetail("instances", stats.instances().stream().map(QueueHealthIndicator::describe).toList());
		}
	}

	private List<String> failures(Observed observed) {
		List<String> failures = new ArrayList<>();
		new TreeMap<>(observed.status().unwritable())
			.forEach((shard, reason) -> failures.add("Shard %d cannot be written: %s".formatted(shard, reason)));
		if (observed.failure() != null) {
			failures.add("The numbers of the queue cannot be read: " + observed.failure().getMessage());
		}
		addPassedThresholds(failures, observed);
		return failures;
	}

	private static List<String> refusals(QueueStatus status) {
		return status.shards()
			.stream()
			.filter((shard) -> !shard.accepting() && !isBeingEmptied(shard)
					&& !status.unwritable().containsKey(shard.shard()))
			.map((shard) -> "Shard %d refuses new messages: %s".formatted(shard.shard(), shard.reason()))
			.toList();
	}

	/** What it does not take goes to the others, as somebody wants it. */
	private static boolean isBeingEmptied(ShardStats shard) {
		return shard.leaving() && !shard.quarantined();
	}

	private void addPassedThresholds(List<String> problems, Observed observed) {
		QueueHealthProperties.Threshold threshold = this.properties.threshold();
		int stuck = observed.status().stuckRuns().size();
		if (threshold.stuckHandlers() != null && stuck > threshold.stuckHandlers()) {
			problems.add("%d handlers go on although their time is over, threshold is %d".formatted(stuck,
					threshold.stuckHandlers()));
		}
		QueueStats stats = observed.stats();
		if (stats == null) {
			return;
		}
		long dead = stats.count(MessageState.DEAD);
		if (threshold.dead() != null && dead > threshold.dead()) {
			problems.add("%d messages are dead, threshold is %d".formatted(dead, threshold.dead()));
		}
		Duration most = threshold.oldestReadyAge();
		if (most != null && stats.pauseOfAll().isEmpty()) {
			new TreeMap<>(stats.oldestReadyAges()).forEach((queue, age) -> {
				if (age.compareTo(most) > 0 && !stats.pausedQueues().contains(queue)) {
					problems.add("A message of queue '%s' has been ready for %s, threshold is %s".formatted(queue, age,
							most));
				}
			});
		}
	}

	private static List<String> warnings(QueueStatus status) {
		List<String> warnings = new ArrayList<>();
		for (QueueStatus.StuckRun run : status.stuckRuns()) {
			warnings
				.add("Handler of message %s (task '%s', queue '%s') goes on %s after its time was over, on thread '%s'"
					.formatted(run.id(), run.task(), run.queue(), run.overdue(), run.thread()));
		}
		new TreeMap<>(status.failingLoops())
			.forEach((loop, reason) -> warnings.add("%s failed and will try again: %s".formatted(loop, reason)));
		for (ListenerStatus listener : status.listeners()) {
			if (listener.parkedCount() > 0) {
				warnings.add("Listener '%s' fails for %d keys, which are parked: their changes wait. Among them are %s"
					.formatted(listener.name(), listener.parkedCount(), someParked(listener)));
			}
		}
		for (ShardStats shard : status.shards()) {
			if (shard.walSize() > USUAL_WAL_SIZE) {
				warnings.add("Write-ahead log of shard %d (%s) has %d MB: a long read outside this process keeps it"
					.formatted(shard.shard(), shard.file(), shard.walSize() / (1024 * 1024)));
			}
		}
		return warnings;
	}

	private static Map<String, String> someParked(ListenerStatus listener) {
		Map<String, String> some = new LinkedHashMap<>();
		new TreeMap<>(listener.parked()).entrySet()
			.stream()
			.limit(SHOWN_KEYS)
			.forEach((key) -> some.put(Names.oneLine(key.getKey()), Names.oneLine(key.getValue())));
		return some;
	}

	private static Map<String, Object> listeners(QueueStatus status) {
		Map<String, Object> listeners = new LinkedHashMap<>();
		for (ListenerStatus listener : status.listeners()) {
			Map<String, Object> details = new LinkedHashMap<>();
			details.put("active", listener.active());
			details.put("behind", listener.behind());
			details.put("retrying", listener.retrying());
			details.put("parked", listener.parkedCount());
			listeners.put(listener.name(), details);
		}
		return listeners;
	}

	private static Map<String, Object> lanes(QueueStatus status) {
		Map<String, Object> lanes = new TreeMap<>();
		status.lanes().forEach((lane) -> {
			Map<String, Object> details = new LinkedHashMap<>();
			details.put("concurrency", lane.concurrency());
			details.put("running", lane.running());
			details.put("paused", lane.paused());
			if (lane.pool() != null) {
				details.put("pool", lane.pool().name());
			}
			lanes.put(lane.queue(), details);
		});
		return lanes;
	}

	private static Map<String, Object> describe(ShardStats shard, QueueStatus status) {
		Map<String, Object> details = new LinkedHashMap<>();
		details.put("shard", shard.shard());
		details.put("file", shard.file());
		details.put("writable", !status.unwritable().containsKey(shard.shard()));
		details.put("accepting", shard.accepting());
		if (!shard.reason().isEmpty()) {
			details.put("reason", shard.reason());
		}
		details.put("pending", shard.pending());
		details.put("fileSize", shard.fileSize());
		details.put("walSize", shard.walSize());
		if (shard.diskFree() >= 0) {
			details.put("diskFree", shard.diskFree());
		}
		return details;
	}

	private static Map<String, Object> describe(InstanceStats instance) {
		Map<String, Object> details = new LinkedHashMap<>();
		details.put("name", instance.name());
		details.put("epoch", instance.epoch());
		details.put("startedAt", instance.startedAt());
		details.put("beatAge", instance.beatAge());
		details.put("self", instance.self());
		return details;
	}

	private static void addIfAny(Health.Builder builder, String name, List<String> values) {
		if (!values.isEmpty()) {
			builder.withDetail(name, values);
		}
	}

	/**
	 * What a check found.
	 *
	 * @param status shards and workers
	 * @param stats the numbers; null when they could not be read
	 * @param failure why not; null when they could
	 */
	private record Observed(QueueStatus status, @Nullable QueueStats stats, @Nullable RuntimeException failure) {

	}

}
