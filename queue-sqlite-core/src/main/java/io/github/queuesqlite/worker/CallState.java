package io.github.queuesqlite.worker;

import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.function.BiConsumer;

import io.github.queuesqlite.flight.FlightEvents;
import io.github.queuesqlite.flight.RunEvent;
import io.github.queuesqlite.store.StoredMessage;
import org.jspecify.annotations.Nullable;

/**
 * What each call of a handler has, of one message or of several: a place among the
 * permits, what was taken for it, where its handler is, and whether that is to stop.
 */
final class CallState {

	private final Holder holder;

	private final Handling handling = new Handling();

	private int place = -1;

	private volatile long handedAt;

	private volatile boolean stopping;

	/** When it should have stopped; 0 while it may go on. */
	private volatile long overdueSince;

	/** What its task needs; null for nothing. Set before others see the call. */
	private @Nullable CallAllowance allowance;

	/** Null while nobody records runs. Of its thread. */
	private @Nullable RunEvent event;

	CallState(Holder holder) {
		this.holder = holder;
	}

	// Among the permits

	int place() {
		return this.place;
	}

	void place(int place) {
		this.place = place;
	}

	long handedAt() {
		return this.handedAt;
	}

	void handedAt(long now) {
		this.handedAt = now;
	}

	void takePermit(String queue, String task) {
		this.allowance = new CallAllowance(this.holder.engine().limits, queue, task);
	}

	void givePermitBack() {
		if (this.allowance != null) {
			this.allowance.giveBack();
		}
	}

	/** The handler is called now. */
	void begin() {
		if (this.allowance != null) {
			this.allowance.begin();
		}
	}

	// In the handler

	/** The current thread goes into the handler. */
	void enter(Call call) {
		this.handling.enter();
		if (this.holder.engine().logsContext) {
			call.putLogContext();
		}
		this.event = FlightEvents.run();
	}

	/** It is out again. An interrupt of ours goes no further. */
	void leave(Call call) {
		RunEvent event = this.event;
		if (event != null) {
			StoredMessage row = call.first().row();
			event.over(row.queue(), row.task(), call.first().id().toString(), row.attempt());
		}
		if (this.handling.leave() || call.task().executor() == null) {
			Thread.interrupted();
		}
		if (this.holder.engine().logsContext) {
			LogContext.clear();
		}
	}

	/**
	 * The handler has returned a stage. Whoever asked it to stop before had none to tell.
	 */
	void await(CompletionStage<?> stage, boolean stopped, BiConsumer<@Nullable Object, @Nullable Throwable> completed) {
		this.handling.isAt(stage);
		if (stopped) {
			interrupt();
		}
		stage.whenComplete(completed);
	}

	/** Where its thread is at the moment; empty when it is on none. */
	String stack() {
		return this.handling.stack();
	}

	String threadName() {
		return this.handling.threadName();
	}

	boolean isStoppedFor() {
		return this.handling.isStoppedFor();
	}

	// Its stop

	/** The application asks it to stop. */
	void stop() {
		this.stopping = true;
		interrupt();
	}

	boolean isStopping() {
		return this.stopping;
	}

	/** Its time is over, or nobody wants it. What was noted first counts. */
	void overdueFrom(long now) {
		if (this.overdueSince == 0) {
			this.overdueSince = now;
		}
	}

	boolean isOverdue() {
		return this.overdueSince != 0;
	}

	void interrupt() {
		this.holder.engine().interrupts().execute(this.handling::interrupt);
	}

	@Nullable OverdueRun overdue(Call call, long now) {
		long since = this.overdueSince;
		if (since == 0 || call.isNew()) {
			return null;
		}
		StoredMessage row = call.first().row();
		return new OverdueRun(row.id(), row.queue(), row.task(), Duration.ofNanos(now - since), threadName());
	}

}
