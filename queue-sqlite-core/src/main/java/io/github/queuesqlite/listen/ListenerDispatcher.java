package io.github.queuesqlite.listen;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;

import io.github.queuesqlite.event.FailureNote;
import io.github.queuesqlite.payload.Payloads;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs the listeners, each on a thread of its own, so that a slow one delays no other,
 * and looks for changes of other processes.
 * <p>
 * <b>Threads:</b> safe for use by several threads.
 */
final class ListenerDispatcher {

	private static final Logger logger = LoggerFactory.getLogger(ListenerDispatcher.class);

	/** How long a cursor is kept that has no listener in any process. */
	private static final Duration KEEP_UNDECLARED = Duration.ofHours(24);

	private static final Duration INTERRUPTED_WAIT = Duration.ofSeconds(1);

	private final ListenStore store;

	private final Payloads payloads;

	private final ListenOwner owner;

	private final ListenSettings settings;

	private final InstantSource clock;

	private final ThreadFactory threads;

	private final Runnable wakeAll = this::wake;

	private volatile Map<String, Served> served = Map.of();

	private @Nullable ScheduledExecutorService watch;

	private volatile long seenChange;

	ListenerDispatcher(ListenStore store, Payloads payloads, ListenOwner owner, ListenSettings settings,
			InstantSource clock, ThreadFactory threads) {
		this.store = store;
		this.payloads = payloads;
		this.owner = owner;
		this.settings = settings;
		this.clock = clock;
		this.threads = threads;
	}

	/** Starts to deliver. No effect while it runs. */
	synchronized void start(Collection<ListenerDefinition> listeners) {
		if (this.watch != null) {
			return;
		}
		this.store.addChangeListener(this.wakeAll);
		this.watch = Executors.newSingleThreadScheduledExecutor((task) -> {
			Thread thread = new Thread(task, "queue-listen-watch");
			thread.setDaemon(true);
			return thread;
		});
		schedule("look for changes", this::look, this.settings.pollInterval(), this.settings.pollInterval());
		schedule("prune changes", this.store::prune, Duration.ofMinutes(1), Duration.ofMinutes(1));
		schedule("sweep cursors", this::sweep, Duration.ofMinutes(1), Duration.ofHours(1));
		listeners.forEach(this::add);
	}

	private void schedule(String what, Runnable task, Duration first, Duration delay) {
		ScheduledExecutorService watch = this.watch;
		if (watch != null) {
			watch.scheduleWithFixedDelay(new Repeated(what, task), first.toNanos(), delay.toNanos(),
					TimeUnit.NANOSECONDS);
		}
	}

	/** Starts a listener that is not served yet, if listeners run. */
	synchronized void add(ListenerDefinition listener) {
		if (this.watch == null || this.served.containsKey(listener.name())) {
			return;
		}
		ListenerLoop loop = new ListenerLoop(listener, this.store, this.payloads, this.owner, this.settings);
		Thread thread = this.threads.newThread(loop);
		thread.setName("queue-listener-" + listener.name());
		Map<String, Served> served = new LinkedHashMap<>(this.served);
		served.put(listener.name(), new Served(loop, thread));
		this.served = Map.copyOf(served);
		thread.start();
	}

	/** Lets listeners end their current call, then interrupts them. Idempotent. */
	synchronized void stop() {
		ScheduledExecutorService watch = this.watch;
		if (watch == null) {
			return;
		}
		this.watch = null;
		this.store.removeChangeListener(this.wakeAll);
		watch.shutdown();
		List<Served> ending = new ArrayList<>(this.served.values());
		ending.forEach((served) -> served.loop.stop());
		long end = System.nanoTime() + this.settings.stopTimeout().toNanos();
		ending.removeIf((served) -> hasEnded(served.thread, end));
		ending.forEach((served) -> served.thread.interrupt());
		long last = System.nanoTime() + INTERRUPTED_WAIT.toNanos();
		ending.removeIf((served) -> hasEnded(served.thread, last));
		ending.forEach(this::abandon);
		this.served = Map.of();
	}

	/** A listener may stop the queue itself; it cannot be waited for then. */
	private static boolean hasEnded(Thread thread, long end) {
		if (thread == Thread.currentThread()) {
			return true;
		}
		boolean interrupted = false;
		try {
			long millis = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
			if (millis > 0) {
				thread.join(millis);
			}
		}
		catch (InterruptedException ex) {
			interrupted = true;
		}
		if (interrupted) {
			Thread.currentThread().interrupt();
		}
		return !thread.isAlive();
	}

	private void abandon(Served served) {
		logger.warn("'{}' still runs after a stop and an interrupt: its latest change will come again",
				served.thread.getName());
		try {
			served.loop.abandon();
		}
		catch (RuntimeException ex) {
			logger.warn("The cursor of '{}' could not be released", served.thread.getName(), ex);
		}
	}

	/** Lets all listeners look again: there are changes, or a process died. */
	void wake() {
		this.served.values().forEach((served) -> served.loop.wake());
	}

	/** Sees changes of other processes. */
	private void look() {
		long latest = this.store.latestChange();
		if (latest != this.seenChange) {
			this.seenChange = latest;
			wake();
		}
	}

	/** Drops cursors that have had no listener for a day. */
	void sweep() {
		List<String> declared = new ArrayList<>(this.served.keySet());
		List<String> undeclared = new ArrayList<>();
		for (ListenStore.CursorOwner cursor : this.store.cursors()) {
			if (!this.served.containsKey(cursor.listener())) {
				boolean lives = cursor.owner() != null && cursor.owner() != this.owner.epoch()
						&& !this.owner.isDead(cursor.owner());
				(lives ? declared : undeclared).add(cursor.listener());
			}
		}
		Instant before = this.clock.instant().minus(KEEP_UNDECLARED);
		int dropped = this.store.sweep(declared, undeclared, before);
		if (dropped > 0) {
			logger.info("Dropped the cursors of {} listeners that no process has had for {} h", dropped,
					KEEP_UNDECLARED.toHours());
		}
	}

	List<ListenerStatus> status() {
		Collection<Served> served = this.served.values();
		if (served.isEmpty()) {
			return List.of();
		}
		long latest = this.store.latestChange();
		return served.stream()
			.map((each) -> each.loop.status(latest))
			.sorted(Comparator.comparing(ListenerStatus::name))
			.toList();
	}

	/** A listener and its thread. */
	private record Served(ListenerLoop loop, Thread thread) {

	}

	/** Survives whatever its task throws, and says so once. */
	private static final class Repeated implements Runnable {

		private final Runnable task;

		private final FailureNote failure;

		Repeated(String what, Runnable task) {
			this.task = task;
			this.failure = new FailureNote(logger, "Cannot {} of listen data; tried again", what);
		}

		@Override
		public void run() {
			try {
				this.task.run();
				this.failure.clear();
			}
			catch (RuntimeException | Error ex) {
				this.failure.note(ex);
			}
		}

	}

}
