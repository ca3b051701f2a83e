package io.github.queuesqlite.metrics;

import java.time.Duration;

import io.github.queuesqlite.EmbeddedQueue;
import io.github.queuesqlite.autoconfigure.QueueAutoConfiguration;
import io.micrometer.core.instrument.MeterRegistry;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;

/**
 * Auto-configuration of the queue's meters.
 *
 * @since 0.1.0
 */
@AutoConfiguration(after = QueueAutoConfiguration.class, afterName = {
		"org.springframework.boot.micrometer.metrics.autoconfigure.MetricsAutoConfiguration",
		"org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration",
		"org.springframework.boot.micrometer.metrics.autoconfigure.export.simple.SimpleMetricsExportAutoConfiguration" })
@ConditionalOnClass(MeterRegistry.class)
@ConditionalOnBean({ EmbeddedQueue.class, MeterRegistry.class })
public final class QueueMetricsAutoConfiguration {

	private static final Duration SAMPLE_INTERVAL = Duration.ofSeconds(1);

	@Bean
	@ConditionalOnMissingBean(name = "queueMeterRecorder")
	MicrometerQueueRecorder queueMeterRecorder(MeterRegistry registry) {
		return new MicrometerQueueRecorder(registry);
	}

	@Bean
	@ConditionalOnMissingBean
	QueueMeters queueMeters(EmbeddedQueue queue, ObjectProvider<MicrometerQueueRecorder> recorder) {
		return new QueueMeters(queue, recorder.getIfAvailable(), SAMPLE_INTERVAL);
	}

}
