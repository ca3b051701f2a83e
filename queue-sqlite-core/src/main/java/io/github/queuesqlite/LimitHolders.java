package io.github.queuesqlite;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.store.LimitUse;
import io.github.queuesqlite.store.MessageStore;
import io.github.queuesqlite.store.Situation.Host;
import io.github.queuesqlite.store.Situation.Other;
import org.jspecify.annotations.Nullable;

/** Who has the permits of a limit: the messages that run longest, or the processes. */
final class LimitHolders {

	/** So many messages are named. */
	private static final int MOST_NAMED = 3;

	private final List<Holder> messages = new ArrayList<>();

	private final List<String> processes = new ArrayList<>();

	private LimitHolders() {
	}

	static LimitHolders of(MessageStore store, LimitUse use, List<Host> hosts) {
		LimitHolders holders = new LimitHolders();
		for (Host host : hosts) {
			if (use.held().getOrDefault(host.epoch(), 0) > 0) {
				holders.add(store, use.name(), host);
			}
		}
		holders.messages.sort(Comparator.comparing(Holder::message, Other.LONGEST_RUNNING_FIRST));
		return holders;
	}

	private void add(MessageStore store, String limit, Host host) {
		this.processes.add(host.name());
		for (String task : tasks(limit, host)) {
			// Who receives needs no permit: what is received is not named for what has
			// one.
			store.running(host.epoch(), task, host.hosting().received(), MOST_NAMED)
				.forEach((message) -> this.messages.add(new Holder(message, host.name())));
		}
	}

	private static Set<String> tasks(String limit, Host host) {
		return host.hosting()
			.tasks()
			.entrySet()
			.stream()
			.filter((task) -> limit.equals("task:" + task.getKey()) || limit.equals("lock:" + task.getValue()))
			.map(Map.Entry::getKey)
			.collect(Collectors.toSet());
	}

	/** Returns null when a permit is held for no message. */
	@Nullable Other first() {
		return this.messages.isEmpty() ? null : this.messages.get(0).message();
	}

	/** Handlers that go on after their time have a permit, but no message any more. */
	String text() {
		if (!this.messages.isEmpty()) {
			return ((this.messages.size() > 1) ? ", the longest by " : ", by ")
					+ listed(this.messages.stream().map(Holder::text));
		}
		return this.processes.isEmpty() ? "" : ", by " + listed(this.processes.stream().map(ReasonWords::quoted));
	}

	private static String listed(Stream<String> names) {
		return names.limit(MOST_NAMED).collect(Collectors.joining(", "));
	}

	/**
	 * A message that runs.
	 *
	 * @param message which
	 * @param process in which process
	 */
	private record Holder(Other message, String process) {

		String text() {
			return "message " + new MessageId(this.message.id()) + " in " + ReasonWords.quoted(this.process)
					+ ((this.message.startedAt() != null) ? " since " + Instant.ofEpochMilli(this.message.startedAt())
							: "");
		}

	}

}
