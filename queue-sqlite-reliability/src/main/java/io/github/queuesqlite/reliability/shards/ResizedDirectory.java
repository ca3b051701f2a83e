package io.github.queuesqlite.reliability.shards;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.random.RandomGenerator;

import io.github.queuesqlite.EmbeddedQueue;
import io.github.queuesqlite.QueueOperations;
import io.github.queuesqlite.message.Message;
import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.message.NewMessage;
import io.github.queuesqlite.message.QueueException;
import io.github.queuesqlite.reliability.ChildProcess;
import io.github.queuesqlite.reliability.Directories;
import io.github.queuesqlite.reliability.Effort;
import io.github.queuesqlite.reliability.Outcome;
import io.github.queuesqlite.reliability.disk.DiskLibrary;
import io.github.queuesqlite.reliability.disk.FaultControl;
import io.github.queuesqlite.reliability.history.Integrity;
import org.jspecify.annotations.Nullable;

/** One directory on its way from 1 shard to 4, 2, 8 and back to 1. */
final class ResizedDirectory {

	private static final List<Integer> SHARDS = List.of(1, 4, 2, 8, 1);

	private static final int LEAST_MESSAGES = 40;

	private static final int MORE_MESSAGES = 60;

	private static final int VALUES = 5;

	private static final int MOST_KILLS = 2;

	/** About as many calls as a change of some hundred messages makes. */
	private static final double MOST_CALLS = 600;

	private static final int MOST_MILLIS = 400;

	private static final long PATIENCE_SECONDS = 300;

	private final Effort effort;

	private final int number;

	private final @Nullable DiskLibrary library;

	private final Outcome outcome;

	private final RandomGenerator random;

	private final Path directory;

	private final Map<MessageId, Work> accepted = new TreeMap<>();

	private final Map<String, Integer> runs = new ConcurrentHashMap<>();

	private final Map<String, Long> delivered = new ConcurrentHashMap<>();

	private final List<String> found = new ArrayList<>();

	private final List<String> steps = new ArrayList<>();

	private Instant now = Instant.parse("2026-01-01T00:00:00Z");

	private int tags;

	ResizedDirectory(Effort effort, int number, @Nullable DiskLibrary library, Outcome outcome) throws IOException {
		this.effort = effort;
		this.number = number;
		this.library = library;
		this.outcome = outcome;
		this.random = effort.random(number);
		this.directory = effort.directory().toRealPath().resolve("directory-" + number);
	}

	void run() throws IOException, InterruptedException {
		try {
			resize();
		}
		catch (QueueException ex) {
			this.found.add("expected an answer, found " + ex);
		}
		this.outcome.count("messages", this.accepted.size());
		this.found.forEach((what) -> this.outcome.violation(
				"%s (seed %d, directory %d, after %s)".formatted(what, this.effort.seed(), this.number, this.steps)));
		if (this.found.isEmpty()) {
			Directories.delete(this.directory);
		}
	}

	private void resize() throws IOException, InterruptedException {
		Holdings holdings = new Holdings(Map.of(), Map.of(), Set.of());
		for (int i = 0; i < SHARDS.size() && this.found.isEmpty(); i++) {
			int shards = SHARDS.get(i);
			if (i > 0) {
				kill(shards, holdings);
				this.outcome.count("changes", 1);
			}
			if (this.found.isEmpty()) {
				holdings = open(shards, holdings, i == SHARDS.size() - 1);
			}
		}
	}

	private WorkingQueue queue(@Nullable Integer shards) {
		this.steps.add("open " + ((shards != null) ? shards : "as stored"));
		InstantSource clock = () -> this.now;
		return WorkingQueue.open(this.directory, shards, clock, this.runs, this.delivered);
	}

	/** Opens, compares, works, and returns what there is when it closes. */
	private Holdings open(int shards, Holdings before, boolean isLast) throws IOException, InterruptedException {
		Holdings after = before;
		try (WorkingQueue working = queue(shards)) {
			EmbeddedQueue queue = working.queue();
			this.found.addAll(before.differences(Holdings.of(queue, this.found)));
			if (this.found.isEmpty()) {
				checkKeys(queue.operations(), before);
				fill(queue, shards);
				work(working, isLast);
				after = Holdings.of(queue, this.found);
			}
			if (isLast && this.found.isEmpty()) {
				checkEnds(after);
			}
		}
		this.found.addAll(Integrity.check(this.directory));
		return after;
	}

	// ---- what is put in

	private void fill(EmbeddedQueue queue, int shards) {
		QueueOperations operations = queue.operations();
		if (!operations.stats().pausedQueues().contains(Work.PAUSED)) {
			operations.pause(Work.PAUSED);
		}
		int messages = LEAST_MESSAGES + this.random.nextInt(MORE_MESSAGES);
		for (int i = 0; i < messages; i++) {
			Work work = work();
			NewMessage message = keyed(work);
			MessageId id = accept(work, operations.enqueue(message));
			if (shardOf(id) >= shards) {
				this.found
					.add("%s: expected a home among %d shards, found shard %d".formatted(id, shards, shardOf(id)));
			}
			if (work.kind() == Work.Kind.CANCELLED && !operations.cancel(id)) {
				this.found.add("cancel of " + id + ": expected true, found false");
			}
		}
		for (int i = 0; i < VALUES; i++) {
			queue.listen().put("value." + i, "v" + this.random.nextInt(1000));
		}
		queue.listen().remove("value." + this.random.nextInt(VALUES));
	}

	/** As the id says, which has the shard above 16 bits of process and sequence. */
	private static int shardOf(MessageId id) {
		return (int) (id.value() >> 16 & 63);
	}

	private Work work() {
		Work.Kind[] kinds = Work.Kind.values();
		return new Work("tag-" + ++this.tags, kinds[this.random.nextInt(kinds.length)]);
	}

	private NewMessage keyed(Work work) {
		NewMessage message = work.message().priority(this.random.nextInt(3));
		if (this.random.nextInt(3) == 0) {
			message = message.uniqueKey("unique-" + work.tag());
		}
		return (this.random.nextInt(3) == 0) ? message.idempotencyKey("idempotency-" + work.tag()) : message;
	}

	private MessageId accept(Work work, MessageId id) {
		Work existing = this.accepted.putIfAbsent(id, work);
		if (existing != null) {
			this.found.add("%s: expected a new message, found %s %s".formatted(work, id, existing));
		}
		return id;
	}

	// ---- what must hold

	/** Keys that are taken stay so, those that are free can be used. */
	private void checkKeys(QueueOperations operations, Holdings holdings) {
		Set<String> free = new TreeSet<>();
		holdings.messages().forEach((id, held) -> {
			if (held.idempotencyKey() != null) {
				checkIdempotencyKey(operations, id, held.idempotencyKey());
			}
			if (held.uniqueKey() != null && held.state().isEnded()) {
				free.add(held.uniqueKey());
			}
		});
		holdings.messages().forEach((id, held) -> {
			if (held.uniqueKey() != null && !held.state().isEnded()) {
				free.remove(held.uniqueKey());
				checkUniqueKey(operations, id, held.uniqueKey());
			}
		});
		for (String key : free) {
			if (this.random.nextInt(4) == 0) {
				Work work = new Work("tag-" + ++this.tags, Work.Kind.WAITS);
				accept(work, operations.enqueue(work.message().uniqueKey(key)));
			}
		}
	}

	private void checkIdempotencyKey(QueueOperations operations, MessageId id, String key) {
		NewMessage message = NewMessage.to("other").idempotencyKey(key);
		expect(id, operations.findByKey(key).map(Message::id).orElse(null), "message with the key " + key);
		expect(id, operations.enqueue(message), "enqueue with " + key);
		expect(id, operations.enqueue(message.uniqueKey("free-" + key)), "enqueue with a unique key and " + key);
	}

	private void checkUniqueKey(QueueOperations operations, MessageId id, String key) {
		NewMessage message = NewMessage.to(Work.TASK).uniqueKey(key);
		expect(id, operations.enqueue(message), "enqueue with " + key);
		expect(id, operations.enqueue(message.idempotencyKey("free-" + key)),
				"enqueue with an idempotency key and " + key);
	}

	private void expect(MessageId expected, @Nullable MessageId actual, String what) {
		if (!expected.equals(actual)) {
			this.found.add("%s: expected %s, found %s".formatted(what, expected, actual));
		}
	}

	private void work(WorkingQueue working, boolean isLast) throws InterruptedException {
		boolean all = isLast || this.random.nextInt(3) == 0;
		this.steps.add(all ? "run all" : "run some");
		QueueOperations operations = working.queue().operations();
		if (all) {
			operations.resume(Work.PAUSED);
		}
		work(working);
		if (isLast) {
			this.now = this.now.plus(Work.LATER.multipliedBy(10));
			if (!WorkingQueue.await(() -> operations.stats().count(MessageState.SCHEDULED) == 0)) {
				this.found.add("messages that are due stay scheduled: " + operations.stats());
			}
			work(working);
		}
		operations.pause(Work.PAUSED);
	}

	private void work(WorkingQueue working) throws InterruptedException {
		String left = working.work();
		if (!left.isEmpty()) {
			this.found.add("not everything was run: " + left);
		}
	}

	private void checkEnds(Holdings holdings) {
		this.accepted.forEach((id, work) -> {
			Holdings.Held held = holdings.messages().get(id);
			MessageState state = (held != null) ? held.state() : null;
			int runs = this.runs.getOrDefault(work.tag(), 0);
			if (state != work.end() || runs != work.runs()) {
				this.found.add("message %s %s in the end: expected %s after %d runs, found %s after %d".formatted(id,
						work, work.end(), work.runs(), state, runs));
			}
		});
		if (holdings.messages().size() != this.accepted.size()) {
			this.found.add("messages in the end: expected %d, found %d".formatted(this.accepted.size(),
					holdings.messages().size()));
		}
	}

	// ---- a change that is killed

	private void kill(int shards, Holdings holdings) throws IOException, InterruptedException {
		int kills = this.random.nextInt(MOST_KILLS + 1);
		for (int i = 0; i < kills; i++) {
			// The next start may want yet another number.
			kill((this.random.nextInt(3) == 0) ? 1 + this.random.nextInt(8) : shards);
		}
		if (kills > 0 && this.random.nextInt(4) == 0) {
			try (WorkingQueue working = queue(null)) {
				this.found.addAll(holdings.differences(Holdings.of(working.queue(), this.found)));
			}
		}
	}

	private void kill(int shards) throws IOException, InterruptedException {
		Path control = this.effort.directory().resolve("control");
		Files.deleteIfExists(control);
		FaultControl faults = new FaultControl(control);
		FaultControl.Call call = FaultControl.Call.values()[this.random.nextInt(FaultControl.Call.values().length)];
		long nth = (long) Math.exp(this.random.nextDouble() * Math.log(MOST_CALLS));
		faults.killAt(call, nth);
		List<String> args = List.of(this.directory.toString(), Integer.toString(shards),
				Long.toString(this.now.toEpochMilli()));
		Map<String, String> environment = (this.library != null) ? this.library.failing(this.directory, control)
				: Map.of();
		try (ChildProcess child = ChildProcess.start(ResizeMain.class, environment, List.of("-Xmx64m"), args)) {
			if (this.library == null) {
				Thread.sleep(this.random.nextInt(MOST_MILLIS));
				child.kill();
			}
			boolean opened = child.waitFor(PATIENCE_SECONDS) == ResizeMain.OPENED;
			this.steps.add("kill of a change to %d at %s %d".formatted(shards, call, nth) + (opened ? ", opened" : ""));
			this.outcome.count(opened ? "kills after a change" : "kills in a change", 1);
		}
	}

}
