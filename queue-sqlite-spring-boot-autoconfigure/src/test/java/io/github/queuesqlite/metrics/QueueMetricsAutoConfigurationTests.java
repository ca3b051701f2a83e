package io.github.queuesqlite.metrics;

import java.util.List;
import java.util.Map;
import java.util.Set;

import io.github.queuesqlite.EmbeddedQueue;
import io.github.queuesqlite.QueueOperations;
import io.github.queuesqlite.QueueStatus.LaneStatus;
import io.github.queuesqlite.event.QueueRecorder;
import io.github.queuesqlite.message.QueueStats;
import io.github.queuesqlite.task.TaskRegistry;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.search.MeterNotFoundException;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.MetricsAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.export.simple.SimpleMetricsExportAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.mockito.BDDMockito.given;
import static org.mockito.Mockito.mock;

/** Tests for {@link QueueMetricsAutoConfiguration}. */
class QueueMetricsAutoConfigurationTests {

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(QueueMetricsAutoConfiguration.class))
		.withBean(EmbeddedQueue.class, QueueMetricsAutoConfigurationTests::queue);

	private final ApplicationContextRunner withMetrics = this.runner
		.withConfiguration(AutoConfigurations.of(MetricsAutoConfiguration.class,
				CompositeMeterRegistryAutoConfiguration.class, SimpleMetricsExportAutoConfiguration.class));

	@Test
	void metersWhenThereIsARegistryAreBound() {
		this.withMetrics.run((context) -> {
			assertThat(context).hasSingleBean(MicrometerQueueRecorder.class).hasSingleBean(QueueMeters.class);
			MeterRegistry registry = context.getBean(MeterRegistry.class);
			assertThat(registry.get("queue.length").tag("queue", "default").gauges()).hasSize(7);
			// The meters do not wait long for the first sample.
			await().ignoreException(MeterNotFoundException.class).untilAsserted(() -> {
				assertThat(registry.get("queue.wal.size").tag("shard", "1").gauge().value()).isEqualTo(8192);
				assertThat(registry.get("queue.disk.free").tag("shard", "1").gauge().value()).isEqualTo(4096);
				assertThat(registry.get("queue.commit").tag("shard", "1").timer().count()).isZero();
			});
		});
	}

	@Test
	void metersWhenThereIsNoRegistryAreAbsent() {
		this.runner.run((context) -> assertThat(context).hasNotFailed()
			.doesNotHaveBean(MicrometerQueueRecorder.class)
			.doesNotHaveBean(QueueMeters.class));
	}

	@Test
	void metersWhenMicrometerIsNotOnTheClassPathAreAbsent() {
		this.runner.withClassLoader(new FilteredClassLoader("io.micrometer"))
			.run((context) -> assertThat(context).hasNotFailed()
				.doesNotHaveBean("queueMeterRecorder")
				.doesNotHaveBean("queueMeters"));
	}

	@Test
	void recorderWhenTheUserHasAnotherStays() {
		this.withMetrics.withBean("audit", QueueRecorder.class, () -> QueueRecorder.NONE)
			.run((context) -> assertThat(context).hasSingleBean(MicrometerQueueRecorder.class).hasBean("audit"));
	}

	@Test
	void recorderWhenTheUserReplacesItBacksOffAndGaugesStay() {
		this.withMetrics.withBean("queueMeterRecorder", QueueRecorder.class, () -> QueueRecorder.NONE)
			.run((context) -> {
				assertThat(context).doesNotHaveBean(MicrometerQueueRecorder.class).hasSingleBean(QueueMeters.class);
				MeterRegistry registry = context.getBean(MeterRegistry.class);
				assertThat(registry.find("queue.length").gauges()).isNotEmpty();
				assertThat(registry.find("queue.commit").timers()).isEmpty();
			});
	}

	private static EmbeddedQueue queue() {
		QueueOperations operations = mock(QueueOperations.class);
		given(operations.stats()).willReturn(new QueueStats(List.of(), Map.of(), List.of(), Set.of(), Set.of(),
				List.of(new QueueStats.ShardStats(0, "queue_shard_0.db", true, "", false, false, 40960, 0, 4096, 0),
						new QueueStats.ShardStats(1, "queue_shard_1.db", true, "", false, false, 40960, 8192, 4096, 0)),
				List.of(), List.of()));
		EmbeddedQueue queue = mock(EmbeddedQueue.class);
		given(queue.operations()).willReturn(operations);
		given(queue.tasks()).willReturn(new TaskRegistry());
		given(queue.lanes()).willReturn(List.of(new LaneStatus("default", 8, 0, false)));
		return queue;
	}

}
