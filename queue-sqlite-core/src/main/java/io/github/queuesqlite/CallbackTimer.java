package io.github.queuesqlite;

import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

import io.github.queuesqlite.message.MessageId;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Interrupts callbacks that take too long. One that goes on even so keeps its thread, and
 * nobody waits for it.
 */
final class CallbackTimer {

	private static final Logger logger = LoggerFactory.getLogger(CallbackTimer.class);

	private final @Nullable Duration timeout;

	private final @Nullable ScheduledThreadPoolExecutor alarms;

	/**
	 * Creates a timer.
	 * @param name of its thread, which starts with the first callback
	 * @param timeout null for callbacks that may take any time
	 */
	CallbackTimer(String name, @Nullable Duration timeout) {
		this.timeout = timeout;
		this.alarms = (timeout != null) ? alarms(name) : null;
	}

	private static ScheduledThreadPoolExecutor alarms(String name) {
		ScheduledThreadPoolExecutor alarms = new ScheduledThreadPoolExecutor(1, (work) -> {
			Thread thread = new Thread(work, name);
			thread.setDaemon(true);
			return thread;
		});
		alarms.setRemoveOnCancelPolicy(true);
		return alarms;
	}

	/** Runs a callback on this thread. */
	void run(MessageId id, Runnable callback) {
		if (this.alarms == null || this.timeout == null) {
			callback.run();
			return;
		}
		Watched watched = new Watched(id, Thread.currentThread(), this.timeout);
		Future<?> alarm = this.alarms.schedule(watched::interrupt, this.timeout.toNanos(), TimeUnit.NANOSECONDS);
		try {
			callback.run();
		}
		finally {
			watched.end();
			alarm.cancel(false);
		}
	}

	void close() {
		if (this.alarms != null) {
			this.alarms.shutdownNow();
		}
	}

	/** A callback that runs. */
	private static final class Watched {

		private final MessageId id;

		private final Duration timeout;

		/** Null once it has ended: the thread does something else then. */
		private @Nullable Thread thread;

		Watched(MessageId id, Thread thread, Duration timeout) {
			this.id = id;
			this.thread = thread;
			this.timeout = timeout;
		}

		synchronized void interrupt() {
			if (this.thread != null) {
				logger.warn("The callback of message {} is interrupted: it takes longer than {}", this.id,
						this.timeout);
				this.thread.interrupt();
			}
		}

		/** What it left behind is not for the next one. */
		synchronized void end() {
			this.thread = null;
			Thread.interrupted();
		}

	}

}
