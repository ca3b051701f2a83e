package io.github.queuesqlite;

import java.util.ArrayList;
import java.util.List;

import io.github.queuesqlite.Explanation.Reason;
import io.github.queuesqlite.Explanation.ReasonKind;
import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.store.Situation;
import io.github.queuesqlite.store.Situation.Crowd;
import io.github.queuesqlite.store.Situation.Held;
import io.github.queuesqlite.store.Situation.Host;
import io.github.queuesqlite.store.Situation.Line;
import io.github.queuesqlite.store.Situation.Other;
import io.github.queuesqlite.store.Situation.Standing;
import io.github.queuesqlite.store.Situation.WaitsFor;
import io.github.queuesqlite.store.StoredMessage;
import io.github.queuesqlite.store.Wait;
import org.jspecify.annotations.Nullable;

/** Why a message waits, as far as it and its shard say: most is decided there. */
final class WaitReasons {

	private final Situation situation;

	private final StoredMessage message;

	private final ReasonWords words;

	private final long now;

	private final List<Reason> reasons = new ArrayList<>();

	private WaitReasons(Situation situation, long now) {
		this.situation = situation;
		this.message = situation.message();
		this.words = new ReasonWords(now);
		this.now = now;
	}

	/** Returns them, the decisive one first. */
	static List<Reason> of(Situation situation, PauseActors actors, long now) {
		WaitReasons reasons = new WaitReasons(situation, now);
		reasons.addTimes();
		reasons.addPauses(actors);
		reasons.addHosts();
		reasons.addKeys();
		return reasons.reasons;
	}

	/** Whether it waits for others, rather than for a time. */
	static boolean waitsForMessages(StoredMessage message) {
		return message.state() == MessageState.SCHEDULED && message.runAt() == Wait.NOT_DUE;
	}

	private void addTimes() {
		Long expiresAt = this.message.expiresAt();
		if (expiresAt != null && expiresAt <= this.now) {
			this.reasons.add(ReasonWords.until(ReasonKind.TIME_TO_LIVE_OVER,
					"its time to live was over " + this.words.ago(expiresAt) + ": it becomes EXPIRED", null,
					expiresAt));
		}
		if (waitsForMessages(this.message)) {
			addWaitsFor();
		}
		else if (this.situation.standing() == Standing.SCHEDULED && this.message.runAt() > this.now) {
			addNotDue();
		}
	}

	private void addWaitsFor() {
		WaitsFor wait = this.situation.waitsFor();
		if (wait == null) {
			this.reasons.add(ReasonWords.plain(ReasonKind.WAITS_FOR_MESSAGES, "waits for other messages"));
			return;
		}
		Other first = wait.named().isEmpty() ? null : wait.named().get(0);
		String which = (first != null) ? ": " + this.words.other(first) : "";
		String left = wait.missing() + " of " + wait.all();
		String text = switch (wait.kind()) {
			case THEN -> "waits until the message before it in its chain is COMPLETED" + which;
			case FAILURE -> "waits for a failure, and is deleted when there is none: " + left
					+ " messages have not ended" + first(first);
			case ALL -> "waits for the members of its group: " + left + " have not ended" + first(first);
			case GATHER ->
				"is a group, and COMPLETED when its members have ended: " + left + " have not" + first(first);
		};
		this.reasons
			.add(ReasonWords.held(ReasonKind.WAITS_FOR_MESSAGES, text, null, first, wait.missing(), wait.all()));
	}

	private String first(@Nullable Other first) {
		return (first != null) ? ", the first is " + this.words.other(first) : "";
	}

	private void addNotDue() {
		long runAt = this.message.runAt();
		if (this.message.attempt() > 0) {
			this.reasons.add(ReasonWords.until(ReasonKind.RETRY_NOT_DUE, "waits to be tried again after attempt "
					+ this.message.attempt() + ": due " + this.words.ahead(runAt), null, runAt));
		}
		else {
			this.reasons.add(ReasonWords.until(ReasonKind.NOT_DUE, "waits for its time: due " + this.words.ahead(runAt),
					null, runAt));
		}
	}

	private void addPauses(PauseActors actors) {
		for (Held held : this.situation.pauses()) {
			this.reasons.add(this.words.paused(held, pausedSubject(held), actors.of(held)));
		}
	}

	private String pausedSubject(Held held) {
		return switch (held.kind()) {
			case ALL -> "all queues are";
			case QUEUE -> "its queue " + ReasonWords.quoted(held.name()) + " is";
			case TASK -> "its task " + ReasonWords.quoted(held.name()) + " is";
			case KEY -> ((this.message.orderingKey() != null) ? "its ordering key " : "its concurrency key ")
					+ ReasonWords.quoted(held.name()) + " is";
		};
	}

	private void addHosts() {
		String queue = this.message.queue();
		String task = this.message.task();
		List<Host> hosts = this.situation.hosts();
		if (task.equals(Chains.GROUP) || hosts.stream().anyMatch((host) -> host.hosting().runs(queue, task))) {
			return;
		}
		if (hosts.stream().anyMatch((host) -> host.hosting().received().contains(queue))) {
			this.reasons.add(ReasonWords.named(ReasonKind.NOT_RECEIVED, "no live process has workers for task "
					+ ReasonWords.quoted(task) + " in queue " + ReasonWords.quoted(queue) + ": it waits to be received",
					queue));
			return;
		}
		boolean known = hosts.stream().anyMatch((host) -> host.hosting().tasks().containsKey(task));
		boolean served = hosts.stream().anyMatch((host) -> host.hosting().queues().containsKey(queue));
		String live = ReasonWords.counted(hosts.size(), "live process", "live processes");
		String text;
		if (!known) {
			text = "no process hosts task " + ReasonWords.quoted(task) + " (" + live + ")";
		}
		else if (!served) {
			text = "no process that hosts task " + ReasonWords.quoted(task) + " has workers for queue "
					+ ReasonWords.quoted(queue) + ", or they are stopped (" + live + ")";
		}
		else {
			text = "no process with workers for queue " + ReasonWords.quoted(queue) + " hosts task "
					+ ReasonWords.quoted(task) + " (" + live + ")";
		}
		this.reasons.add(ReasonWords.named(ReasonKind.NOT_HOSTED, text, task));
	}

	private void addKeys() {
		Line line = this.situation.line();
		if (line != null && line.holder() != null) {
			this.reasons.add(ReasonWords.held(ReasonKind.ORDERING_KEY,
					"its ordering key " + ReasonWords.quoted(line.key()) + " is held by "
							+ this.words.other(line.holder()) + "; "
							+ ReasonWords.counted(line.ahead(), "message is", "messages are") + " before it",
					line.key(), line.holder(), line.ahead(), null));
		}
		Crowd crowd = this.situation.crowd();
		if (crowd != null && this.situation.standing() == Standing.HELD) {
			addCrowd(crowd);
		}
		if (this.situation.standing() == Standing.SUSPECT) {
			this.reasons.add(ReasonWords.plain(ReasonKind.SUSPECT,
					"its process died in " + ReasonWords.counted(this.situation.deaths(), "run", "runs")
							+ " in a row: such messages run one at a time, after others had a chance to end"));
		}
	}

	private void addCrowd(Crowd crowd) {
		String key = "concurrency key " + ReasonWords.quoted(crowd.key());
		String before = (crowd.ahead() > 0)
				? "; of those that wait, " + ReasonWords.counted(crowd.ahead(), "goes", "go") + " before it" : "";
		String holder = (crowd.holder() != null) ? ": " + this.words.other(crowd.holder()) : "";
		if (crowd.passed() >= crowd.most()) {
			int most = (int) Math.min(crowd.most(), Integer.MAX_VALUE);
			this.reasons.add(ReasonWords.held(ReasonKind.CONCURRENCY_KEY,
					"limit 'keys:" + ReasonWords.safe(this.message.task()) + "' of its " + key + " is reached: "
							+ crowd.passed() + " of " + most + " run or are next" + holder + before,
					crowd.key(), crowd.holder(), crowd.passed(), most));
		}
		else if (crowd.ready() >= crowd.weight()) {
			this.reasons.add(ReasonWords.held(ReasonKind.CONCURRENCY_KEY,
					"its " + key + " takes turns with others, and "
							+ ReasonWords.counted(crowd.ready(), "message", "messages") + " of it is next" + holder
							+ before,
					crowd.key(), crowd.holder(), crowd.ready(), (int) crowd.weight()));
		}
		if (!crowd.token()) {
			Long next = crowd.nextToken();
			this.reasons.add(
					ReasonWords.until(ReasonKind.KEY_RATE,
							"rate 'rate:keys:" + ReasonWords.safe(this.message.task()) + "' of its " + key
									+ " has no room"
									+ ((next != null) ? ": the next token comes " + this.words.ahead(next)
											: " until one that was let through has begun")
									+ before,
							crowd.key(), next));
		}
	}

}
