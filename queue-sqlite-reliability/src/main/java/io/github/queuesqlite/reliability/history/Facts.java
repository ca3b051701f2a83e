package io.github.queuesqlite.reliability.history;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import io.github.queuesqlite.message.MessageId;
import org.jspecify.annotations.Nullable;

/** A history, sorted by what the rules ask for. */
final class Facts {

	/** When a run began is told by the wall clock, in milliseconds. */
	private static final long CLOCK_SLACK_NANOS = 20_000_000;

	private final Map<String, Handed> handed = new LinkedHashMap<>();

	private final Map<MessageId, List<RunTrace>> runs = new LinkedHashMap<>();

	private final Map<MessageId, List<Event.Saw>> sightings = new LinkedHashMap<>();

	private final Map<String, List<Event.Saw>> taggedSightings = new LinkedHashMap<>();

	private final Map<MessageId, List<Cancel>> cancels = new HashMap<>();

	private final Map<String, ProcessTrace> processes = new LinkedHashMap<>();

	private final List<PutTrace> puts = new ArrayList<>();

	private final List<DeliveryTrace> deliveries = new ArrayList<>();

	private final List<String> failures = new ArrayList<>();

	private final Map<Call, List<Handed>> openCalls = new HashMap<>();

	private final Map<Call, Cancel> openCancels = new HashMap<>();

	private final Map<Call, PutTrace> openPuts = new HashMap<>();

	Facts(History history) {
		for (History.Entry entry : history.entries()) {
			add(process(entry.process()), entry.event());
		}
		this.runs.values()
			.forEach((list) -> list
				.sort(Comparator.comparingLong((RunTrace run) -> run.run).thenComparingLong((run) -> run.startedAt)));
		this.processes.values().forEach(ProcessTrace::finish);
	}

	private ProcessTrace process(String name) {
		return this.processes.computeIfAbsent(name, ProcessTrace::new);
	}

	private void add(ProcessTrace process, Event event) {
		process.latestAt = event.at();
		if (event instanceof Event.Began began) {
			process.leaseNanos = began.leaseMillis() * 1_000_000;
		}
		else if (event instanceof Event.Pulse) {
			process.pulse(event.at());
		}
		else if (event instanceof Event.Closing) {
			process.closingAt = event.at();
		}
		else if (event instanceof Event.Killing killing) {
			process(killing.process()).killedAt = event.at();
		}
		else if (event instanceof Event.Freezing freezing) {
			process(freezing.process()).freeze(event.at());
		}
		else if (event instanceof Event.Thawed thawed) {
			process(thawed.process()).thaw(event.at());
		}
		else if (event instanceof Event.Collecting) {
			process.collectingAt = event.at();
		}
		else if (event instanceof Event.Collected) {
			process.collected(event.at());
		}
		else if (event instanceof Event.Failed failed) {
			if (process.closingAt == null) {
				this.failures.add("Failed: process " + process.name + ", " + failed.text());
			}
		}
		else {
			addCall(process, event);
		}
	}

	private void addCall(ProcessTrace process, Event event) {
		if (event instanceof Event.Asked asked) {
			List<Handed> list = asked.orders().stream().map((order) -> new Handed(order, asked, process)).toList();
			list.forEach((one) -> this.handed.put(one.order.tag(), one));
			this.openCalls.put(new Call(process.name, asked.call()), list);
		}
		else if (event instanceof Event.Answered answered) {
			List<Handed> list = this.openCalls.remove(new Call(process.name, answered.call()));
			for (int i = 0; list != null && i < list.size(); i++) {
				list.get(i).answer = answered.answers().get(i);
				list.get(i).answeredAt = event.at();
			}
		}
		else if (event instanceof Event.Cancelling cancelling) {
			Cancel cancel = new Cancel(event.at());
			this.cancels.computeIfAbsent(cancelling.id(), (id) -> new ArrayList<>()).add(cancel);
			this.openCancels.put(new Call(process.name, cancelling.call()), cancel);
		}
		else if (event instanceof Event.Cancelled cancelled) {
			Cancel cancel = this.openCancels.remove(new Call(process.name, cancelled.call()));
			if (cancel != null && Boolean.TRUE.equals(cancelled.changed())) {
				cancel.changedAt = event.at();
			}
		}
		else if (event instanceof Event.Saw saw) {
			if (saw.id() != null) {
				this.sightings.computeIfAbsent(saw.id(), (id) -> new ArrayList<>()).add(saw);
			}
			else if (saw.tag() != null) {
				this.taggedSightings.computeIfAbsent(saw.tag(), (tag) -> new ArrayList<>()).add(saw);
			}
		}
		else {
			addRun(process, event);
		}
	}

	private void addRun(ProcessTrace process, Event event) {
		if (event instanceof Event.Started started) {
			this.runs.computeIfAbsent(started.id(), (id) -> new ArrayList<>()).add(new RunTrace(started, process));
		}
		else if (event instanceof Event.Ended ended) {
			for (RunTrace run : this.runs.getOrDefault(ended.id(), List.of())) {
				if (run.run == ended.run() && run.epoch == ended.epoch() && run.endedAt == null) {
					run.endedAt = event.at();
					run.how = ended.how();
				}
			}
		}
		else if (event instanceof Event.Putting putting) {
			PutTrace put = new PutTrace(putting, process);
			this.puts.add(put);
			this.openPuts.put(new Call(process.name, putting.call()), put);
		}
		else if (event instanceof Event.Put done) {
			PutTrace put = this.openPuts.remove(new Call(process.name, done.call()));
			if (put != null && done.version() != null) {
				put.version = done.version();
				put.answeredAt = event.at();
			}
		}
		else if (event instanceof Event.Delivered delivered) {
			this.deliveries.add(new DeliveryTrace(delivered, process));
		}
	}

	/** What was handed in, by tag. */
	Map<String, Handed> handed() {
		return this.handed;
	}

	/** By message, in the order of the runs. */
	Map<MessageId, List<RunTrace>> runs() {
		return this.runs;
	}

	List<RunTrace> runs(MessageId id) {
		return this.runs.getOrDefault(id, List.of());
	}

	Map<MessageId, List<Event.Saw>> sightings() {
		return this.sightings;
	}

	/** Those of which only the tag is known. */
	Map<String, List<Event.Saw>> taggedSightings() {
		return this.taggedSightings;
	}

	List<Event.Saw> sightings(MessageId id, String tag) {
		List<Event.Saw> all = new ArrayList<>(this.sightings.getOrDefault(id, List.of()));
		all.addAll(this.taggedSightings.getOrDefault(tag, List.of()));
		return all;
	}

	List<Cancel> cancels(MessageId id) {
		return this.cancels.getOrDefault(id, List.of());
	}

	List<PutTrace> puts() {
		return this.puts;
	}

	/** In the order of time. */
	List<DeliveryTrace> deliveries() {
		return this.deliveries;
	}

	/** Of processes that were not closing their queue. */
	List<String> failures() {
		return this.failures;
	}

	private record Call(String process, long number) {

	}

	/** One order and what became of handing it in. */
	static final class Handed {

		final Order order;

		final String method;

		final ProcessTrace process;

		final long call;

		final long askedAt;

		long answeredAt;

		/** Null while unknown. */
		@Nullable Answer answer;

		Handed(Order order, Event.Asked asked, ProcessTrace process) {
			this.order = order;
			this.method = asked.method();
			this.process = process;
			this.call = asked.call();
			this.askedAt = asked.at();
		}

		@Override
		public String toString() {
			return this.order.tag() + " (" + this.method + " by process " + this.process.name + ")";
		}

	}

	/** One run of one message. */
	static final class RunTrace {

		final MessageId id;

		final String tag;

		final long run;

		final long epoch;

		final int attempt;

		final long startedAt;

		/** When its process made sure for the last time that it was its own. */
		final long begunAt;

		final ProcessTrace process;

		/** Null when that was not logged. */
		@Nullable Long endedAt;

		Event.@Nullable How how;

		RunTrace(Event.Started started, ProcessTrace process) {
			this.id = started.id();
			this.tag = started.tag();
			this.run = started.run();
			this.epoch = started.epoch();
			this.attempt = started.attempt();
			this.startedAt = started.at();
			this.begunAt = started.begunAt();
			this.process = process;
		}

		/**
		 * Whether it may rightly be somebody else's at a time: its process stood still
		 * since it made sure for the last time that it was its own.
		 */
		boolean mayBeLost(long at) {
			long from = Math.min(this.startedAt, this.begunAt - CLOCK_SLACK_NANOS);
			return this.process.mayHaveLostItsLease(Math.min(from, at), Math.max(this.startedAt, at));
		}

		/**
		 * Whether its handler may rightly start after it was lost at a time: its process
		 * had looked at its lease before, and stood still between the two.
		 */
		boolean mayStartLate(long lostAt) {
			return this.begunAt <= lostAt + CLOCK_SLACK_NANOS
					&& this.process.mayHaveLostItsLease(lostAt, this.startedAt);
		}

		/** What its handler returns. */
		String token() {
			return HistoryChecker.token(this.run, this.epoch);
		}

		@Override
		public String toString() {
			return "run " + this.run + " of " + this.id + " (attempt " + this.attempt + ", epoch " + this.epoch
					+ ", process " + this.process.name + ", from " + this.startedAt + " to " + this.endedAt + " "
					+ this.how + ")";
		}

	}

	/** A cancel. */
	static final class Cancel {

		final long askedAt;

		/** When it had returned true; null when it did not. */
		@Nullable Long changedAt;

		Cancel(long askedAt) {
			this.askedAt = askedAt;
		}

	}

	/** A put. */
	static final class PutTrace {

		final String key;

		final String value;

		final long askedAt;

		final ProcessTrace process;

		/** Null when unknown. */
		@Nullable Long version;

		long answeredAt = Long.MAX_VALUE;

		PutTrace(Event.Putting putting, ProcessTrace process) {
			this.key = putting.key();
			this.value = putting.value();
			this.askedAt = putting.at();
			this.process = process;
		}

	}

	/** A delivery. */
	record DeliveryTrace(Event.Delivered event, ProcessTrace process) {

	}

	/** What is known of the life of a process. */
	static final class ProcessTrace {

		final String name;

		long leaseNanos = Long.MAX_VALUE;

		@Nullable Long killedAt;

		@Nullable Long closingAt;

		private long latestAt;

		private @Nullable Long latestPulse;

		private @Nullable Long frozenAt;

		private @Nullable Long collectingAt;

		/** From and to of each time without a sign of life. */
		private final List<long[]> stills = new ArrayList<>();

		ProcessTrace(String name) {
			this.name = name;
		}

		private void pulse(long at) {
			if (this.latestPulse != null) {
				this.stills.add(new long[] { this.latestPulse, at });
			}
			this.latestPulse = at;
		}

		private void freeze(long at) {
			this.frozenAt = at;
		}

		private void thaw(long at) {
			if (this.frozenAt != null) {
				this.stills.add(new long[] { this.frozenAt, at });
				this.frozenAt = null;
			}
		}

		private void collected(long at) {
			if (this.collectingAt != null) {
				this.stills.add(new long[] { this.collectingAt, at });
				this.collectingAt = null;
			}
		}

		private void finish() {
			collected(Long.MAX_VALUE);
			if (this.latestPulse != null) {
				this.stills.add(new long[] { this.latestPulse, this.latestAt });
			}
			if (this.frozenAt != null) {
				this.stills.add(new long[] { this.frozenAt, Long.MAX_VALUE });
			}
		}

		boolean isKilledBefore(long at) {
			return this.killedAt != null && this.killedAt <= at;
		}

		/**
		 * Whether what it owned at a time may rightly be somebody else's later: it was
		 * killed, or gave no sign of life for so long that its lease may have run out. A
		 * quarter of a lease: its latest beat may be a third of a lease older than its
		 * latest sign here, and late itself.
		 */
		boolean mayHaveLostItsLease(long from, long to) {
			return isKilledBefore(to) || this.stills.stream()
				.anyMatch((still) -> still[1] >= from && still[0] <= to
						&& Math.min(still[1], to) - still[0] >= this.leaseNanos / 4);
		}

		@Override
		public String toString() {
			return this.name;
		}

	}

}
