package io.github.queuesqlite.reliability.freeze;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.reliability.history.Event;
import io.github.queuesqlite.reliability.history.History;
import io.github.queuesqlite.reliability.history.Order;

/**
 * What a process was in the midst of when it was frozen and another can run again: it has
 * retries left and was not cancelled.
 */
final class FrozenRuns {

	private final String process;

	/** The run of each message. */
	private final Map<MessageId, Long> runs = new HashMap<>();

	private final long waiting;

	/**
	 * Finds them.
	 * @param owned all that it had claimed
	 */
	FrozenRuns(String process, History history, List<Event.Claim> owned) {
		this.process = process;
		Map<String, Order> orders = new HashMap<>();
		Set<Event.Claim> begun = new HashSet<>();
		for (History.Entry entry : history.entries()) {
			if (entry.event() instanceof Event.Asked asked) {
				asked.orders().forEach((order) -> orders.put(order.tag(), order));
			}
			else if (entry.event() instanceof Event.Started started && entry.process().equals(process)) {
				begun.add(new Event.Claim(started.id(), started.run()));
				Order order = orders.get(started.tag());
				if (order != null && started.attempt() <= order.maxRetries() && order.timeToLiveMillis() == null) {
					this.runs.put(started.id(), started.run());
				}
			}
			else if (entry.event() instanceof Event.Ended ended) {
				this.runs.remove(ended.id(), ended.run());
			}
		}
		this.waiting = owned.stream().filter((claim) -> !begun.contains(claim)).count();
		this.runs.keySet().removeAll(cancelled(history));
	}

	/** How many it had claimed that had not begun. */
	long waiting() {
		return this.waiting;
	}

	boolean isEmpty() {
		return this.runs.isEmpty();
	}

	/** What became of them so far. */
	Fate fate(History history) {
		if (taken(history) > 0) {
			return Fate.TAKEN;
		}
		return cancelled(history).containsAll(this.runs.keySet()) ? Fate.CANCELLED : Fate.OPEN;
	}

	/** How many of them another process has begun again. */
	long taken(History history) {
		return history.entries().stream().filter(this::isTakeOver).map(FrozenRuns::message).distinct().count();
	}

	/** When the first of them was begun again. */
	long takenAt(History history) {
		return history.entries()
			.stream()
			.filter(this::isTakeOver)
			.mapToLong((entry) -> entry.event().at())
			.min()
			.orElseThrow();
	}

	private boolean isTakeOver(History.Entry entry) {
		return !entry.process().equals(this.process) && entry.event() instanceof Event.Started started
				&& started.run() > this.runs.getOrDefault(started.id(), Long.MAX_VALUE);
	}

	private static MessageId message(History.Entry entry) {
		return ((Event.Started) entry.event()).id();
	}

	private static Set<MessageId> cancelled(History history) {
		Set<MessageId> cancelled = new HashSet<>();
		for (History.Entry entry : history.entries()) {
			if (entry.event() instanceof Event.Cancelling cancelling) {
				cancelled.add(cancelling.id());
			}
		}
		return cancelled;
	}

	@Override
	public String toString() {
		return this.runs + " of process " + this.process;
	}

	/** What became of them. */
	enum Fate {

		/** Another process has begun one of them. */
		TAKEN,

		/** Nobody needs to begin any. */
		CANCELLED,

		/** Nothing yet. */
		OPEN

	}

}
