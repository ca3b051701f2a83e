package io.github.queuesqlite.reliability.power;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.reliability.disk.Trace;
import io.github.queuesqlite.task.FencingToken;
import org.jspecify.annotations.Nullable;

/** What the workload was told and did until the power went. */
final class Accepted {

	private final Map<MessageId, Known> messages = new HashMap<>();

	private final Map<MessageId, Set<FencingToken>> tokens = new HashMap<>();

	private final Map<String, Value> values = new HashMap<>();

	/** Adds a note. */
	void add(String line, long nanos) {
		String[] words = line.split(" ", -1);
		switch (words[0]) {
			case "putting" -> value(words[1]).putting = Integer.parseInt(words[2]);
			case "put" -> value(words[1]).put(Integer.parseInt(words[2]), Long.parseLong(words[3]), nanos);
			case "started" -> {
				MessageId id = MessageId.parse(words[1]);
				known(id).mayHaveEnded = true;
				this.tokens.computeIfAbsent(id, (key) -> new HashSet<>())
					.add(new FencingToken(Long.parseLong(words[2]), Long.parseLong(words[3])));
			}
			default -> known(MessageId.parse(words[1])).add(words, nanos);
		}
	}

	private Known known(MessageId id) {
		return this.messages.computeIfAbsent(id, (key) -> new Known());
	}

	private Value value(String key) {
		return this.values.computeIfAbsent(key, (name) -> new Value());
	}

	Map<MessageId, Known> messages() {
		return this.messages;
	}

	Map<String, Value> values() {
		return this.values;
	}

	/** Which runs of the message had begun. */
	Set<FencingToken> tokens(MessageId id) {
		return this.tokens.getOrDefault(id, Set.of());
	}

	/** What is known of a message. Times are of the trace; -1 for never. */
	static final class Known {

		long enqueuedAt = -1;

		String idempotencyKey = "";

		boolean mayHaveEnded;

		long endedAt = -1;

		@Nullable MessageState ended;

		long cancelledAt = -1;

		boolean retried;

		private void add(String[] words, long nanos) {
			switch (words[0]) {
				case "enqueued" -> {
					this.enqueuedAt = (this.enqueuedAt < 0) ? nanos : this.enqueuedAt;
					this.idempotencyKey = words[2].equals("-") ? this.idempotencyKey : words[2];
					this.mayHaveEnded |= words[3].equals("true");
				}
				case "ended" -> {
					this.mayHaveEnded = true;
					this.ended = MessageState.valueOf(words[2]);
					this.endedAt = nanos;
				}
				case "cancelling" -> this.mayHaveEnded = true;
				case "cancelled" -> this.cancelledAt = nanos;
				case "retrying" -> this.retried = true;
				default -> throw new IllegalArgumentException(String.join(" ", words));
			}
		}

	}

	/** What is known of a key of listen data. */
	static final class Value {

		int putting;

		int value;

		long version;

		long at = -1;

		private void put(int value, long version, long nanos) {
			this.value = value;
			this.version = version;
			this.at = nanos;
		}

	}

	/** The notes of a trace, in its order. */
	static final class Reader {

		private final Trace trace;

		private final Stalls stalls;

		private final Lives lives;

		private final Accepted accepted = new Accepted();

		private long file = -1;

		private int read;

		Reader(Trace trace, Stalls stalls, Lives lives) {
			this.trace = trace;
			this.stalls = stalls;
			this.lives = lives;
		}

		Accepted upTo(int end) {
			for (; this.read < end; this.read++) {
				Trace.Entry entry = this.trace.entries().get(this.read);
				if (entry.kind() == Trace.Kind.CREATE && this.trace.text(entry).equals(Notes.FILE)) {
					this.file = entry.file();
				}
				else if (entry.kind() == Trace.Kind.WRITE && entry.file() == this.file) {
					for (String line : this.trace.text(entry).lines().toList()) {
						switch (line) {
							case Notes.TICK -> this.stalls.tick(entry.nanos());
							case Notes.BEGUN -> this.lives.begun();
							case Notes.OPENED -> this.lives.opened(entry.nanos());
							default -> this.accepted.add(line, entry.nanos());
						}
					}
				}
				this.lives.passed(entry.nanos());
			}
			return this.accepted;
		}

	}

}
