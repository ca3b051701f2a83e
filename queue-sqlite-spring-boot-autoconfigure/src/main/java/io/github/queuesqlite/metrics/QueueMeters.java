package io.github.queuesqlite.metrics;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

import io.github.queuesqlite.EmbeddedQueue;
import io.github.queuesqlite.QueueStatus.LaneStatus;
import io.github.queuesqlite.message.MessageState;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.TimeGauge;
import io.micrometer.core.instrument.binder.MeterBinder;
import org.jspecify.annotations.Nullable;

/**
 * Gauges of the queue, and all its other meters at 0: for every queue, state, task and
 * shard that is known when a registry is bound, and for each that shows up later.
 * <p>
 * <b>Threads:</b> its lock guards the registries and the known queues; nothing is called
 * under it that waits.
 */
final class QueueMeters implements MeterBinder, AutoCloseable {

	private final EmbeddedQueue queue;

	private final @Nullable MicrometerQueueRecorder recorder;

	private final QueueSampler sampler;

	private final List<MeterRegistry> registries = new ArrayList<>();

	private final Set<String> queues = new HashSet<>();

	private final Set<Integer> shards = new HashSet<>();

	/**
	 * Creates the gauges.
	 * @param queue what they are about
	 * @param recorder has the other meters; null when the application replaced it
	 * @param interval how old a gauge's value may be
	 */
	QueueMeters(EmbeddedQueue queue, @Nullable MicrometerQueueRecorder recorder, Duration interval) {
		this.queue = queue;
		this.recorder = recorder;
		this.sampler = new QueueSampler(queue.operations()::stats, interval, this::addKnown);
	}

	@Override
	public void bindTo(MeterRegistry registry) {
		QueueSample sample = this.sampler.latest();
		synchronized (this) {
			if (this.registries.isEmpty()) {
				this.queue.tasks().onChange(this::addTasks);
			}
			this.registries.add(registry);
			this.queues.forEach((name) -> bindQueue(registry, name));
			this.shards.forEach((shard) -> bindShard(registry, shard));
		}
		addKnown(sample);
		addTasks();
	}

	private void addKnown(QueueSample sample) {
		addQueues(sample.queues());
		addShards(sample.shards());
	}

	private void addTasks() {
		this.queue.tasks().tasks().forEach((task) -> {
			addQueues(Set.of(task.queue()));
			if (this.recorder != null) {
				this.recorder.addTask(task.queue(), task.name());
			}
		});
		this.queue.lanes().stream().map(LaneStatus::queue).forEach((name) -> addQueues(Set.of(name)));
	}

	private synchronized void addQueues(Set<String> names) {
		for (String name : names) {
			if (this.queues.add(name)) {
				this.registries.forEach((registry) -> bindQueue(registry, name));
			}
		}
	}

	private synchronized void addShards(Set<Integer> numbers) {
		for (Integer shard : numbers) {
			if (this.shards.add(shard)) {
				this.registries.forEach((registry) -> bindShard(registry, shard));
			}
		}
	}

	private void bindQueue(MeterRegistry registry, String name) {
		for (MessageState state : MessageState.values()) {
			Gauge.builder("queue.length", this.sampler, (sampler) -> sampler.latest().count(name, state))
				.description("Messages of the queue in the state")
				.tags("queue", name, "state", state.name())
				.register(registry);
		}
		Gauge.builder("queue.unserved", this.sampler, (sampler) -> sampler.latest().unserved(name))
			.description("Waiting messages that no handler of this process serves")
			.tags("queue", name)
			.register(registry);
		Gauge.builder("queue.stuck", this.queue, (queue) -> stuck(queue, name))
			.description("Handlers of this process that go on although their time is over")
			.tags("queue", name)
			.register(registry);
		TimeGauge
			.builder("queue.oldest.age", this.sampler, TimeUnit.MILLISECONDS,
					(sampler) -> sampler.latest().oldestAgeMillis(name))
			.description("How long the oldest ready message has been ready")
			.tags("queue", name)
			.register(registry);
	}

	private static long stuck(EmbeddedQueue queue, String name) {
		return queue.stuckRuns().stream().filter((run) -> run.queue().equals(name)).count();
	}

	private void bindShard(MeterRegistry registry, int shard) {
		if (this.recorder != null) {
			this.recorder.addShard(shard);
		}
		Gauge.builder("queue.accepting", this.sampler, (sampler) -> sampler.latest().accepting(shard))
			.description("0 when the shard refuses messages, else 1")
			.tags("shard", String.valueOf(shard))
			.register(registry);
		Gauge.builder("queue.file.size", this.sampler, (sampler) -> sampler.latest().fileSize(shard))
			.description("Size of the database file")
			.baseUnit("bytes")
			.tags("shard", String.valueOf(shard))
			.register(registry);
		Gauge.builder("queue.disk.free", this.sampler, (sampler) -> sampler.latest().diskFree(shard))
			.description("Free space of the disk that has the file")
			.baseUnit("bytes")
			.tags("shard", String.valueOf(shard))
			.register(registry);
		Gauge.builder("queue.wal.size", this.sampler, (sampler) -> sampler.latest().walSize(shard))
			.description("Size of the write-ahead log")
			.baseUnit("bytes")
			.tags("shard", String.valueOf(shard))
			.register(registry);
	}

	@Override
	public void close() {
		this.sampler.close();
	}

}
