package io.github.queuesqlite.test;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.function.Supplier;

import io.github.queuesqlite.message.Message;
import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.message.NewMessage;
import io.github.queuesqlite.task.FencingToken;
import io.github.queuesqlite.task.TaskContext;
import io.github.queuesqlite.test.CrashPoint.Kind;
import org.jspecify.annotations.Nullable;
import org.springframework.core.ParameterizedTypeReference;

/** The context of a run that may crash in its steps. */
final class CrashingContext implements TaskContext {

	private final TaskContext context;

	private final CrashingRuns runs;

	/** How many steps this run has come to. */
	private int steps;

	CrashingContext(TaskContext context, CrashingRuns runs) {
		this.context = context;
		this.runs = runs;
	}

	@Override
	@SafeVarargs
	@SuppressWarnings("varargs")
	public final <T extends @Nullable Object> T step(String name, Supplier<? extends T> work, T... type) {
		Step<T> step = new Step<>(++this.steps, name, work);
		T value = this.context.step(name, step, type);
		step.stored();
		return value;
	}

	@Override
	public <T extends @Nullable Object> T step(String name, ParameterizedTypeReference<T> type,
			Supplier<? extends T> work) {
		Step<T> step = new Step<>(++this.steps, name, work);
		T value = this.context.step(name, type, step);
		step.stored();
		return value;
	}

	@Override
	public Message message() {
		return this.context.message();
	}

	@Override
	public MessageId id() {
		return this.context.id();
	}

	@Override
	public int attempt() {
		return this.context.attempt();
	}

	@Override
	public int maxAttempts() {
		return this.context.maxAttempts();
	}

	@Override
	public @Nullable Instant deadline() {
		return this.context.deadline();
	}

	@Override
	public Map<String, String> headers() {
		return this.context.headers();
	}

	@Override
	public Map<String, String> attributes() {
		return this.context.attributes();
	}

	@Override
	public boolean isCancelled() {
		return this.context.isCancelled();
	}

	@Override
	public void extend(Duration duration) {
		this.context.extend(duration);
	}

	@Override
	public void progress(double fraction, @Nullable String text) {
		this.context.progress(fraction, text);
	}

	@Override
	public void log(String text) {
		this.context.log(text);
	}

	@Override
	public MessageId enqueue(NewMessage message) {
		return this.context.enqueue(message);
	}

	@Override
	public FencingToken fencingToken() {
		return this.context.fencingToken();
	}

	/** One step, which is a point only where it is really done. */
	private final class Step<T extends @Nullable Object> implements Supplier<T> {

		private final int number;

		private final String name;

		private final Supplier<? extends T> work;

		private boolean done;

		Step(int number, String name, Supplier<? extends T> work) {
			this.number = number;
			this.name = name;
			this.work = work;
		}

		@Override
		public T get() {
			T value = this.work.get();
			this.done = true;
			CrashingContext.this.runs.reached(new CrashPoint(Kind.STEP_DONE, this.number, this.name));
			return value;
		}

		void stored() {
			if (this.done) {
				CrashingContext.this.runs.reached(new CrashPoint(Kind.STEP_STORED, this.number, this.name));
			}
		}

	}

}
