package io.github.queuesqlite.autoconfigure;

import java.util.Objects;
import java.util.function.Consumer;

import io.github.queuesqlite.EmbeddedQueue;
import io.github.queuesqlite.ShardChooser;
import io.github.queuesqlite.event.QueueRecorder;
import io.github.queuesqlite.message.Names;
import io.github.queuesqlite.message.QueueException;
import io.github.queuesqlite.store.Retention;
import io.github.queuesqlite.task.EnqueueInterceptor;
import io.github.queuesqlite.task.TaskInterceptor;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.boot.diagnostics.FailureAnalyzedException;
import org.springframework.core.env.Environment;
import org.springframework.util.unit.DataSize;

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
		each(EmbeddedQueueBuilderCustomizer.class, (customizer) -> customize(customizer, builder));
		return build(builder);
	}

	private static void customize(EmbeddedQueueBuilderCustomizer customizer, EmbeddedQueue.Builder builder) {
		try {
			customizer.customize(builder);
		}
		catch (IllegalArgumentException ex) {
			throw new FailureAnalyzedException("EmbeddedQueueBuilderCustomizer %s cannot be applied: %s."
				.formatted(Names.ofClass(customizer.getClass()), ex.getMessage()), "Correct what it sets.", ex);
		}
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
			.schema(this.properties.schema())
			.enqueueAfterCommit(this.properties.enqueue().when() == QueueProperties.Enqueue.When.AFTER_COMMIT)
			.maxPending(this.properties.enqueue().maxPending())
			.maxLength(this.properties.enqueue().maxLength())
			.onFull(this.properties.enqueue().onFull())
			.blockTimeout(this.properties.enqueue().blockTimeout())
			.callbackTimeout(this.properties.enqueue().callbackTimeout())
			.walMax(this.properties.wal().max().toBytes())
			.writerCache(this.properties.cache().writer().toBytes())
			.readerCache(this.properties.cache().reader().toBytes())
			.leaseDuration(this.properties.lease().duration())
			.retention(retention(this.properties.retention()))
			.history(this.properties.history().enabled(), this.properties.history().keep(),
					this.properties.history().maxRows())
			.expireUnhosted(this.properties.unhosted().expireAfter())
			.scheduleFiring(this.properties.schedules().enabled())
			.listenRetention(this.properties.listen().retention())
			.listenMaxRetries(this.properties.listen().maxRetries());
		new PayloadConfigurer(this.properties.payload(), this.beanFactory).apply(builder);
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
		this.properties.pools().forEach((name, pool) -> builder.pool(name, pool.toPool(worker.concurrency())));
		new WorkerExecutor(worker.executor(), this.beanFactory, this.environment).apply(builder);
	}

	private void apply(EmbeddedQueue.Builder builder, String name, QueueProperties.Queue queue) {
		if (queue.concurrency() != null || !isPooled(name)) {
			builder.queue(name,
					Objects.requireNonNullElse(queue.concurrency(), this.properties.worker().concurrency()));
		}
		builder.order(name, queue.order());
		if (queue.rateLimit() != null) {
			builder.rateLimit(name, queue.rateLimit());
		}
		if (queue.ageing() != null) {
			builder.ageing(name, queue.ageing());
		}
	}

	/** Then it has a lane, with as many workers as the pool has. */
	private boolean isPooled(String queue) {
		return this.properties.pools().values().stream().anyMatch((pool) -> pool.queues().contains(queue));
	}

	private void applyBeans(EmbeddedQueue.Builder builder) {
		each(TaskInterceptor.class, builder::interceptor);
		each(EnqueueInterceptor.class, builder::enqueueInterceptor);
		this.beanFactory.getBeanProvider(ShardChooser.class).ifAvailable(builder::shardChooser);
		builder.recorder(CompositeQueueRecorder
			.of(this.beanFactory.getBeanProvider(QueueRecorder.class).orderedStream().toList()));
	}

	private <T> void each(Class<T> type, Consumer<? super T> action) {
		this.beanFactory.getBeanProvider(type).orderedStream().forEach(action);
	}

	private static Retention retention(QueueProperties.Retention retention) {
		return new Retention(retention.completed(), retention.cancelled(), retention.expired(), retention.dead(),
				retention.maxRows());
	}

}
