package io.github.queuesqlite.test;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;

import io.github.queuesqlite.EmbeddedQueue;
import io.github.queuesqlite.message.Failure;
import io.github.queuesqlite.message.Message;
import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.message.MessageQuery;
import io.github.queuesqlite.message.NewMessage;
import io.github.queuesqlite.task.Delivery;
import io.github.queuesqlite.task.TaskDefinition;
import io.github.queuesqlite.task.TaskHandler;
import io.github.queuesqlite.test.CrashPoint.Kind;
import org.jspecify.annotations.Nullable;
import org.springframework.core.ParameterizedTypeReference;
import org.springframework.util.FileSystemUtils;

/**
 * Shows what of a handler is not idempotent: has it run without a crash, then once for
 * each point at which its process may crash, each time to the end of its message, and
 * compares what there is then. <pre>{@code
 * CrashReport report = CrashSimulator.of(Order.class, (order, context) -> {
 * 	String receipt = context.step("charge", () -> payments.charge(order));
 * 	return context.step("send", () -> parcels.send(order, receipt));
 * }).reset(payments::clear).observe(payments::all).run(new Order(7));
 * assertThat(report).isIdempotent();
 * }</pre>
 * <p>
 * Each time it is a message in a store of its own. At the point of the crash the queue
 * that runs it is left, as by a process that ends: the run is lost, what the handler
 * still reports is refused, and a queue that is opened on the same files finds the
 * message and runs it again. Stored steps are there; what was not stored is not.
 * <p>
 * Points are the end of each step, before and after it is stored, and the return of the
 * handler. Result, state and what the handler enqueued with its end are compared; all
 * else that it does to the world is the test's to {@linkplain #observe observe}.
 * <p>
 * <b>Threads:</b> immutable; the handler is called on the thread that calls {@link #run}.
 *
 * @since 0.1.0
 */
public final class CrashSimulator {

	/** A message that fails for other reasons than crashes has so many retries. */
	private static final int RETRIES = 5;

	private final TaskDefinition<?> task;

	private final Set<Kind> kinds;

	private final @Nullable Runnable reset;

	private final @Nullable Supplier<?> observe;

	private CrashSimulator(TaskDefinition<?> task, Set<Kind> kinds, @Nullable Runnable reset,
			@Nullable Supplier<?> observe) {
		this.task = task;
		this.kinds = kinds;
		this.reset = reset;
		this.observe = observe;
	}

	/**
	 * Simulates crashes of a handler.
	 * @param <T> the type of the payload
	 * @param payloadType what the payload is read as
	 * @param handler the handler
	 * @return crashes at every point
	 */
	public static <T> CrashSimulator of(Class<T> payloadType, TaskHandler<T> handler) {
		return of(TaskDefinition.builder("task", payloadType, handler).build());
	}

	/**
	 * Simulates crashes of a task, such as one of the application:
	 * {@code taskRegistry.find("order").orElseThrow()}.
	 * @param task the task; of it the name, the handler and its payload are used
	 * @return crashes at every point
	 * @throws IllegalArgumentException if it is delivered at most once: it never runs
	 * again
	 */
	public static CrashSimulator of(TaskDefinition<?> task) {
		if (task.delivery() == Delivery.AT_MOST_ONCE) {
			throw new IllegalArgumentException(
					"Task '" + task.name() + "' is delivered at most once: after a crash it does not run again");
		}
		return new CrashSimulator(task, EnumSet.noneOf(Kind.class), null, null);
	}

	/**
	 * Crashes after each step that is stored, and, unless others are asked for too,
	 * nowhere else.
	 * @return a copy
	 */
	public CrashSimulator crashAfterEachStep() {
		return with(Kind.STEP_STORED);
	}

	/**
	 * Crashes after the work of each step, before it is stored, and, unless others are
	 * asked for too, nowhere else.
	 * @return a copy
	 */
	public CrashSimulator crashBeforeEachStepIsStored() {
		return with(Kind.STEP_DONE);
	}

	/**
	 * Crashes after the handler has returned, before its end is stored, and, unless
	 * others are asked for too, nowhere else.
	 * @return a copy
	 */
	public CrashSimulator crashBeforeTheEndIsStored() {
		return with(Kind.RETURNED);
	}

	private CrashSimulator with(Kind kind) {
		Set<Kind> kinds = EnumSet.of(kind);
		kinds.addAll(this.kinds);
		return new CrashSimulator(this.task, kinds, this.reset, this.observe);
	}

	/**
	 * Sets what makes the world as it was before any run.
	 * @param reset called before each message
	 * @return a copy
	 */
	public CrashSimulator reset(Runnable reset) {
		return new CrashSimulator(this.task, this.kinds, Objects.requireNonNull(reset), this.observe);
	}

	/**
	 * Sets how to see what the handler did to the world. Needs {@link #reset}.
	 * @param observe called when a message has ended: gives something that is equal when
	 * the world is. Of collections a copy is kept
	 * @return a copy
	 */
	public CrashSimulator observe(Supplier<?> observe) {
		return new CrashSimulator(this.task, this.kinds, this.reset, Objects.requireNonNull(observe));
	}

	/**
	 * Has the handler go through all crashes.
	 * @param payload of each message, written as by an enqueue; null for none
	 * @return what came of them
	 * @throws IllegalStateException if something is observed and not reset, or the
	 * message does not end without any crash
	 */
	public CrashReport run(@Nullable Object payload) {
		if (this.observe != null && this.reset == null) {
			throw new IllegalStateException("What is observed must be the same before each message: set 'reset' too");
		}
		CrashingRuns clean = new CrashingRuns(null);
		CrashOutcome expected = live(clean, payload);
		List<CrashReport.Crash> crashes = new ArrayList<>();
		for (CrashPoint point : new LinkedHashSet<>(clean.points())) {
			if (this.kinds.isEmpty() || this.kinds.contains(point.kind())) {
				CrashingRuns runs = new CrashingRuns(point);
				CrashOutcome outcome = live(runs, payload);
				crashes.add(new CrashReport.Crash(point, runs.hasCrashed(), outcome));
			}
		}
		return new CrashReport(this.task.name(), expected, crashes);
	}

	/** The whole life of one message. */
	private CrashOutcome live(CrashingRuns runs, @Nullable Object payload) {
		if (this.reset != null) {
			this.reset.run();
		}
		Path directory = temporaryDirectory();
		try {
			return new Life(directory, runs).run(payload);
		}
		finally {
			delete(directory);
		}
	}

	private static Path temporaryDirectory() {
		try {
			return Files.createTempDirectory("queue-crash-");
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private static void delete(Path directory) {
		try {
			FileSystemUtils.deleteRecursively(directory);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/** One message, and the processes that run it one after the other. */
	private final class Life {

		private final Path directory;

		private final CrashingRuns runs;

		private final MovableClock clock = new MovableClock();

		private @Nullable MessageId id;

		Life(Path directory, CrashingRuns runs) {
			this.directory = directory;
			this.runs = runs;
		}

		CrashOutcome run(@Nullable Object payload) {
			while (true) {
				boolean before = this.runs.hasCrashed();
				try (TestQueue process = open()) {
					if (this.id == null) {
						this.id = process.operations()
							.enqueue(NewMessage.to(CrashSimulator.this.task.name())
								.payload(payload)
								.maxRetries(RETRIES));
					}
					while (process.drainOne()) {
						if (this.runs.hasCrashed() != before) {
							break;
						}
					}
					if (this.runs.hasCrashed() == before) {
						CrashOutcome outcome = outcome(process);
						if (outcome != null) {
							return outcome;
						}
					}
				}
			}
		}

		private TestQueue open() {
			TestQueue process = TestQueue.create(EmbeddedQueue.builder(this.directory), RunMode.MANUAL, this.clock,
					(builder) -> builder.drainTimeout(Duration.ZERO));
			process.tasks().register(copy(CrashSimulator.this.task));
			this.runs.runIn(process.queue());
			return process;
		}

		private <T> TaskDefinition<T> copy(TaskDefinition<T> task) {
			return TaskDefinition.builder(task.name(), typeOf(task), this.runs.of(task)).build();
		}

		/** Null while it has not ended: the clock is where its retry is due then. */
		private @Nullable CrashOutcome outcome(TestQueue process) {
			Message message = process.operations().find(Objects.requireNonNull(this.id)).orElseThrow();
			if (!message.state().isEnded()) {
				process
					.advanceTo(message.runAt().isAfter(this.clock.instant()) ? message.runAt() : this.clock.instant());
				return null;
			}
			byte[] result = message.rawResult();
			Failure failure = message.lastError();
			Supplier<?> observe = CrashSimulator.this.observe;
			return new CrashOutcome(message.state(),
					(result != null) ? new String(result, StandardCharsets.UTF_8) : null, enqueued(process),
					(observe != null) ? snapshot(observe.get()) : null,
					(failure != null) ? failure.type() + ": " + failure.message() : null);
		}

		private List<String> enqueued(TestQueue process) {
			return Messages.all(process.operations(), MessageQuery.all())
				.stream()
				.filter((message) -> !message.id().equals(this.id))
				.map((message) -> message.task() + " " + new String(message.rawPayload(), StandardCharsets.UTF_8))
				.collect(Collectors.toList());
		}

	}

	@SuppressWarnings("unchecked")
	private static <T> ParameterizedTypeReference<T> typeOf(TaskDefinition<T> task) {
		return (ParameterizedTypeReference<T>) ParameterizedTypeReference.forType(task.payloadType());
	}

	private static @Nullable Object snapshot(@Nullable Object observed) {
		if (observed instanceof Set<?> set) {
			return new LinkedHashSet<>(set);
		}
		if (observed instanceof Collection<?> collection) {
			return new ArrayList<>(collection);
		}
		return (observed instanceof Map<?, ?> map) ? new LinkedHashMap<>(map) : observed;
	}

}
