package io.github.queuesqlite.reliability.processes;

import java.util.HashMap;
import java.util.Map;

import io.github.queuesqlite.reliability.Outcome;
import io.github.queuesqlite.reliability.history.Event;
import io.github.queuesqlite.reliability.history.History;
import io.github.queuesqlite.reliability.history.Order;
import io.github.queuesqlite.reliability.workload.WorkloadQueue;

/** How long things take between processes, from their histories. */
final class Latencies {

	private final History history;

	private final Peace peace;

	Latencies(History history, Peace peace) {
		this.history = history;
		this.peace = peace;
	}

	void sample(Outcome outcome) {
		sampleCalls(outcome);
		new TakeOvers(this.history, this.peace).sample(outcome);
	}

	/** The calls of the calm process, and how soon another begins what it handed in. */
	private void sampleCalls(Outcome outcome) {
		Map<Long, Event.Asked> asked = new HashMap<>();
		Map<String, Long> answeredAt = new HashMap<>();
		Map<String, Long> startedAt = new HashMap<>();
		for (History.Entry entry : this.history.entries()) {
			boolean isCalm = entry.process().equals(SharedDirectory.CALM);
			if (isCalm && entry.event() instanceof Event.Asked call && isBlocking(call)) {
				asked.put(call.call(), call);
			}
			else if (isCalm && entry.event() instanceof Event.Answered answered) {
				Event.Asked call = asked.get(answered.call());
				if (call != null && answered.answers().get(0).id() != null) {
					outcome.sample(
							this.peace.name("enqueue of a calm process beside hot ones, ms", call.at(), answered.at()),
							(answered.at() - call.at()) / 1e6);
					answeredAt.put(call.orders().get(0).tag(), answered.at());
				}
			}
			else if (entry.event() instanceof Event.Started started) {
				startedAt.putIfAbsent(started.tag(), started.at());
			}
		}
		for (Event.Asked call : asked.values()) {
			Order order = call.orders().get(0);
			Long from = answeredAt.get(order.tag());
			Long to = startedAt.get(order.tag());
			if (from != null && to != null && order.task().equals(WorkloadQueue.PROBE)) {
				// May begin before its sender has heard of the commit.
				outcome.sample(this.peace.name("wake-up in another process, ms", from, to),
						Math.max(0, to - from) / 1e6);
			}
		}
	}

	/** Whether it returns after the commit, and hands in one message. */
	private static boolean isBlocking(Event.Asked call) {
		return call.method().equals("enqueue") || call.method().equals("probe");
	}

}
