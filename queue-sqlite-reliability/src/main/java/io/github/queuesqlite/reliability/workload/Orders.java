package io.github.queuesqlite.reliability.workload;

import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;

import io.github.queuesqlite.message.NewMessage;
import io.github.queuesqlite.message.OnDuplicate;
import io.github.queuesqlite.message.Priority;
import io.github.queuesqlite.reliability.history.Order;

import java.time.Duration;

/**
 * Makes up orders of all kinds.
 * <p>
 * <b>Threads:</b> any, each with random numbers of its own.
 */
final class Orders {

	/** So many unique keys that they are often taken, and often free again. */
	private static final int UNIQUE_KEYS = 5;

	private static final int ORDERING_KEYS = 8;

	/** A key is used for some seconds, by all processes, also by the one after a kill. */
	private static final long IDEMPOTENCY_MILLIS = 2000;

	private final String process;

	private final AtomicLong number = new AtomicLong();

	Orders(String process) {
		this.process = process;
	}

	Order next(RandomGenerator random) {
		Order order = plain(random);
		return switch (random.nextInt(20)) {
			case 0, 1 -> order.failing(1 + random.nextInt(2), 50);
			case 2 -> order.failing(Integer.MAX_VALUE, random.nextInt(3));
			case 3, 4 -> order.delayed(random.nextInt(500));
			case 5 -> order.delayed(1000).living(1 + random.nextInt(300));
			case 6 -> order.living(1 + random.nextInt(100));
			case 7, 8 -> order.unique("unique-" + random.nextInt(UNIQUE_KEYS));
			case 9, 10 -> order.idempotent(idempotencyKey(random));
			case 11 -> order.unique("both-" + random.nextInt(UNIQUE_KEYS)).idempotent(idempotencyKey(random));
			case 12, 13, 14 -> inLine(order, random);
			default -> order;
		};
	}

	/** Some fail, wait or have further keys: whoever stands behind them waits too. */
	private static Order inLine(Order order, RandomGenerator random) {
		Order ordered = order.ordered("ordering-" + random.nextInt(ORDERING_KEYS));
		return switch (random.nextInt(8)) {
			case 0 -> ordered.failing(1 + random.nextInt(2), 50);
			case 1 -> ordered.failing(Integer.MAX_VALUE, 0);
			case 2 -> ordered.delayed(random.nextInt(100));
			case 3 -> ordered.unique("unique-" + random.nextInt(UNIQUE_KEYS));
			case 4 -> ordered.idempotent(idempotencyKey(random));
			default -> ordered;
		};
	}

	private Order plain(RandomGenerator random) {
		String tag = tag();
		return (random.nextInt(10) == 0) ? Order.of(tag, WorkloadQueue.SLOW).holding(20 + random.nextInt(130))
				: Order.of(tag, WorkloadQueue.QUICK).holding((random.nextInt(3) == 0) ? random.nextInt(15) : 0);
	}

	/** One that works for some milliseconds and completes. */
	Order brief(RandomGenerator random) {
		return Order.of(tag(), WorkloadQueue.QUICK).holding(1 + random.nextInt(10));
	}

	/** One that does nothing, for a queue that is idle. */
	Order probe() {
		return Order.of(tag(), WorkloadQueue.PROBE);
	}

	private String tag() {
		return this.process + "-" + this.number.incrementAndGet();
	}

	/** One that waits for its cancel. */
	Order far(RandomGenerator random) {
		return plain(random).delayed(Order.FAR);
	}

	private static String idempotencyKey(RandomGenerator random) {
		return "idempotency-" + (System.currentTimeMillis() / IDEMPOTENCY_MILLIS + random.nextInt(3));
	}

	/** What is handed in for an order. */
	static NewMessage message(Order order, RandomGenerator random) {
		NewMessage message = NewMessage.to(order.task())
			.payload(order)
			.maxRetries(order.maxRetries())
			.priority(Priority.values()[random.nextInt(Priority.values().length)]);
		if (order.delayMillis() > 0) {
			message = message.delay(Duration.ofMillis(order.delayMillis()));
		}
		if (order.timeToLiveMillis() != null) {
			message = message.timeToLive(Duration.ofMillis(order.timeToLiveMillis()));
		}
		if (order.uniqueKey() != null) {
			message = message.uniqueKey(order.uniqueKey());
		}
		if (order.idempotencyKey() != null) {
			message = message.idempotencyKey(order.idempotencyKey());
		}
		if (order.orderingKey() != null) {
			message = message.orderingKey(order.orderingKey());
		}
		return (random.nextInt(5) == 0) ? message.onDuplicate(OnDuplicate.THROW) : message;
	}

}
