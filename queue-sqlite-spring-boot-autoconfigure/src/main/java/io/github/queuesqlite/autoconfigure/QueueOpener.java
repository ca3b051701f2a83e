package io.github.queuesqlite.autoconfigure;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;

import io.github.queuesqlite.EmbeddedQueue;
import io.github.queuesqlite.event.QueueRecorder;
import io.github.queuesqlite.message.QueueException;
import io.github.queuesqlite.payload.JsonPayloadCodec;
import io.github.queuesqlite.payload.PayloadCodec;
import io.github.queuesqlite.store.Retention;
import io.github.queuesqlite.task.EnqueueInterceptor;
import io.github.queuesqlite.task.TaskInterceptor;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.boot.diagnostics.FailureAnalyzedException;
import org.springframework.core.env.Environment;
import org.springframework.util.unit.DataSize;
import tools.jackson.databind.json.JsonMapper;

/** Opens a queue from properties and the beans that extend it. */
final class QueueOpener {

	private final QueueProperties properties;

	private final BeanFactory beanFactory;

	private final Environment environment;

	QueueOpener(QueueProperties properties, BeanFactory beanFactory, Environment environment) {
		this.properties = properties;
		this.beanFactory = beanFactory;
		this.environment = environment;
	}

	EmbeddedQueue open() {
		EmbeddedQueue.Builder builder = builder();
		applyStore(builder);
		applyWorker(builder);
		applyBeans(builder);
		each(EmbeddedQueueBuilderCustomizer.class, (customizer) -> customizer.customize(builder));
		return build(builder);
	}

	private static EmbeddedQueue build(EmbeddedQueue.Builder builder) {
		try {
			return builder.build();
		}
		catch (QueueException | IllegalCallerException | LinkageError ex) {
			throw OpenFailure.analyze(ex);
		}
	}

	private EmbeddedQueue.Builder builder() {
		return (this.properties.storage() == QueueProperties.Storage.TEMPORARY) ? EmbeddedQueue.temporary()
				: EmbeddedQueue.builder(PropertyCheck.path("directory", this.properties.directory()));
	}

	private void applyStore(EmbeddedQueue.Builder builder) {
		builder.name(this.properties.name())
			.durability(this.properties.durability())
			.enqueueAfterCommit(this.properties.enqueue().when() == QueueProperties.Enqueue.When.AFTER_COMMIT)
			.maxPending(this.properties.enqueue().maxPending())
			.maxLength(this.properties.enqueue().maxLength())
			.onFull(this.properties.enqueue().onFull())
			.blockTimeout(this.properties.enqueue().blockTimeout())
			.maxPayloadSize(this.properties.payload().maxSize().toBytes())
			.walMax(this.properties.wal().max().toBytes())
			.leaseDuration(this.properties.lease().duration())
			.retention(retention(this.properties.retention()))
			.scheduleFiring(this.properties.schedules().enabled())
			.listenRetention(this.properties.listen().retention())
			.listenMaxRetries(this.properties.listen().maxRetries())
			.codec(codec());
		Integer shards = this.properties.shards();
		if (shards != null) {
			builder.shards(shards);
		}
		DataSize reserve = this.properties.disk().reserve();
		if (reserve != null) {
			builder.diskReserve(reserve.toBytes());
		}
	}

	private void applyWorker(EmbeddedQueue.Builder builder) {
		QueueProperties.Worker worker = this.properties.worker();
		builder.concurrency(worker.concurrency())
			.pollInterval(worker.pollInterval())
			.timeout(worker.timeout())
			.probation(worker.probation())
			.retry(this.properties.retry().toPolicy())
			.drainTimeout(this.properties.shutdown().drainTimeout());
		this.properties.queues().forEach((name, queue) -> apply(builder, name, queue));
		new WorkerExecutor(worker.executor(), this.beanFactory, this.environment).apply(builder);
	}

	private void apply(EmbeddedQueue.Builder builder, String name, QueueProperties.Queue queue) {
		builder.queue(name, Objects.requireNonNullElse(queue.concurrency(), this.properties.worker().concurrency()))
			.order(name, queue.order());
		if (queue.rateLimit() != null) {
			builder.rateLimit(name, queue.rateLimit());
		}
		if (queue.ageing() != null) {
			builder.ageing(name, queue.ageing());
		}
	}

	private void applyBeans(EmbeddedQueue.Builder builder) {
		each(TaskInterceptor.class, builder::interceptor);
		each(EnqueueInterceptor.class, builder::enqueueInterceptor);
		builder.recorder(CompositeQueueRecorder
			.of(this.beanFactory.getBeanProvider(QueueRecorder.class).orderedStream().toList()));
	}

	private <T> void each(Class<T> type, Consumer<? super T> action) {
		this.beanFactory.getBeanProvider(type).orderedStream().forEach(action);
	}

	private PayloadCodec codec() {
		Map<String, PayloadCodec> codecs = new LinkedHashMap<>();
		each(PayloadCodec.class, (codec) -> add(codecs, codec));
		String wanted = this.properties.payload().codec();
		if (wanted == null) {
			return only(codecs);
		}
		PayloadCodec codec = codecs.get(wanted);
		if (codec != null) {
			return codec;
		}
		if (wanted.equals("json")) {
			return json();
		}
		throw PropertyCheck.refused("payload.codec", wanted,
				"must be json or the name of a PayloadCodec bean, which are " + codecs.keySet());
	}

	private static void add(Map<String, PayloadCodec> codecs, PayloadCodec codec) {
		PayloadCodec other = codecs.putIfAbsent(codec.name(), codec);
		if (other != null) {
			throw new FailureAnalyzedException(
					"Two PayloadCodec beans have the name '%s': %s and %s.".formatted(codec.name(),
							other.getClass().getName(), codec.getClass().getName()),
					"Give them different names: messages are read by the codec whose name they carry.");
		}
	}

	private PayloadCodec only(Map<String, PayloadCodec> codecs) {
		if (codecs.size() > 1) {
			throw new FailureAnalyzedException("There are several PayloadCodec beans: " + codecs.keySet() + ".",
					"Set 'queue.sqlite.payload.codec' to the name of one of them, or to json.");
		}
		return codecs.isEmpty() ? json() : codecs.values().iterator().next();
	}

	private PayloadCodec json() {
		@Nullable JsonMapper mapper = this.beanFactory.getBeanProvider(JsonMapper.class).getIfUnique();
		return (mapper != null) ? new JsonPayloadCodec(mapper) : new JsonPayloadCodec();
	}

	private static Retention retention(QueueProperties.Retention retention) {
		return new Retention(retention.completed(), retention.cancelled(), retention.expired(), retention.dead(),
				retention.maxRows());
	}

}
