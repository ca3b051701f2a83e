package io.github.queuesqlite.worker;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

import io.github.queuesqlite.store.StoreInstance;
import io.github.queuesqlite.store.StoredMessage;
import io.github.queuesqlite.task.BatchFailedException;
import org.jspecify.annotations.Nullable;

/**
 * One call of a handler for several messages. They begin together; each ends by itself,
 * with its own fence, and none waits for another's end to be stored.
 */
final class Batch implements Call {

	private final Lane lane;

	private final HostedTask task;

	/** Complete before others see the batch. */
	private final List<BatchRun> runs = new ArrayList<>();

	private final CallState state;

	/** Whether it has begun or was given back: all of it, or nothing. */
	private final AtomicBoolean taken = new AtomicBoolean();

	/** Those that the handler got. Of the call. */
	private List<BatchRun> handled = List.of();

	private long startedAt;

	private long elapsed;

	Batch(Lane lane, HostedTask task) {
		this.lane = lane;
		this.task = task;
		this.state = new CallState(lane);
	}

	/** Adds a message, in claim order. */
	BatchRun add(StoredMessage message, StoreInstance owner, int deaths, long now) {
		BatchRun run = new BatchRun(this, message, owner, deaths, now);
		this.runs.add(run);
		return run;
	}

	boolean isFull() {
		return this.runs.size() >= this.task.definition().batchSize();
	}

	Lane lane() {
		return this.lane;
	}

	@Override
	public Claim first() {
		return this.runs.get(0);
	}

	@Override
	public int size() {
		return this.runs.size();
	}

	@Override
	public void forEach(Consumer<Claim> action) {
		this.runs.forEach(action);
	}

	@Override
	public HostedTask task() {
		return this.task;
	}

	@Override
	public int bytes() {
		return (int) Math.min(Integer.MAX_VALUE, this.runs.stream().mapToLong(Claim::bytes).sum());
	}

	@Override
	public CallState state() {
		return this.state;
	}

	@Override
	public void putLogContext() {
		LogContext.put(first().row().queue(), this.task.definition().name(), this.runs.size());
	}

	@Override
	public boolean isNew() {
		return !this.taken.get();
	}

	@Override
	public boolean isPaused() {
		return this.runs.stream().anyMatch(Claim::isPaused);
	}

	@Override
	public long elapsed() {
		return this.elapsed;
	}

	private Engine engine() {
		return this.lane.engine();
	}

	// Starting and ending

	@Override
	public void run() {
		this.lane.runHanded(this);
	}

	@Override
	public boolean execute() {
		if (!this.taken.compareAndSet(false, true)) {
			return true;
		}
		this.startedAt = engine().now();
		CompletionStage<?> stage;
		try {
			this.state.enter(this);
			stage = call();
		}
		finally {
			this.state.leave(this);
		}
		return stage == null || !isAwaited(stage);
	}

	@Override
	public boolean recall() {
		if (!this.taken.compareAndSet(false, true)) {
			return false;
		}
		this.runs.forEach(Claim::recall);
		givePermitBack();
		return true;
	}

	@Override
	public void submit() {
		this.runs.forEach(Claim::submit);
	}

	@Override
	public boolean isToSubmit() {
		return this.runs.stream().anyMatch(Claim::isToSubmit);
	}

	/** Returns the stage to wait for; null when it has ended. */
	private @Nullable CompletionStage<?> call() {
		List<@Nullable Object> payloads = new ArrayList<>(this.runs.size());
		List<BatchRun> handled = new ArrayList<>(this.runs.size());
		for (BatchRun run : this.runs) {
			if (run.start() && run.isRead(payloads::add)) {
				handled.add(run);
			}
			else {
				// One that cannot run keeps no other from it, and waits for none.
				run.submit();
			}
		}
		this.handled = List.copyOf(handled);
		if (handled.isEmpty()) {
			return null;
		}
		this.state.begin();
		handled.forEach(engine().limits::begun);
		Object result;
		try {
			result = new Invocation(this.task, Collections.unmodifiableList(payloads), this.handled,
					engine().interceptors, 0)
				.proceed();
		}
		catch (Throwable ex) {
			failed(ex);
			return null;
		}
		if (!(result instanceof CompletionStage<?> stage)) {
			returned(result);
			return null;
		}
		return stage;
	}

	private boolean isAwaited(CompletionStage<?> stage) {
		try {
			this.state.await(stage, this.state.isStopping() || this.state.isOverdue(), this::completed);
			return true;
		}
		catch (Throwable ex) {
			failed(ex);
			return false;
		}
	}

	private void completed(@Nullable Object result, @Nullable Throwable failure) {
		try {
			if (failure != null) {
				failed(failure);
			}
			else {
				returned(result);
			}
		}
		catch (Throwable ex) {
			forEach((run) -> this.lane.brokeOff(run, ex));
		}
		this.lane.freed(this);
		submit();
	}

	private void returned(@Nullable Object result) {
		end(Map.of(), result);
	}

	private void failed(Throwable thrown) {
		Throwable failure = Failures.unwrap(thrown);
		if (!(failure instanceof BatchFailedException partly)) {
			endAll(failure);
			return;
		}
		int greatest = Collections.max(partly.failures().keySet());
		if (greatest >= this.handled.size()) {
			endAll(new IllegalArgumentException("The handler says that message " + greatest
					+ " of its batch failed, which had " + this.handled.size() + " messages, from 0", failure));
			return;
		}
		end(partly.failures(), partly.results());
	}

	private void endAll(Throwable failure) {
		ended();
		this.handled.forEach((run) -> run.failed(failure));
	}

	/** Each has failed or returned by itself. */
	private void end(Map<Integer, Throwable> failures, @Nullable Object result) {
		ended();
		List<?> results = (result instanceof List<?> list && list.size() == this.handled.size()) ? list : null;
		boolean usable = result == null || results != null || !this.task.definition().storeResult();
		for (int i = 0; i < this.handled.size(); i++) {
			BatchRun run = this.handled.get(i);
			Throwable failure = failures.get(i);
			if (failure != null) {
				run.failed(failure);
			}
			else if (usable) {
				run.returned((results != null) ? results.get(i) : null);
			}
			else {
				run.unusable(unusable(result));
			}
		}
	}

	private IllegalStateException unusable(@Nullable Object result) {
		String what = (result instanceof List<?> list) ? "a list of " + list.size()
				: "a " + Objects.requireNonNull(result).getClass().getName();
		return new IllegalStateException("The handler of a batch must return null or a list with a result for each of "
				+ this.handled.size() + " messages, returned " + what);
	}

	private void ended() {
		this.elapsed = Math.max(1, engine().now() - this.startedAt);
	}

	// What others want of it

	@Override
	public long untilDeadline(long now) {
		long least = Long.MAX_VALUE;
		for (BatchRun run : this.runs) {
			least = Math.min(least, run.untilDeadline(now));
		}
		return least;
	}

	@Override
	public void timeOut(long now) {
		this.runs.forEach((run) -> run.timeOut(now));
	}

	/** The handler is interrupted when it goes on for nobody's sake. */
	void stopUnlessWanted(long now) {
		if (this.runs.stream().noneMatch(BatchRun::isWanted)) {
			this.state.overdueFrom(now);
			this.state.interrupt();
		}
	}

}
