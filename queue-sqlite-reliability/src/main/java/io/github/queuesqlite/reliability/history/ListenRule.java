package io.github.queuesqlite.reliability.history;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

import io.github.queuesqlite.reliability.history.Facts.DeliveryTrace;
import io.github.queuesqlite.reliability.history.Facts.PutTrace;
import io.github.queuesqlite.reliability.history.Snapshot.Value;
import org.jspecify.annotations.Nullable;

/**
 * Versions of a key rise with each change; each listener gets every one, in order, and
 * again only what its process may not have noted.
 */
final class ListenRule implements Rule {

	@Override
	public void check(Facts facts, Snapshot snapshot, Consumer<String> violations) {
		Map<String, List<PutTrace>> puts = new HashMap<>();
		for (PutTrace put : facts.puts()) {
			puts.computeIfAbsent(put.key, (key) -> new ArrayList<>()).add(put);
		}
		puts.forEach((key, list) -> checkVersions(key, list, snapshot.values().get(key), violations));
		Map<String, String> valuesByVersion = new HashMap<>();
		for (PutTrace put : facts.puts()) {
			if (put.version != null) {
				valuesByVersion.put(put.key + "@" + put.version, put.value);
			}
		}
		Map<List<String>, List<DeliveryTrace>> streams = new HashMap<>();
		for (DeliveryTrace delivery : facts.deliveries()) {
			streams
				.computeIfAbsent(List.of(delivery.event().listener(), delivery.event().key()),
						(key) -> new ArrayList<>())
				.add(delivery);
		}
		streams.forEach((stream, list) -> {
			checkOrder(stream, list, violations);
			checkValues(stream, list, valuesByVersion, violations);
			Value latest = snapshot.values().get(stream.get(1));
			long most = list.stream().mapToLong((delivery) -> delivery.event().version()).max().orElse(0);
			if (latest != null && most != latest.version()) {
				violations.accept("Listener and key %s: expected version %d as the last, found %d".formatted(stream,
						latest.version(), most));
			}
		});
	}

	private static void checkVersions(String key, List<PutTrace> puts, @Nullable Value stored,
			Consumer<String> violations) {
		Map<Long, PutTrace> byVersion = new HashMap<>();
		long most = 0;
		for (PutTrace put : puts) {
			if (put.version != null) {
				PutTrace other = byVersion.put(put.version, put);
				if (other != null) {
					violations.accept("Version %d of key %s was given to %s and to %s".formatted(put.version, key,
							other.value, put.value));
				}
				most = Math.max(most, put.version);
			}
		}
		if (stored == null ? most > 0 : stored.version() < most) {
			violations.accept("Lost: version %d of key %s was stored, found %s".formatted(most, key, stored));
		}
		PutTrace last = (stored != null) ? byVersion.get(stored.version()) : null;
		if (stored != null && last != null && !last.value.equals(stored.value())) {
			violations.accept("Key %s: expected %s, found %s".formatted(key, last.value, stored));
		}
		checkRising(key, puts, violations);
	}

	/** Which put came before which is known when one ended before the other began. */
	private static void checkRising(String key, List<PutTrace> puts, Consumer<String> violations) {
		List<PutTrace> ended = new ArrayList<>(puts.stream().filter((put) -> put.version != null).toList());
		ended.sort((a, b) -> Long.compare(a.answeredAt, b.answeredAt));
		List<PutTrace> begun = new ArrayList<>(ended);
		begun.sort((a, b) -> Long.compare(a.askedAt, b.askedAt));
		int next = 0;
		long most = 0;
		for (PutTrace put : begun) {
			while (ended.get(next).answeredAt < put.askedAt) {
				most = Math.max(most, version(ended.get(next)));
				next++;
			}
			if (version(put) <= most) {
				violations.accept("Key %s: expected a version above %d for %s, found %d".formatted(key, most, put.value,
						version(put)));
			}
		}
	}

	private static long version(PutTrace put) {
		return (put.version != null) ? put.version : 0;
	}

	private static void checkOrder(List<String> stream, List<DeliveryTrace> deliveries, Consumer<String> violations) {
		long most = 0;
		Map<String, DeliveryTrace> latest = new HashMap<>();
		for (DeliveryTrace delivery : deliveries) {
			long version = delivery.event().version();
			if (version > most + 1) {
				violations.accept("Listener and key %s: expected version %d at most, found %s in process %s"
					.formatted(stream, most + 1, delivery.event(), delivery.process()));
			}
			most = Math.max(most, version);
			DeliveryTrace before = latest.put(delivery.process().name, delivery);
			if (before != null && version <= before.event().version()
					&& !delivery.process().mayHaveLostItsLease(before.event().at(), delivery.event().at())) {
				violations.accept("Listener and key %s: expected a version after %d, found %s in process %s"
					.formatted(stream, before.event().version(), delivery.event(), delivery.process()));
			}
		}
	}

	private static void checkValues(List<String> stream, List<DeliveryTrace> deliveries,
			Map<String, String> valuesByVersion, Consumer<String> violations) {
		for (DeliveryTrace delivery : deliveries) {
			String put = valuesByVersion.get(stream.get(1) + "@" + delivery.event().version());
			if (put != null && !put.equals(delivery.event().value())) {
				violations
					.accept("Listener and key %s: expected %s, found %s".formatted(stream, put, delivery.event()));
			}
		}
	}

}
