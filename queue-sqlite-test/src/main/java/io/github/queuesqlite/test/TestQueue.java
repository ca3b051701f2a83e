package io.github.queuesqlite.test;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.stream.Stream;

import io.github.queuesqlite.Durability;
import io.github.queuesqlite.EmbeddedQueue;
import io.github.queuesqlite.QueueOperations;
import io.github.queuesqlite.listen.ListenOperations;
import io.github.queuesqlite.message.Message;
import io.github.queuesqlite.message.MessageQuery;
import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.message.QueueStats.Pause;
import io.github.queuesqlite.schedule.ScheduleOperations;
import io.github.queuesqlite.schedule.ScheduleStatus;
import io.github.queuesqlite.task.TaskRegistry;
import org.assertj.core.api.AssertProvider;
import org.jspecify.annotations.Nullable;

/**
 * A queue in the hands of a test: its handlers run when the test says so, its clock
 * stands until the test moves it, and it is asserted with AssertJ. It is a real queue, on
 * real files, which are deleted with it; what a handler meets is what it meets in
 * production. <pre>{@code
 * try (TestQueue queue = TestQueue.create()) {
 * 	queue.tasks().register("greet", String.class, (name, context) -> "Hello " + name);
 * 	queue.operations().enqueue("greet", "Ada");
 * 	queue.drain();
 * 	assertThat(queue).message("greet").isCompleted().hasResult("Hello Ada");
 * }
 * }</pre>
 * <p>
 * With Spring, {@link AutoConfigureQueue @AutoConfigureQueue} makes it a bean.
 * <p>
 * <b>Threads:</b> safe for use by several threads; those that drain take turns.
 *
 * @since 0.1.0
 */
public final class TestQueue implements AutoCloseable, AssertProvider<QueueAssert> {

	/** How long a drain may last that is not told otherwise. */
	public static final Duration DRAIN_TIMEOUT = Duration.ofSeconds(30);

	private final EmbeddedQueue queue;

	private final RunMode mode;

	private final Drainer drainer;

	private final @Nullable MovableClock clock;

	private final QueueOperations operations;

	/** How many tests use it at the moment. Guarded by this. */
	private int users;

	TestQueue(EmbeddedQueue queue, RunMode mode, Drainer drainer, @Nullable MovableClock clock) {
		this.queue = queue;
		this.mode = mode;
		this.drainer = drainer;
		this.clock = clock;
		this.operations = (mode == RunMode.INLINE) ? InlineOperations.of(queue.operations(), this) : queue.operations();
	}

	/**
	 * Creates a queue in a temporary directory whose handlers run in {@link #drain()}.
	 * @return to be closed
	 */
	public static TestQueue create() {
		return create(RunMode.MANUAL);
	}

	/**
	 * Creates a queue in a temporary directory.
	 * @param mode when its handlers run
	 * @return to be closed
	 */
	public static TestQueue create(RunMode mode) {
		return create(mode, (builder) -> {
		});
	}

	/**
	 * Creates a queue in a temporary directory.
	 * @param mode when its handlers run
	 * @param settings sets what the test needs: one shard without fsync unless it sets
	 * them
	 * @return to be closed
	 */
	public static TestQueue create(RunMode mode, Consumer<EmbeddedQueue.Builder> settings) {
		return create(EmbeddedQueue.temporary(), mode, new MovableClock(), settings);
	}

	static TestQueue create(EmbeddedQueue.Builder builder, RunMode mode, MovableClock clock,
			Consumer<EmbeddedQueue.Builder> settings) {
		Objects.requireNonNull(mode, "'mode' must not be null");
		Drainer drainer = new Drainer();
		builder.shards(1).durability(Durability.NORMAL);
		settings.accept(builder);
		if (mode == RunMode.BACKGROUND) {
			TestQueue created = new TestQueue(builder.build(), mode, drainer, null);
			created.queue.start();
			return created;
		}
		drainer.applyTo(builder);
		return new TestQueue(builder.clock(clock).build(), mode, drainer, clock);
	}

	/**
	 * Returns what the code under test gets.
	 * @return with {@link RunMode#INLINE}, one whose enqueues run what they enqueue
	 */
	public QueueOperations operations() {
		return this.operations;
	}

	/**
	 * Returns the queue itself, for what is not here.
	 * @return its operations never run anything
	 */
	public EmbeddedQueue queue() {
		return this.queue;
	}

	/**
	 * Returns where handlers are registered.
	 * @return the registry
	 */
	public TaskRegistry tasks() {
		return this.queue.tasks();
	}

	/**
	 * Returns the listen data. Listeners are told in {@link #drain()}.
	 * @return its operations
	 */
	public ListenOperations listen() {
		return this.queue.listen();
	}

	/**
	 * Returns the schedules. They fire in {@link #advance}.
	 * @return their operations
	 */
	public ScheduleOperations schedules() {
		return this.queue.schedules();
	}

	/**
	 * Returns the clock of the queue, for code under test that looks at the same one.
	 * @return it moves with {@link #advance}
	 * @throws IllegalStateException with {@link RunMode#BACKGROUND}
	 */
	public MovableClock clock() {
		if (this.clock == null) {
			throw new IllegalStateException(
					"With RunMode.BACKGROUND the clock is the system's, which cannot be moved: use MANUAL or INLINE");
		}
		return this.clock;
	}

	/**
	 * Runs the handlers of all messages that can run now, and of what they enqueue, on
	 * this thread, and tells listeners of changes; returns when there is nothing more to
	 * run at the time of the clock. What is delayed, waits for a retry or for the token
	 * of a rate, is paused, or has no handler stays. A handler that fails fails its
	 * message, not the test: see {@link QueueAssert#hasNoFailures()}.
	 * <p>
	 * With {@link RunMode#BACKGROUND} it waits for the workers, retries included.
	 * @return how many times a handler was called; 0 with {@code BACKGROUND}
	 * @throws AssertionError if it takes more than 30 s: it says what is left
	 * @throws IllegalStateException in a handler
	 */
	public int drain() {
		return drain(DRAIN_TIMEOUT);
	}

	/**
	 * Drains as {@link #drain()} does.
	 * @param timeout how long at most; a handler is not interrupted
	 * @return how many times a handler was called
	 * @throws AssertionError if it takes longer
	 */
	public int drain(Duration timeout) {
		if (this.mode != RunMode.BACKGROUND) {
			return this.drainer.drain(this.queue, Integer.MAX_VALUE, timeout);
		}
		if (!this.queue.operations().drain(timeout)) {
			throw new AssertionError("The queue was not drained within " + timeout);
		}
		return 0;
	}

	/**
	 * Runs one handler: of the message that is next.
	 * @return false when there is nothing to run now
	 * @throws IllegalStateException in a handler, and with {@link RunMode#BACKGROUND}
	 */
	public boolean drainOne() {
		clock();
		return this.drainer.drain(this.queue, 1, DRAIN_TIMEOUT) > 0;
	}

	/**
	 * Drains, and as long as a message is delayed or waits for a retry, moves the clock
	 * to when the next one is due, and drains again. Schedules that come on the way fire.
	 * @return how many times a handler was called
	 * @throws AssertionError if it takes more than 30 s, as when handlers enqueue delayed
	 * messages for ever
	 * @throws IllegalStateException in a handler, and with {@link RunMode#BACKGROUND}
	 */
	public int drainAll() {
		return drainAll(DRAIN_TIMEOUT);
	}

	/**
	 * Drains as {@link #drainAll()} does.
	 * @param timeout how long at most; a handler is not interrupted
	 * @return how many times a handler was called
	 * @throws AssertionError if it takes longer
	 */
	public int drainAll(Duration timeout) {
		MovableClock clock = clock();
		long deadline = System.nanoTime() + timeout.toNanos();
		int runs = drain(timeout);
		Instant next = nextMessage();
		while (next != null) {
			if (System.nanoTime() - deadline >= 0) {
				throw new AssertionError("Messages are delayed anew for ever: after " + timeout + " and " + runs
						+ " calls of handlers there are still some. The clock shows " + clock.instant());
			}
			runs += moveTo(next.isAfter(clock.instant()) ? next : clock.instant()) + drain(timeout);
			next = nextMessage();
		}
		return runs;
	}

	/**
	 * Moves the clock forward, and has happen what happens in that time: delayed messages
	 * and retries become due, messages and pauses expire, schedules fire, each at its
	 * time. With {@link RunMode#INLINE} their handlers run at that time.
	 * @param duration 0 or longer
	 * @throws IllegalArgumentException if it is negative
	 * @throws IllegalStateException with {@link RunMode#BACKGROUND}
	 */
	public void advance(Duration duration) {
		if (duration.isNegative()) {
			throw new IllegalArgumentException("'duration' must not be negative, was " + duration);
		}
		moveTo(clock().instant().plus(duration));
	}

	/**
	 * Moves the clock forward as {@link #advance(Duration)} does.
	 * @param instant now or later
	 * @throws IllegalArgumentException if it is past
	 * @throws IllegalStateException with {@link RunMode#BACKGROUND}
	 */
	public void advanceTo(Instant instant) {
		if (instant.isBefore(clock().instant())) {
			throw new IllegalArgumentException(
					"'instant' must not be before " + clock().instant() + ", was " + instant);
		}
		moveTo(instant);
	}

	/** Returns how many handlers ran. */
	private int moveTo(Instant target) {
		MovableClock clock = clock();
		int runs = look(clock, clock.instant());
		Instant next = nextStop(target);
		while (next != null) {
			runs += look(clock, next);
			next = nextStop(target);
		}
		return runs + look(clock, target);
	}

	private int look(MovableClock clock, Instant now) {
		clock.set(now);
		this.queue.catchUp();
		return (this.mode == RunMode.INLINE && !this.drainer.isHandling()) ? drain() : 0;
	}

	/** The next time on the way at which something happens by itself. */
	private @Nullable Instant nextStop(Instant target) {
		Stream<Instant> slots = this.queue.schedules()
			.list()
			.stream()
			.map(ScheduleStatus::nextSlot)
			.filter(Objects::nonNull);
		Stream<Instant> due = (this.mode == RunMode.INLINE) ? Stream.ofNullable(nextMessage()) : Stream.empty();
		Instant now = clock().instant();
		return Stream.concat(slots, due)
			.filter((at) -> at.isAfter(now) && at.isBefore(target))
			.min(Instant::compareTo)
			.orElse(null);
	}

	/** When the next message is due that waits for a time. */
	private @Nullable Instant nextMessage() {
		return Messages.all(this.queue.operations(), MessageQuery.all().state(MessageState.SCHEDULED))
			.stream()
			.filter(Messages::isForATime)
			.map(Message::runAt)
			.min(Instant::compareTo)
			.orElse(null);
	}

	/**
	 * Returns all messages there are, whatever their state.
	 * @return oldest first
	 */
	public List<Message> messages() {
		return new ArrayList<>(Messages.all(this.queue.operations(), MessageQuery.all()));
	}

	/**
	 * Deletes all messages and ends all pauses. The clock, listen data and schedules stay
	 * as they are.
	 */
	public void reset() {
		QueueOperations operations = this.queue.operations();
		operations.purge(MessageQuery.all());
		for (Pause pause : operations.stats().pauses()) {
			switch (pause.kind()) {
				case QUEUE -> operations.resume(pause.name());
				case TASK -> operations.resumeTask(pause.name());
				case KEY -> operations.resumeKey(pause.name());
			}
		}
	}

	/** A test begins. Nothing is taken away from one that goes on. */
	synchronized void enter(boolean reset) {
		if (this.users++ == 0 && reset) {
			reset();
		}
	}

	/** It has ended. */
	synchronized void leave() {
		this.users--;
	}

	/** What is enqueued has been, and is to run. */
	void runInline() {
		if (!this.drainer.isHandling()) {
			drain();
		}
	}

	/** For {@code Assertions.assertThat(queue)}. */
	@Override
	public QueueAssert assertThat() {
		return new QueueAssert(this.queue.operations());
	}

	/** Closes the queue and deletes its files. Idempotent. */
	@Override
	public void close() {
		this.queue.close();
	}

}
