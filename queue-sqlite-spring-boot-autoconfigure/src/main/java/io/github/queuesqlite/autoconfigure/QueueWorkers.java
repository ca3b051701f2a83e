package io.github.queuesqlite.autoconfigure;

import io.github.queuesqlite.EmbeddedQueue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.ApplicationEventPublisherAware;
import org.springframework.context.SmartLifecycle;

/**
 * Starts and stops handlers and listeners with the application context: they start last
 * and stop first, before the web server, so that requests in flight can still enqueue.
 * Inject it to stop and start them by hand.
 * <p>
 * A stop claims nothing more, gives back what has not started, and waits for running
 * handlers up to {@code queue.sqlite.shutdown.drain-timeout}. {@link QueueStarted} and
 * {@link QueueStopping} tell the application.
 *
 * @since 0.1.0
 */
public final class QueueWorkers implements SmartLifecycle, ApplicationEventPublisherAware {

	private static final Logger logger = LoggerFactory.getLogger(QueueWorkers.class);

	private final EmbeddedQueue queue;

	private final boolean autoStartup;

	private ApplicationEventPublisher events = (event) -> {
	};

	/**
	 * Creates the life-cycle of a queue.
	 * @param queue what is started and stopped; not closed
	 * @param autoStartup whether it starts with the application context
	 */
	public QueueWorkers(EmbeddedQueue queue, boolean autoStartup) {
		this.queue = queue;
		this.autoStartup = autoStartup;
	}

	@Override
	public void setApplicationEventPublisher(ApplicationEventPublisher publisher) {
		this.events = publisher;
	}

	@Override
	public void start() {
		this.queue.start();
		this.events.publishEvent(new QueueStarted(this.queue));
	}

	@Override
	public void stop() {
		try {
			this.events.publishEvent(new QueueStopping(this.queue));
		}
		catch (RuntimeException ex) {
			logger.error("A listener of QueueStopping failed; the queue stops", ex);
		}
		this.queue.stop();
	}

	/** Stops on a thread of its own: other beans of the phase stop meanwhile. */
	@Override
	public void stop(Runnable callback) {
		new Thread(() -> {
			try {
				stop();
			}
			finally {
				callback.run();
			}
		}, "queue-stop").start();
	}

	@Override
	public boolean isRunning() {
		return this.queue.isRunning();
	}

	@Override
	public boolean isAutoStartup() {
		return this.autoStartup;
	}

	/** {@link SmartLifecycle#DEFAULT_PHASE}: the last to start, the first to stop. */
	@Override
	public int getPhase() {
		return DEFAULT_PHASE;
	}

}
