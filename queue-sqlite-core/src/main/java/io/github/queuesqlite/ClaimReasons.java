package io.github.queuesqlite;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

import io.github.queuesqlite.Explanation.Reason;
import io.github.queuesqlite.Explanation.ReasonKind;
import io.github.queuesqlite.message.TimeWords;
import io.github.queuesqlite.store.Hosting;
import io.github.queuesqlite.store.LimitUse;
import io.github.queuesqlite.store.MessageStore;
import io.github.queuesqlite.store.RunCount;
import io.github.queuesqlite.store.Situation;
import io.github.queuesqlite.store.Situation.Host;
import io.github.queuesqlite.store.StoredMessage;
import io.github.queuesqlite.worker.LaneState;
import io.github.queuesqlite.worker.PoolState;
import org.jspecify.annotations.Nullable;

/**
 * Why a message is not claimed that its shard would give: limits, rates and workers,
 * which processes share, and those that go before it.
 */
final class ClaimReasons {

	private final MessageStore store;

	private final OwnWork own;

	private final long ownEpoch;

	private final Situation situation;

	private final StoredMessage message;

	private final ReasonWords words;

	private final List<RunCount> running;

	private final List<Reason> reasons = new ArrayList<>();

	private int ahead;

	ClaimReasons(MessageStore store, OwnWork own, Situation situation, long now) {
		this.store = store;
		this.own = own;
		this.ownEpoch = own.epoch();
		this.situation = situation;
		this.message = situation.message();
		this.words = new ReasonWords(now);
		this.running = store.running(situation.hosts().stream().map(Host::epoch).toList());
	}

	/** Returns them, the decisive one first. */
	List<Reason> read(boolean newestFirst, boolean suspect) {
		limits().forEach(this::addLimit);
		addRate("rate:task:" + this.message.task(), "its task");
		addRate("rate:queue:" + this.message.queue(), "its queue");
		addBusy();
		if (!suspect) {
			addAhead(newestFirst);
		}
		return this.reasons;
	}

	/** How many go before it. */
	int ahead() {
		return this.ahead;
	}

	private Set<String> limits() {
		Set<String> limits = new LinkedHashSet<>();
		limits.add("task:" + this.message.task());
		for (Host host : this.situation.hosts()) {
			String lock = host.hosting().tasks().getOrDefault(this.message.task(), "");
			if (!lock.isEmpty()) {
				limits.add("lock:" + lock);
			}
		}
		return limits;
	}

	private void addLimit(String name) {
		LimitUse use = this.store.limit(name).orElse(null);
		if (use == null || use.allHeld() < use.most() || !(use.waiting() > 0 || isAllUsed(use))) {
			return;
		}
		LimitHolders holders = LimitHolders.of(this.store, use, this.situation.hosts());
		this.reasons.add(ReasonWords
			.held(ReasonKind.LIMIT, "limit " + ReasonWords.quoted(name) + " is reached: " + use.allHeld() + " of "
					+ use.most() + ((use.most() == 1) ? " permit is in use" : " permits are in use") + holders.text()
					+ ((use.waiting() > 0)
							? "; " + ReasonWords.counted(use.waiting(), "process waits", "processes wait") + " for one"
							: ""),
					name, holders.first(), use.allHeld(), use.most()));
	}

	/**
	 * A process keeps permits that it does not use while nobody else wants them. How many
	 * another one uses, its RUNNING messages say.
	 */
	private boolean isAllUsed(LimitUse use) {
		for (Map.Entry<Long, Integer> holder : use.held().entrySet()) {
			int own = (holder.getKey() == this.ownEpoch) ? this.own.permitsUsed(use.name()) : -1;
			int used = (own >= 0) ? own : usedBy(holder.getKey(), use.name());
			if (used < holder.getValue()) {
				return false;
			}
		}
		return true;
	}

	private int usedBy(long epoch, String limit) {
		Hosting hosting = hosting(epoch);
		int used = 0;
		for (RunCount count : this.running) {
			boolean counts = count.epoch() == epoch && (limit.equals("task:" + count.task())
					|| limit.equals("lock:" + hosting.tasks().getOrDefault(count.task(), "")));
			// A permit of a batch is for all its messages: how many there are is unknown.
			used += (counts && !hosting.batches().contains(count.task())) ? count.messages() : 0;
		}
		return used;
	}

	private Hosting hosting(long epoch) {
		return this.situation.hosts()
			.stream()
			.filter((host) -> host.epoch() == epoch)
			.map(Host::hosting)
			.findFirst()
			.orElse(Hosting.NONE);
	}

	private void addRate(String name, String whose) {
		LimitUse use = this.store.limit(name).orElse(null);
		if (use == null || use.period() == null || use.token()) {
			return;
		}
		Long next = use.nextToken();
		this.reasons.add(ReasonWords.until(ReasonKind.RATE,
				"rate " + ReasonWords.quoted(name) + " of " + whose + " has no room, " + use.most() + " in "
						+ TimeWords.of(Duration.ofMillis(use.period())) + ": "
						+ ((next != null) ? "the next token comes " + this.words.ahead(next)
								: "the next token comes when one is used that a process has"),
				name, next));
	}

	private void addBusy() {
		int all = 0;
		int busy = 0;
		String whose = "queue " + ReasonWords.quoted(this.message.queue());
		for (Host host : this.situation.hosts()) {
			if (!host.hosting().runs(this.message.queue(), this.message.task())) {
				continue;
			}
			int workers = host.hosting().queues().getOrDefault(this.message.queue(), 0);
			int runs = runs(host);
			PoolState pool = pool(host);
			if (pool != null && runs < workers) {
				workers = pool.pool().concurrency();
				runs = pool.running();
				whose = "pool " + ReasonWords.quoted(pool.name());
			}
			if (runs < workers || host.hosting().received().contains(this.message.queue())) {
				return;
			}
			all += workers;
			busy += runs;
		}
		if (all > 0) {
			this.reasons.add(ReasonWords.held(ReasonKind.WORKERS_BUSY,
					"all " + ReasonWords.counted(all, "worker", "workers") + " of " + whose + " are busy",
					this.message.queue(), null, Math.min(busy, all), all));
		}
	}

	/** Returns null for a queue in none, and for what another process does. */
	private @Nullable PoolState pool(Host host) {
		if (host.epoch() == this.ownEpoch) {
			for (LaneState lane : this.own.laneStates()) {
				if (lane.queue().equals(this.message.queue())) {
					return lane.pool();
				}
			}
		}
		return null;
	}

	private int runs(Host host) {
		if (host.epoch() == this.ownEpoch) {
			return this.own.laneStates()
				.stream()
				.filter((lane) -> lane.queue().equals(this.message.queue()))
				.mapToInt((lane) -> lane.running())
				.sum();
		}
		return this.running.stream()
			.filter((count) -> count.epoch() == host.epoch() && count.queue().equals(this.message.queue())
					&& !host.hosting().batches().contains(count.task()))
			.mapToInt(RunCount::messages)
			.sum();
	}

	/** Those that nobody takes, or that are paused, do not keep it. */
	private void addAhead(boolean newestFirst) {
		String queue = this.message.queue();
		Set<String> paused = this.store.pauses().tasks().keySet();
		Set<String> taken = this.situation.hosts()
			.stream()
			.flatMap((host) -> host.hosting()
				.tasks()
				.keySet()
				.stream()
				.filter((task) -> host.hosting().runs(queue, task)))
			.collect(Collectors.toSet());
		this.ahead = this.store.ahead(this.message, (task) -> taken.contains(task) && !paused.contains(task),
				newestFirst, Situation.MOST_COUNTED + 1);
		if (this.ahead > 0) {
			this.reasons.add(
					ReasonWords.held(
							ReasonKind.BEHIND_OTHERS, ReasonWords.counted(this.ahead, "message goes", "messages go")
									+ " before it in queue " + ReasonWords.quoted(queue),
							queue, null, this.ahead, null));
		}
	}

}
