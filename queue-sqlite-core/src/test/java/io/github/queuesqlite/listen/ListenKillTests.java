package io.github.queuesqlite.listen;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

class ListenKillTests {

	@TempDir
	Path directory;

	@Test
	void killWhenChangesAreMadeAndDeliveredLosesNoneAndKeepsOrder() throws Exception {
		Map<String, Long> stored = new TreeMap<>();
		Map<String, Long> delivered = new TreeMap<>();
		Process child = start();
		try {
			readAndKill(child, stored, delivered);
		}
		finally {
			child.destroyForcibly();
		}
		Map<String, List<Long>> rest = new ConcurrentHashMap<>();
		try (ListenFixture fixture = new ListenFixture(this.directory)) {
			fixture.process().declareDead();
			ListenFixture.Process process = fixture.process();
			process.listen(ListenFixture.listener("l", "key-*",
					(change) -> rest.computeIfAbsent(change.key(), (key) -> new CopyOnWriteArrayList<>())
						.add(change.version())));
			stored.forEach((key, version) -> process.values.put(key, "end"));
			process.start();
			stored.keySet()
				.forEach((key) -> await().until(() -> new ArrayList<>(rest.getOrDefault(key, List.of()))
					.contains(process.values.version(key).getAsLong())));
			stored.forEach((key, version) -> {
				long latest = process.values.version(key).getAsLong();
				assertThat(latest).as("stored changes of %s", key).isGreaterThan(version);
				List<Long> versions = rest.get(key);
				assertThat(versions.get(0)).as("no gap in %s", key)
					.isLessThanOrEqualTo(delivered.getOrDefault(key, 0L) + 1);
				assertThat(versions)
					.containsExactlyElementsOf(LongStream.rangeClosed(versions.get(0), latest).boxed().toList());
			});
		}
	}

	private static void readAndKill(Process child, Map<String, Long> stored, Map<String, Long> delivered)
			throws IOException, InterruptedException {
		try (BufferedReader output = new BufferedReader(
				new InputStreamReader(child.getInputStream(), StandardCharsets.UTF_8))) {
			int lines = 0;
			String line;
			while ((line = output.readLine()) != null) {
				String[] words = line.split(" ");
				if (words.length == 3 && (words[0].equals("put") || words[0].equals("seen"))) {
					Map<String, Long> latest = words[0].equals("put") ? stored : delivered;
					long version = Long.parseLong(words[2]);
					if (words[0].equals("seen")) {
						assertThat(version).as(line).isBetween(1L, latest.getOrDefault(words[1], 0L) + 1);
					}
					latest.merge(words[1], version, Math::max);
					lines++;
				}
				if (lines >= 600 && stored.size() == 3 && !delivered.isEmpty()) {
					// The handle leaves the output open: what was printed is read.
					child.toHandle().destroyForcibly();
				}
			}
		}
		assertThat(child.waitFor(60, TimeUnit.SECONDS)).isTrue();
		assertThat(stored).hasSize(3);
		assertThat(delivered).isNotEmpty();
	}

	private Process start() throws IOException {
		String classPath = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
		return new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
				"--enable-native-access=ALL-UNNAMED", "-cp", classPath, ListenChild.class.getName(),
				this.directory.toString())
			.redirectError(ProcessBuilder.Redirect.INHERIT)
			.start();
	}

}
