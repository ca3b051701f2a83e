package io.github.queuesqlite.reliability.foreign;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.message.QueueException;
import io.github.queuesqlite.reliability.Outcome;
import io.github.queuesqlite.reliability.history.Answer;
import io.github.queuesqlite.reliability.history.Event;
import io.github.queuesqlite.reliability.history.History;
import io.github.queuesqlite.reliability.history.Integrity;
import io.github.queuesqlite.reliability.history.Order;
import io.github.queuesqlite.reliability.history.Snapshot;
import io.github.queuesqlite.reliability.workload.WorkloadQueue;
import io.github.queuesqlite.reliability.workload.WorkloadSettings;
import io.github.queuesqlite.store.IdLayout;

/**
 * Opens what a backup tool made of a directory, and runs what is in it: it is sound, or
 * says that it is not.
 */
final class OpenedCopy {

	private static final Duration PATIENCE = Duration.ofSeconds(60);

	private final WorkloadSettings settings;

	private final Backups backup;

	private final long at;

	private final Outcome outcome;

	private final Map<String, Order> orders = new HashMap<>();

	/** Accepted before the copy was begun. */
	private final Set<MessageId> accepted = new HashSet<>();

	private final List<String> findings = new ArrayList<>();

	/**
	 * Prepares.
	 * @param path where the copy is
	 * @param backup how it was made
	 * @param history of the directory
	 * @param at when it was begun
	 * @param outcome gets counts
	 */
	OpenedCopy(Path path, Backups backup, History history, long at, Outcome outcome) {
		this.backup = backup;
		this.settings = WorkloadSettings.in(path).shards(null).process("copy", 0);
		this.at = at;
		this.outcome = outcome;
		history.entries().forEach((entry) -> read(entry.event()));
	}

	private void read(Event event) {
		if (event instanceof Event.Asked asked) {
			asked.orders().forEach((order) -> this.orders.put(order.tag(), order));
		}
		else if (event instanceof Event.Answered answered) {
			for (Answer answer : answered.answers()) {
				if (answer.id() != null && answered.at() <= this.at) {
					this.accepted.add(answer.id());
				}
			}
		}
	}

	/** Opens the copy, lets it come to rest, and returns what is wrong. */
	List<String> findings() throws IOException, InterruptedException {
		Set<Integer> quarantined = new TreeSet<>();
		try (WorkloadQueue queue = WorkloadQueue.open(this.settings)) {
			queue.start();
			boolean rests = queue.awaitRest(PATIENCE);
			quarantined.addAll(queue.quarantined());
			if (!rests) {
				this.findings.add("Copy: expected that all messages end, found " + quarantined + " out of use");
			}
			check(Snapshot.of(queue.queue()), quarantined);
		}
		catch (QueueException ex) {
			return refused(ex);
		}
		for (String finding : Integrity.check(Path.of(this.settings.directory()), quarantined)) {
			this.findings.add("Copy, opened as sound: " + finding);
		}
		this.outcome.count("shards of copies out of use by name", quarantined.size());
		return this.findings;
	}

	private List<String> refused(QueueException ex) {
		this.outcome.count("copies refused by name", 1);
		boolean named = String.valueOf(ex.getMessage()).contains(this.settings.directory());
		if (!named || this.backup.isSound()) {
			this.findings.add("Copy: expected that it opens, or that the refusal names the file, found " + ex);
		}
		return this.findings;
	}

	private void check(Snapshot snapshot, Set<Integer> quarantined) {
		Set<MessageId> found = new HashSet<>();
		for (Snapshot.Row row : snapshot.rows()) {
			found.add(row.id());
			if (!row.order().equals(this.orders.get(row.order().tag()))) {
				this.findings.add("Copy: expected %s, found %s".formatted(this.orders.get(row.order().tag()), row));
			}
		}
		List<MessageId> missing = this.accepted.stream()
			.filter((id) -> !found.contains(id) && !quarantined.contains(IdLayout.shard(id.value())))
			.toList();
		if (!this.backup.isSound()) {
			this.outcome.count("messages missing in " + this.backup.counted(), missing.size());
		}
		else if (!missing.isEmpty()) {
			this.findings.add("Copy: expected all that was accepted before, missing are %s of %d".formatted(missing,
					this.accepted.size()));
		}
		if (this.backup.isSound() && !quarantined.isEmpty()) {
			this.findings.add("Copy: expected that it is sound, found shards out of use: " + quarantined);
		}
		this.outcome.count("messages in copies", found.size());
	}

}
