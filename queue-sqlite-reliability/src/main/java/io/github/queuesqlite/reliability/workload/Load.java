package io.github.queuesqlite.reliability.workload;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.Stream;

import io.github.queuesqlite.QueueOperations;
import io.github.queuesqlite.message.Message;
import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.message.NewMessage;
import io.github.queuesqlite.message.PartialEnqueueException;
import io.github.queuesqlite.message.Priority;
import io.github.queuesqlite.message.QueueException;
import io.github.queuesqlite.message.QueueTimeoutException;
import io.github.queuesqlite.message.TaskFailedException;
import io.github.queuesqlite.reliability.history.Answer;
import io.github.queuesqlite.reliability.history.Event;
import io.github.queuesqlite.reliability.history.HistoryLog;
import io.github.queuesqlite.reliability.history.Order;
import org.jspecify.annotations.Nullable;

/** Threads that call a queue in all its ways and log what they were told. */
final class Load {

	private static final int THREADS = 3;

	private static final int RECENT = 64;

	private static final int MOST_MILLIS_BETWEEN_BURSTS = 1000;

	private final WorkloadQueue queue;

	private final QueueOperations operations;

	private final HistoryLog log;

	private final WorkloadSettings settings;

	private final Orders orders;

	private final AtomicReferenceArray<@Nullable MessageId> recent = new AtomicReferenceArray<>(RECENT);

	private final AtomicLong recents = new AtomicLong();

	private final AtomicLong values = new AtomicLong();

	private final List<Thread> threads = new ArrayList<>();

	private volatile boolean stopped;

	Load(WorkloadQueue queue, WorkloadSettings settings) {
		this.queue = queue;
		this.operations = queue.queue().operations();
		this.log = queue.log();
		this.settings = settings;
		this.orders = new Orders(settings.process());
	}

	void start() {
		for (int i = 0; i < THREADS && this.settings.callsPerSecond() > 0; i++) {
			RandomGenerator random = RandomGeneratorFactory.of("SplittableRandom")
				.create(this.settings.seed() * 31 + i);
			int pause = 2 * 1000 * THREADS / this.settings.callsPerSecond() + 1;
			start("load-" + i, () -> repeat(() -> call(random), random, pause));
		}
		if (this.settings.burst() > 0) {
			RandomGenerator random = RandomGeneratorFactory.of("SplittableRandom").create(this.settings.seed() * 37);
			start("burst", () -> repeat(() -> burst(random), random, MOST_MILLIS_BETWEEN_BURSTS));
		}
	}

	private void start(String name, Runnable work) {
		Thread thread = new Thread(work, name);
		thread.setDaemon(true);
		this.threads.add(thread);
		thread.start();
	}

	/** Waits until no call is made any more. */
	void stop() throws InterruptedException {
		this.stopped = true;
		for (Thread thread : this.threads) {
			thread.join();
		}
	}

	private void repeat(Runnable call, RandomGenerator random, int mostMillis) {
		try {
			while (!this.stopped) {
				call.run();
				Thread.sleep(random.nextInt(mostMillis));
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		catch (RuntimeException ex) {
			this.log.add(new Event.Failed(HistoryLog.now(), "Load: " + Answer.text(ex)));
		}
	}

	private void call(RandomGenerator random) {
		switch (random.nextInt(22)) {
			case 0, 1 -> enqueueWithCallback(random);
			case 2, 3, 4, 5, 6 -> enqueueAsync(random);
			case 7, 8 -> enqueueAll(random);
			case 9, 10 -> submit(random);
			case 11 -> await(random);
			case 12 -> cancel(this.recent.get(random.nextInt(RECENT)));
			case 13 -> cancel(enqueue(this.orders.far(random), random));
			case 14 -> put(random);
			case 15, 16 -> probe(random);
			default -> enqueue(this.orders.next(random), random);
		}
	}

	private @Nullable MessageId enqueue(Order order, RandomGenerator random) {
		return ask("enqueue", order, () -> this.operations.enqueue(Orders.message(order, random)));
	}

	private void probe(RandomGenerator random) {
		Order order = this.orders.probe();
		NewMessage message = Orders.message(order, random).priority(Priority.URGENT);
		ask("probe", order, () -> this.operations.enqueue(message));
	}

	private void enqueueWithCallback(RandomGenerator random) {
		Order order = this.orders.next(random);
		ask("callback", order, () -> this.operations.enqueue(Orders.message(order, random), this::called));
	}

	private void called(Message message) {
		this.log.add(new Event.Saw(HistoryLog.now(), "callback", message.id(), null, message.state(),
				message.result(String.class)));
	}

	private @Nullable MessageId ask(String method, Order order, Enqueue enqueue) {
		long call = asking(method, List.of(order));
		try {
			MessageId id = enqueue.enqueue();
			answered(call, List.of(Answer.accepted(id)));
			return id;
		}
		catch (RuntimeException ex) {
			answered(call, List.of(Answer.threw(ex)));
			return null;
		}
	}

	private long asking(String method, List<Order> orders) {
		long call = this.log.nextCall();
		this.log.add(new Event.Asked(HistoryLog.now(), call, method, orders));
		return call;
	}

	private void answered(long call, List<Answer> answers) {
		this.log.add(new Event.Answered(HistoryLog.now(), call, answers));
		for (Answer answer : answers) {
			if (answer.id() != null) {
				this.recent.set((int) (this.recents.getAndIncrement() % RECENT), answer.id());
			}
		}
	}

	private void enqueueAsync(RandomGenerator random) {
		Order order = this.orders.next(random);
		long call = asking("async", List.of(order));
		try {
			this.operations.enqueueAsync(Orders.message(order, random))
				.whenComplete((id, failure) -> answered(call,
						List.of((failure != null) ? Answer.threw(unwrapped(failure)) : Answer.accepted(id))));
		}
		catch (RuntimeException ex) {
			answered(call, List.of(Answer.threw(ex)));
		}
	}

	private static Throwable unwrapped(Throwable failure) {
		return (failure instanceof CompletionException && failure.getCause() != null) ? failure.getCause() : failure;
	}

	private void enqueueAll(RandomGenerator random) {
		List<Order> list = new ArrayList<>();
		for (int i = 0; i < 2 + random.nextInt(18); i++) {
			list.add(this.orders.next(random));
		}
		enqueueAll(list, random);
	}

	/** More than can run at once: some are claimed and wait. */
	private void burst(RandomGenerator random) {
		enqueueAll(Stream.generate(() -> this.orders.brief(random)).limit(this.settings.burst()).toList(), random);
	}

	private void enqueueAll(List<Order> list, RandomGenerator random) {
		List<NewMessage> messages = list.stream().map((order) -> Orders.message(order, random)).toList();
		long call = asking("all", list);
		List<Answer> answers = new ArrayList<>();
		try {
			this.operations.enqueueAll(messages).forEach((id) -> answers.add(Answer.accepted(id)));
		}
		catch (PartialEnqueueException ex) {
			for (int i = 0; i < list.size(); i++) {
				MessageId id = ex.accepted().get(i);
				QueueException failure = ex.failed().get(i);
				answers.add((id != null) ? Answer.accepted(id) : Answer.threw((failure != null) ? failure : ex));
			}
		}
		catch (RuntimeException ex) {
			list.forEach((order) -> answers.add(Answer.threw(ex)));
		}
		answered(call, answers);
	}

	private void submit(RandomGenerator random) {
		Order order = this.orders.next(random);
		if (order.uniqueKey() != null || order.idempotencyKey() != null) {
			// Its result may be another message's.
			return;
		}
		long call = asking("submit", List.of(order));
		try {
			CompletableFuture<String> future = this.operations.submit(Orders.message(order, random), String.class);
			future.whenComplete((result, failure) -> submitted(call, order, result, failure));
		}
		catch (RuntimeException ex) {
			answered(call, List.of(Answer.threw(ex)));
		}
	}

	private void submitted(long call, Order order, @Nullable String result, @Nullable Throwable failure) {
		if (failure == null) {
			saw("submit", null, order.tag(), MessageState.COMPLETED, result);
		}
		else if (unwrapped(failure) instanceof TaskFailedException ex) {
			saw("submit", null, order.tag(), ex.state(), null);
		}
		else {
			answered(call, List.of(Answer.threw(unwrapped(failure))));
		}
	}

	private void saw(String by, @Nullable MessageId id, @Nullable String tag, MessageState state,
			@Nullable String result) {
		this.log.add(new Event.Saw(HistoryLog.now(), by, id, tag, state, result));
	}

	private void await(RandomGenerator random) {
		MessageId id = this.recent.get(random.nextInt(RECENT));
		if (id == null) {
			return;
		}
		try {
			String result = this.operations.await(id, String.class, Duration.ofMillis(random.nextInt(200)));
			saw("await", id, null, MessageState.COMPLETED, result);
		}
		catch (TaskFailedException ex) {
			saw("await", id, null, ex.state(), null);
		}
		catch (QueueTimeoutException ex) {
			// It takes longer.
		}
		catch (RuntimeException ex) {
			failed("await", ex);
		}
	}

	private void cancel(@Nullable MessageId id) {
		if (id == null) {
			return;
		}
		long call = this.log.nextCall();
		this.log.add(new Event.Cancelling(HistoryLog.now(), call, id));
		Boolean changed = null;
		try {
			changed = this.operations.cancel(id);
		}
		catch (RuntimeException ex) {
			failed("cancel", ex);
		}
		this.log.add(new Event.Cancelled(HistoryLog.now(), call, changed));
	}

	private void put(RandomGenerator random) {
		String key = WorkloadQueue.KEYS.get(random.nextInt(WorkloadQueue.KEYS.size()));
		put(key, this.settings.process() + "-" + this.values.incrementAndGet());
	}

	@Nullable Long put(String key, String value) {
		long call = this.log.nextCall();
		this.log.add(new Event.Putting(HistoryLog.now(), call, key, value));
		Long version = null;
		try {
			version = this.queue.queue().listen().put(key, value);
		}
		catch (RuntimeException ex) {
			failed("put", ex);
		}
		this.log.add(new Event.Put(HistoryLog.now(), call, version));
		return version;
	}

	/** What a call does that hands in nothing has no answer to log. */
	private void failed(String method, RuntimeException ex) {
		this.log.add(new Event.Failed(HistoryLog.now(), method + ": " + Answer.text(ex)));
	}

	private interface Enqueue {

		MessageId enqueue();

	}

}
