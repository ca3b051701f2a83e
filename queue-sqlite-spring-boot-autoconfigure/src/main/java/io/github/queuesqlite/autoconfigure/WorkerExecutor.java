package io.github.queuesqlite.autoconfigure;

import java.util.concurrent.Executor;

import io.github.queuesqlite.EmbeddedQueue;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.boot.system.JavaVersion;
import org.springframework.boot.thread.Threading;
import org.springframework.core.env.Environment;

/** What {@code queue.sqlite.worker.executor} stands for. */
final class WorkerExecutor {

	private static final String PROPERTY = "worker.executor";

	private final String value;

	private final BeanFactory beanFactory;

	private final Environment environment;

	WorkerExecutor(String value, BeanFactory beanFactory, Environment environment) {
		this.value = value;
		this.beanFactory = beanFactory;
		this.environment = environment;
	}

	void apply(EmbeddedQueue.Builder builder) {
		switch (this.value) {
			case "auto" -> builder.virtualThreads(Threading.VIRTUAL.isActive(this.environment));
			case "platform" -> builder.virtualThreads(false);
			case "virtual" -> applyVirtual(builder);
			default -> builder.executor(bean());
		}
	}

	private void applyVirtual(EmbeddedQueue.Builder builder) {
		if (JavaVersion.getJavaVersion().isOlderThan(JavaVersion.TWENTY_ONE)) {
			throw PropertyCheck.refused(PROPERTY, this.value,
					"needs Java 21 or later, this is Java " + JavaVersion.getJavaVersion());
		}
		builder.virtualThreads(true);
	}

	/** Looks before it asks: what is no executor may need the queue. */
	private Executor bean() {
		if (!this.beanFactory.containsBean(this.value) || !this.beanFactory.isTypeMatch(this.value, Executor.class)) {
			throw PropertyCheck.refused(PROPERTY, this.value,
					"must be auto, platform, virtual or the name of an Executor bean");
		}
		return this.beanFactory.getBean(this.value, Executor.class);
	}

}
