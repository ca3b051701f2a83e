package io.github.queuesqlite.worker;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

import io.github.queuesqlite.message.LogEntry;
import io.github.queuesqlite.message.Progress;
import io.github.queuesqlite.message.QueueException;
import io.github.queuesqlite.store.Completion;
import io.github.queuesqlite.store.RunReport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the handler of one run says, on its way into the store: at once, but not more
 * often than once in a while; what is said between goes together, the latest progress
 * only.
 * <p>
 * <b>Threads:</b> safe for use by several threads.
 */
final class Reports implements Completion<Boolean> {

	private static final Logger logger = LoggerFactory.getLogger(Reports.class);

	private static final Duration INTERVAL = Duration.ofMillis(500);

	private static final int MOST_TEXT = 500;

	private static final int MOST_ENTRY = 2000;

	private final Claim run;

	private final Executor delayed;

	private final Deque<LogEntry> entries = new ArrayDeque<>();

	private @Nullable Progress progress;

	private @Nullable Long latest;

	private boolean waiting;

	private volatile boolean warned;

	Reports(Claim run, Executor executor) {
		this.run = run;
		this.delayed = CompletableFuture.delayedExecutor(INTERVAL.toMillis(), TimeUnit.MILLISECONDS, executor);
	}

	void progress(double fraction, @Nullable String text) {
		// Written so that NaN is refused.
		if (!(fraction >= 0 && fraction <= 1)) {
			throw new IllegalArgumentException("'fraction' must be from 0 to 1, was " + fraction);
		}
		synchronized (this) {
			this.progress = new Progress(fraction, (text != null) ? Failures.cut(text, MOST_TEXT) : null, now());
		}
		soon();
	}

	void log(String text) {
		Objects.requireNonNull(text, "'text' must not be null");
		synchronized (this) {
			this.entries.add(new LogEntry(this.run.attempt(), now(), Failures.cut(text, MOST_ENTRY)));
			if (this.entries.size() > RunReport.MOST_ENTRIES) {
				this.entries.poll();
			}
		}
		soon();
	}

	private Instant now() {
		return Instant.ofEpochMilli(this.run.engine().millis());
	}

	private void soon() {
		synchronized (this) {
			if (this.waiting) {
				return;
			}
			long now = this.run.engine().now();
			if (this.latest != null && now - this.latest < INTERVAL.toNanos()) {
				this.waiting = true;
				this.delayed.execute(this::flush);
				return;
			}
		}
		flush();
	}

	/** Hands what was said to the store. */
	void flush() {
		RunReport report;
		synchronized (this) {
			this.waiting = false;
			this.latest = this.run.engine().now();
			report = new RunReport(this.progress, List.copyOf(this.entries));
			this.progress = null;
			this.entries.clear();
		}
		if (report.progress() == null && report.entries().isEmpty()) {
			return;
		}
		try {
			this.run.engine().environment.store().report(this.run.key(), report, this);
		}
		catch (QueueException ex) {
			failed(ex);
		}
	}

	@Override
	public void succeeded(Boolean stored) {
		if (!stored) {
			this.run.lose();
		}
	}

	@Override
	public void failed(QueueException failure) {
		if (!this.warned) {
			this.warned = true;
			logger.warn("What the handler of message {} of task '{}' says of its progress is not stored", this.run.id(),
					this.run.row().task(), failure);
		}
	}

}
