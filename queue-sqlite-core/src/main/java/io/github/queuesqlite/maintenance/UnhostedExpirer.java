package io.github.queuesqlite.maintenance;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import io.github.queuesqlite.message.Names;
import io.github.queuesqlite.store.MessageStore;
import io.github.queuesqlite.store.UnhostedMessages;
import io.github.queuesqlite.store.UnhostedRule;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes messages EXPIRED whose task no process has hosted for too long: looks ten times
 * in that time, at least once a minute.
 */
final class UnhostedExpirer {

	private static final Logger logger = LoggerFactory.getLogger(UnhostedExpirer.class);

	private static final long MOST_SLEEP_NANOS = Duration.ofMinutes(1).toNanos();

	private final MessageStore store;

	private final UnhostedRule rule;

	private final long sleepNanos;

	private final Loop loop = new Loop("queue-unhosted", true, this::pass);

	UnhostedExpirer(MessageStore store, Presence presence, Duration after) {
		this.store = store;
		this.rule = new UnhostedRule(after, presence::hosts);
		this.sleepNanos = after.compareTo(Duration.ofMinutes(10)) > 0 ? MOST_SLEEP_NANOS : after.toNanos() / 10;
	}

	Loop loop() {
		return this.loop;
	}

	private long pass() {
		look();
		return this.sleepNanos;
	}

	/** Expires all that are due by the clock of now. */
	void look() {
		Map<String, Integer> counts = new TreeMap<>();
		List<UnhostedMessages> expired;
		do {
			expired = this.store.expireUnhosted(this.rule);
			expired.forEach((messages) -> counts.merge(
					"task '" + Names.oneLine(messages.task()) + "' in queue '" + Names.oneLine(messages.queue()) + "'",
					messages.messages(), Integer::sum));
		}
		while (!expired.isEmpty());
		counts.forEach(
				(task, count) -> logger.warn("{} messages of {} are EXPIRED: no process had a handler for it for {}",
						count, task, this.rule.after()));
	}

}
