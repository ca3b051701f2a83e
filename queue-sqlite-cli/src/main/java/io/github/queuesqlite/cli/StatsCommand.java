package io.github.queuesqlite.cli;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

import io.github.queuesqlite.QueueConsole;
import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.message.QueueStats;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Numbers of the moment. */
@Command(name = "stats", mixinStandardHelpOptions = true, sortOptions = false,
		description = "Shows how many messages there are, who uses the directory, and its files.",
		footer = { "", "Example: queue-sqlite stats -d data/queue --json | jq '.queues.mail.states.READY'" })
final class StatsCommand implements Runnable {

	@Mixin
	private final Place place = new Place();

	@Mixin
	private final Output output = new Output();

	@Override
	public void run() {
		try (QueueConsole console = this.place.toRead()) {
			QueueStats stats = console.stats();
			if (this.output.isJson()) {
				this.output.json(fields(stats));
			}
			else {
				print(stats);
			}
		}
	}

	private Map<String, @Nullable Object> fields(QueueStats stats) {
		Map<String, @Nullable Object> fields = new LinkedHashMap<>();
		fields.put("directory", this.place.files().toAbsolutePath().normalize().toString());
		fields.put("length", length(stats));
		fields.put("states", states(stats, null));
		Map<String, Object> queues = new TreeMap<>();
		for (String queue : queues(stats)) {
			Map<String, Object> one = new LinkedHashMap<>();
			one.put("paused", stats.pausedQueues().contains(queue));
			one.put("states", states(stats, queue));
			stats.oldestReadyAge(queue).ifPresent((age) -> one.put("oldestReadyAge", age));
			queues.put(queue, one);
		}
		fields.put("queues", queues);
		fields.put("pauses", stats.pauses());
		List<Object> shards = new ArrayList<>();
		for (QueueStats.ShardStats shard : stats.shards()) {
			Map<String, Object> one = new LinkedHashMap<>();
			one.put("shard", shard.shard());
			one.put("file", shard.file());
			one.put("accepting", shard.accepting());
			if (!shard.reason().isEmpty()) {
				one.put("reason", shard.reason());
			}
			one.put("fileSize", shard.fileSize());
			one.put("walSize", shard.walSize());
			one.put("diskFree", shard.diskFree());
			shards.add(one);
		}
		fields.put("shards", shards);
		List<Object> instances = new ArrayList<>();
		for (QueueStats.InstanceStats instance : stats.instances()) {
			Map<String, Object> one = new LinkedHashMap<>();
			one.put("name", instance.name());
			one.put("epoch", instance.epoch());
			one.put("startedAt", instance.startedAt());
			one.put("beatAge", instance.beatAge());
			instances.add(one);
		}
		fields.put("instances", instances);
		return fields;
	}

	private static long length(QueueStats stats) {
		return stats.counts()
			.stream()
			.filter((count) -> !count.state().isEnded())
			.mapToLong(QueueStats.Count::messages)
			.sum();
	}

	private static Set<String> queues(QueueStats stats) {
		Set<String> queues = new TreeSet<>(stats.pausedQueues());
		stats.counts().forEach((count) -> queues.add(count.queue()));
		return queues;
	}

	private static Map<MessageState, Long> states(QueueStats stats, @Nullable String queue) {
		Map<MessageState, Long> states = new EnumMap<>(MessageState.class);
		for (MessageState state : MessageState.values()) {
			states.put(state, (queue != null) ? stats.count(queue, state) : stats.count(state));
		}
		return states;
	}

	private void print(QueueStats stats) {
		stats.pauseOfAll().ifPresent((pause) -> {
			this.output.line("All queues are paused"
					+ ((pause.until() != null) ? " until " + pause.until() : " until somebody resumes them"));
			this.output.line("");
		});
		List<String> headings = new ArrayList<>(List.of("QUEUE"));
		for (MessageState state : MessageState.values()) {
			headings.add(state.name());
		}
		headings.add("OLDEST READY");
		List<List<String>> rows = new ArrayList<>();
		for (String queue : queues(stats)) {
			List<String> row = new ArrayList<>();
			row.add(queue + (stats.pausedQueues().contains(queue) ? " (paused)" : ""));
			states(stats, queue).values().forEach((count) -> row.add(String.valueOf(count)));
			row.add(stats.oldestReadyAge(queue).map((age) -> age.toSeconds() + " s").orElse(""));
			rows.add(row);
		}
		this.output.table(headings, rows);
		this.output.line("");
		this.output.table(List.of("FILE", "BYTES", "LOG", "STATE"),
				stats.shards()
					.stream()
					.map((shard) -> List.of(shard.file(), String.valueOf(shard.fileSize()),
							String.valueOf(shard.walSize()), shard.reason().isEmpty() ? "accepting" : shard.reason()))
					.toList());
		this.output.line("");
		if (stats.instances().isEmpty()) {
			this.output.line("No process uses the directory.");
			return;
		}
		this.output.table(List.of("PROCESS", "EPOCH", "SINCE", "LAST SIGN"),
				stats.instances()
					.stream()
					.map((instance) -> List.of(instance.name(), String.valueOf(instance.epoch()),
							instance.startedAt().toString(), instance.beatAge().toSeconds() + " s ago"))
					.toList());
	}

}
