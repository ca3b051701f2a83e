package io.github.queuesqlite.store.sqlite;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Predicate;

import io.github.queuesqlite.store.Peer;
import io.github.queuesqlite.store.RunKey;
import io.github.queuesqlite.store.StoreInstance;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class RunNotesTests {

	@TempDir
	Path directory;

	private static RunKey key(long id, long run) {
		return new RunKey(0, id, 1, run, "default", "task");
	}

	@Test
	void readTellsStartedRunsFromOthers() throws IOException {
		Path file = this.directory.resolve("notes");
		RunNotes notes = new RunNotes(file);
		notes.started(key(7, 1));
		notes.settled(notes.started(key(8, 1)));
		notes.started(key(9, 2));
		Predicate<RunKey> started = RunNotes.read(file);
		assertThat(started.test(key(7, 1))).isTrue();
		assertThat(started.test(key(7, 2))).isFalse();
		assertThat(started.test(key(8, 1))).isFalse();
		assertThat(started.test(key(9, 1))).isFalse();
		assertThat(started.test(key(9, 2))).isTrue();
		assertThat(started.test(key(10, 1))).isFalse();
	}

	@Test
	void readWhenFileIsMissingOrTornCountsEachRun() throws IOException {
		assertThat(RunNotes.read(this.directory.resolve("absent")).test(key(1, 1))).isTrue();
		Path torn = Files.write(this.directory.resolve("torn"), new byte[100]);
		assertThat(RunNotes.read(torn).test(key(1, 1))).isTrue();
		assertThat(RunNotes.read(torn).isKnown()).isFalse();
	}

	@Test
	void readWhenWrittenBeforeARestartOfTheSystemCountsEachRun() throws IOException {
		Path file = this.directory.resolve("notes");
		new RunNotes(file, 5).started(key(7, 1));
		assertThat(RunNotes.read(file, 6).isKnown()).isFalse();
		assertThat(RunNotes.read(file, 6).test(key(8, 1))).isTrue();
		assertThat(RunNotes.read(file, 5).isKnown()).isTrue();
		assertThat(RunNotes.read(file, 5).test(key(8, 1))).isFalse();
	}

	@Test
	void readWhenPowerLossLeftZerosCountsEachRun() throws IOException {
		Path file = this.directory.resolve("notes");
		new RunNotes(file).started(key(7, 1));
		Files.write(file, new byte[(int) Files.size(file)]);
		assertThat(RunNotes.read(file).isKnown()).isFalse();
		assertThat(RunNotes.read(file).test(key(8, 1))).isTrue();
		assertThatIllegalArgumentException().isThrownBy(() -> new RunNotes(this.directory.resolve("other"), 0));
	}

	@Test
	@EnabledOnOs(OS.LINUX)
	void notesTakeTheirRoomOnDiskAtOnce() throws IOException {
		Path file = this.directory.resolve("notes");
		new RunNotes(file);
		assertThat(blocks(file) * 512).isGreaterThanOrEqualTo(Files.size(file));
	}

	/** How much of a file is on disk, in units of 512 bytes. */
	private static long blocks(Path file) throws IOException {
		Process stat = new ProcessBuilder("stat", "-c", "%b", file.toString()).start();
		return Long.parseLong(new String(stat.getInputStream().readAllBytes(), StandardCharsets.US_ASCII).strip());
	}

	@Test
	void bootIsReadAsANumber() throws IOException {
		Path file = Files.writeString(this.directory.resolve("boot"), "00000000-0000-0006-0000-000000000005\n");
		assertThat(Boot.read(file)).isEqualTo(3);
		assertThat(Boot.read(this.directory.resolve("absent"))).isOne();
		Path zero = Files.writeString(this.directory.resolve("zero"), "00000000-0000-0000-0000-000000000000\n");
		assertThat(Boot.read(zero)).isOne();
	}

	@Test
	void rescueWhenNotesAreLostCountsEachRunAndSuspectsNone() throws Exception {
		try (TestStore queue = TestStore.open(this.directory, 1)) {
			long id = queue.insert(10);
			StoreInstance other = queue.store.register("other");
			queue.store.claim(other, "default", Set.of(TestStore.TASK), 1);
			Peer peer = queue.store.peers()
				.stream()
				.filter((candidate) -> candidate.epoch() == other.epoch())
				.findFirst()
				.orElseThrow();
			Files.delete(this.directory.resolve("locks").resolve("runs-" + other.epoch() + ".map"));
			queue.store.rescue(peer, (task) -> 4);
			assertThat(queue.store.find(id).orElseThrow().attempt()).isOne();
		}
		assertThat(TestStore.sql(this.directory.resolve("queue_shard_0.db"), "SELECT state FROM message"))
			.isEqualTo("20");
		assertThat(TestStore.sql(this.directory.resolve("queue_shard_0.db"), "SELECT deaths FROM message"))
			.isEqualTo("0");
	}

	@Test
	void startedWhenFileIsFullCountsEachRun() throws IOException {
		Path file = this.directory.resolve("notes");
		RunNotes notes = new RunNotes(file);
		Set<Integer> entries = new HashSet<>();
		int entry;
		long id = 1;
		while ((entry = notes.started(key(id, 1))) != 0) {
			entries.add(entry);
			id++;
		}
		assertThat(entries).hasSize((int) id - 1);
		assertThat(RunNotes.read(file).test(key(999_999_999, 5))).isTrue();
		notes.settled(0);
	}

	@Test
	void settledGivesTheEntryBack() throws IOException {
		RunNotes notes = new RunNotes(this.directory.resolve("notes"));
		for (int i = 1; i < 100_000; i++) {
			int entry = notes.started(key(i, 1));
			assertThat(entry).isNotZero();
			notes.settled(entry);
		}
	}

}
