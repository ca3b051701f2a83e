package io.github.queuesqlite;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

import io.github.queuesqlite.Explanation.EndInfo;
import io.github.queuesqlite.Explanation.Follower;
import io.github.queuesqlite.Explanation.Reason;
import io.github.queuesqlite.Explanation.ReasonKind;
import io.github.queuesqlite.Explanation.RunInfo;
import io.github.queuesqlite.message.Failure;
import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.message.Progress;
import io.github.queuesqlite.message.ShardQuarantinedException;
import io.github.queuesqlite.message.TimeWords;
import io.github.queuesqlite.store.FailureCodec;
import io.github.queuesqlite.store.FailureRecord;
import io.github.queuesqlite.store.Hosting;
import io.github.queuesqlite.store.MessageStore;
import io.github.queuesqlite.store.Situation;
import io.github.queuesqlite.store.Situation.Host;
import io.github.queuesqlite.store.Situation.Owner;
import io.github.queuesqlite.store.Situation.Standing;
import io.github.queuesqlite.store.Situation.WaitsFor;
import io.github.queuesqlite.store.StoredMessage;
import io.github.queuesqlite.worker.OwnRun;
import org.jspecify.annotations.Nullable;

/** Says why a message is not running, what it is doing, or how it ended. */
final class Explainer {

	/** How far back the pace of a queue is measured. */
	private static final Duration WINDOW = Duration.ofMinutes(2);

	/** Beyond that an estimate says nothing. */
	private static final long MOST_SECONDS = Duration.ofDays(365).toSeconds();

	private final MessageStore store;

	private final OwnWork own;

	private final Set<String> newestFirst;

	private final InstantSource clock;

	Explainer(MessageStore store, OwnWork own, Set<String> newestFirst, InstantSource clock) {
		this.store = store;
		this.own = own;
		this.newestFirst = newestFirst;
		this.clock = clock;
	}

	Explanation explain(MessageId id) {
		Optional<Situation> situation;
		long now = this.clock.millis();
		try {
			situation = this.store.situation(id.value());
		}
		catch (ShardQuarantinedException ex) {
			return unreadable(id, now,
					ReasonWords
						.named(ReasonKind.SHARD_QUARANTINED,
								"shard " + ex.shard() + ", which would have it, is quarantined: "
										+ ReasonWords.safe(String.valueOf(ex.getMessage())),
								String.valueOf(ex.shard())));
		}
		return situation.map((found) -> explain(current(found), now))
			.orElseGet(() -> unreadable(id, now, ReasonWords.plain(ReasonKind.NOT_FOUND,
					"there is no such message: it is unknown, not stored yet, or already removed")));
	}

	private static Explanation unreadable(MessageId id, long now, Reason reason) {
		return new Explanation(id, null, Instant.ofEpochMilli(now), "Message " + id + ": " + reason.text(),
				List.of(reason), null, null, null);
	}

	/** What this process takes it knows better than the file. */
	private Situation current(Situation read) {
		long own = this.own.epoch();
		Hosting hosting = this.own.hosting();
		List<Host> hosts = read.hosts()
			.stream()
			.map((host) -> (host.epoch() == own) ? new Host(own, host.name(), hosting) : host)
			.toList();
		return new Situation(read.message(), read.standing(), read.deaths(), read.owner(), read.pauses(), hosts,
				read.waitsFor(), read.line(), read.crowd(), read.followers());
	}

	private Explanation explain(Situation situation, long now) {
		return switch (situation.standing()) {
			case RUNNING -> running(situation, now);
			case ENDED -> ended(situation, now);
			default -> waiting(situation, now);
		};
	}

	// Waiting

	private Explanation waiting(Situation situation, long now) {
		List<Reason> reasons = new ArrayList<>(WaitReasons.of(situation, new PauseActors(this.store), now));
		Instant start = null;
		boolean suspect = situation.standing() == Standing.SUSPECT;
		if (situation.standing() == Standing.READY || suspect) {
			boolean free = reasons.isEmpty();
			ClaimReasons claim = new ClaimReasons(this.store, this.own, situation, now);
			reasons.addAll(claim.read(this.newestFirst.contains(situation.message().queue()), suspect));
			start = free ? estimate(situation.message(), claim.ahead(), now) : null;
		}
		if (reasons.isEmpty()) {
			reasons.add(ReasonWords.plain(ReasonKind.ABOUT_TO_START,
					(situation.standing() == Standing.SCHEDULED)
							? "nothing keeps it: it is due, and becomes READY at once"
							: "nothing keeps it: the next free worker takes it"));
		}
		String estimate = (start != null)
				? ". It may start " + new ReasonWords(now).ahead(start.toEpochMilli()) + ", by the pace of late" : "";
		return new Explanation(new MessageId(situation.message().id()), situation.message().state(),
				Instant.ofEpochMilli(now), subject(situation.message()) + " is " + situation.message().state()
						+ " and does not run: " + reasons.get(0).text() + more(reasons) + estimate,
				reasons, start, null, null);
	}

	private static String more(List<Reason> reasons) {
		return (reasons.size() > 1)
				? " (and " + ReasonWords.counted(reasons.size() - 1, "further reason", "further reasons") + ")" : "";
	}

	/** Says nothing rather than something wrong. */
	private @Nullable Instant estimate(StoredMessage message, int ahead, long now) {
		if (ahead == 0 || ahead > Situation.MOST_COUNTED) {
			return null;
		}
		double pace = this.store.pace(message.queue(), WINDOW);
		double seconds = (pace > 0) ? ahead / pace : Double.MAX_VALUE;
		return (seconds < MOST_SECONDS) ? Instant.ofEpochMilli(now + (long) (seconds * 1000)) : null;
	}

	private static String subject(StoredMessage message) {
		return "Message " + new MessageId(message.id()) + " of task " + ReasonWords.quoted(message.task())
				+ " in queue " + ReasonWords.quoted(message.queue());
	}

	private @Nullable Integer maxAttempts(StoredMessage message) {
		return (message.maxAttempts() != null) ? message.maxAttempts() : this.own.maxAttempts(message.task());
	}

	/** Nothing rather than a number of which nobody knows whether it counts. */
	private static String of(@Nullable Integer maxAttempts) {
		return (maxAttempts != null) ? " of " + maxAttempts : "";
	}

	// Running

	private Explanation running(Situation situation, long now) {
		RunInfo run = run(situation, now);
		ReasonWords words = new ReasonWords(now);
		StringBuilder text = new StringBuilder(subject(situation.message())).append(" is RUNNING: ")
			.append((run.process() != null) ? ReasonWords.quoted(run.process()) : "a process that nobody remembers")
			.append(run.self() ? " (this process)" : "")
			.append(" has it since ")
			.append(run.since())
			.append(", attempt ")
			.append(run.attempt())
			.append(of(run.maxAttempts()));
		if (Boolean.FALSE.equals(run.begun())) {
			text.append("; its handler has not begun: it waits for a free worker");
		}
		if (run.deadline() != null) {
			text.append("; its time is over ").append(words.ahead(run.deadline().toEpochMilli()));
		}
		Progress progress = run.progress();
		if (progress != null) {
			text.append("; ").append(Math.round(progress.fraction() * 100)).append(" % done");
			text.append((progress.text() != null) ? ", " + ReasonWords.quoted(progress.text()) : "");
		}
		text.append(run.cancelRequested() ? "; it was asked to stop" : "");
		text.append(run.alive() ? "" : "; its process has ended: it is taken back");
		return new Explanation(new MessageId(situation.message().id()), situation.message().state(),
				Instant.ofEpochMilli(now), text.toString(), List.of(), null, run, null);
	}

	private RunInfo run(Situation situation, long now) {
		StoredMessage message = situation.message();
		Owner owner = situation.owner();
		long ownEpoch = this.own.epoch();
		boolean self = message.owner() == ownEpoch;
		OwnRun own = self ? this.own.ownRun(message.id()) : null;
		Instant deadline = (own != null) ? own.deadline() : null;
		if (deadline == null && message.deadline() != null) {
			deadline = Instant.ofEpochMilli(message.deadline());
		}
		return new RunInfo((owner != null) ? owner.name() : null, message.owner(), self, owner != null && !owner.dead(),
				Instant.ofEpochMilli((message.startedAt() != null) ? message.startedAt() : now),
				(own != null) ? own.begun() : null, message.attempt(),
				(own != null) ? Integer.valueOf(own.maxAttempts()) : maxAttempts(message), deadline,
				message.cancelRequested(), this.store.progress(List.of(message)).get(message.id()));
	}

	// Ended

	private Explanation ended(Situation situation, long now) {
		StoredMessage message = situation.message();
		EndInfo ending = ending(situation);
		Failure failure = ending.failure();
		StringBuilder text = new StringBuilder(subject(message)).append(" is ").append(message.state());
		if (ending.at() != null) {
			text.append(" since ").append(ending.at());
		}
		text.append(switch (message.state()) {
			case COMPLETED -> ", after " + attempts(message) + took(message);
			case DEAD -> ", after " + attempts(message);
			case EXPIRED -> isUnhosted(failure) ? "" : ": nobody had begun it when its time to live was over";
			case CANCELLED -> (ending.stoppedBy() != null)
					? ": message " + ending.stoppedBy() + ", which it waited for, did not complete"
					: (message.attempt() > 0) ? ": it was asked to stop, after " + attempts(message)
							: ": before it began";
			default -> "";
		});
		if (failure != null && ending.stoppedBy() == null) {
			text.append((message.state() == MessageState.DEAD || isUnhosted(failure)) ? ": " : "; its latest failure: ")
				.append(ReasonWords.safe(failure.type()))
				.append(failure.message().isEmpty() ? "" : ": " + ReasonWords.safe(failure.message()));
		}
		if (!ending.followedBy().isEmpty()) {
			text.append("; then ");
			for (int i = 0; i < ending.followedBy().size(); i++) {
				Follower follower = ending.followedBy().get(i);
				text.append((i > 0) ? ", " : "")
					.append("message ")
					.append(follower.id())
					.append(" of task ")
					.append(ReasonWords.quoted(follower.task()))
					.append(" (")
					.append(follower.state())
					.append(')');
			}
		}
		return new Explanation(new MessageId(message.id()), message.state(), Instant.ofEpochMilli(now), text.toString(),
				List.of(), null, null, ending);
	}

	private static boolean isUnhosted(@Nullable Failure failure) {
		return failure != null && failure.type().equals(FailureRecord.UNHOSTED);
	}

	private String attempts(StoredMessage message) {
		return ReasonWords.counted(message.attempt(), "attempt", "attempts") + of(maxAttempts(message));
	}

	private static String took(StoredMessage message) {
		Long started = message.startedAt();
		Long finished = message.finishedAt();
		return (started != null && finished != null && finished >= started)
				? ", the last of which took " + TimeWords.of(Duration.ofMillis(finished - started)) : "";
	}

	private static EndInfo ending(Situation situation) {
		StoredMessage message = situation.message();
		WaitsFor wait = situation.waitsFor();
		MessageId stoppedBy = (wait != null && wait.stopped() && !wait.named().isEmpty())
				? new MessageId(wait.named().get(0).id()) : null;
		List<Follower> followers = situation.followers()
			.stream()
			.map((other) -> new Follower(new MessageId(other.id()), other.task(), other.state()))
			.toList();
		return new EndInfo((message.finishedAt() != null) ? Instant.ofEpochMilli(message.finishedAt()) : null,
				message.attempt(), FailureCodec.decode(message.lastError()), stoppedBy, followers);
	}

}
