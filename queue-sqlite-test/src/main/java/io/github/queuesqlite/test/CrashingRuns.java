package io.github.queuesqlite.test;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;

import io.github.queuesqlite.EmbeddedQueue;
import io.github.queuesqlite.task.TaskDefinition;
import io.github.queuesqlite.task.TaskHandler;
import io.github.queuesqlite.test.CrashPoint.Kind;
import org.jspecify.annotations.Nullable;

/**
 * Calls the handler of one message, notes the points it comes to, and at one of them
 * takes its process away: the queue that runs it is left, as by a process that ends, so
 * that the run is lost, and what the handler still reports is refused.
 */
final class CrashingRuns {

	private final List<CrashPoint> points = new ArrayList<>();

	private final @Nullable CrashPoint crash;

	/** The process of the current run. */
	private @Nullable EmbeddedQueue process;

	private boolean crashed;

	/**
	 * Creates the runs of a message.
	 * @param crash where to crash, once; null for nowhere
	 */
	CrashingRuns(@Nullable CrashPoint crash) {
		this.crash = crash;
	}

	/** Whether it came to the point. */
	boolean hasCrashed() {
		return this.crashed;
	}

	/** What the runs came to. */
	List<CrashPoint> points() {
		return this.points;
	}

	/** The next run is one of this process. */
	void runIn(EmbeddedQueue process) {
		this.process = process;
	}

	/** Returns a handler for the task, to be called in its place. */
	<T> TaskHandler<T> of(TaskDefinition<T> task) {
		return (payload, context) -> {
			Object result = task.handler().handle(payload, new CrashingContext(context, this));
			if (result instanceof CompletionStage<?> stage) {
				result = stage.toCompletableFuture().get();
			}
			reached(new CrashPoint(Kind.RETURNED, 0, null));
			return result;
		};
	}

	/** Does not return from where the process is to crash. */
	void reached(CrashPoint point) {
		this.points.add(point);
		if (!this.crashed && point.equals(this.crash)) {
			this.crashed = true;
			if (this.process != null) {
				this.process.close();
			}
			throw new SimulatedCrash(point);
		}
	}

}
