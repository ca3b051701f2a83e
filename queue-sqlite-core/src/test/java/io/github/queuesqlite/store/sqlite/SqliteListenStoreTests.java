package io.github.queuesqlite.store.sqlite;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;

import io.github.queuesqlite.event.QueueRecorder;
import io.github.queuesqlite.listen.ListenOwner;
import io.github.queuesqlite.listen.ListenStore;
import io.github.queuesqlite.message.StoreUnavailableException;
import io.github.queuesqlite.store.Quarantine;
import io.github.queuesqlite.store.WriterSettings;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class SqliteListenStoreTests {

	private static final byte[] VALUE = { 1 };

	private static final ListenOwner OWNER = new ListenOwner() {

		@Override
		public long epoch() {
			return 1;
		}

		@Override
		public boolean holdsLease(long epoch) {
			return true;
		}

		@Override
		public boolean isDead(long epoch) {
			return false;
		}

	};

	@TempDir
	Path directory;

	private final AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2026-01-01T00:00:00Z"));

	private final List<SqliteListenStore> stores = new ArrayList<>();

	private SqliteListenStore open(int maxChanges) {
		SqliteListenStore store = SqliteListenStore.open(new SqliteListenSettings(this.directory,
				new WriterSettings(true, 1000, Duration.ofSeconds(1), Duration.ofSeconds(1), QueueRecorder.NONE),
				Duration.ofHours(1), maxChanges, this.now::get));
		this.stores.add(store);
		return store;
	}

	private SqliteListenStore open() {
		return open(1000);
	}

	@AfterEach
	void close() {
		this.stores.forEach(SqliteListenStore::close);
	}

	private static ListenStore.Cursor at(long position) {
		return new ListenStore.Cursor(position, 0, List.of());
	}

	@Test
	void pruneWhenChangesAreOldDeletesThemAndKeepsValues() {
		SqliteListenStore store = open();
		store.put("a", "json", VALUE);
		this.now.updateAndGet((now) -> now.plus(Duration.ofMinutes(59)));
		store.put("b", "json", VALUE);
		assertThat(store.prune()).isZero();
		this.now.updateAndGet((now) -> now.plus(Duration.ofMinutes(2)));
		assertThat(store.prune()).isEqualTo(1);
		assertThat(store.keys()).containsExactly("a", "b");
		assertThat(store.latestChange()).isEqualTo(2);
		this.now.updateAndGet((now) -> now.plus(Duration.ofHours(2)));
		assertThat(store.prune()).isEqualTo(1);
		assertThat(store.latestChange()).isEqualTo(2);
		store.put("a", "json", new byte[] { 2 });
		assertThat(store.latestChange()).isEqualTo(3);
	}

	@Test
	void putWhenLogIsFullPrunesByItself() {
		SqliteListenStore store = open(100);
		for (int i = 0; i < 600; i++) {
			store.put("k", "json", new byte[] { (byte) i, (byte) (i >> 8) });
		}
		assertThat(store.prune()).isLessThanOrEqualTo(256);
		ListenStore.Page page = store.read(List.of("*"), at(500));
		assertThat(page.changes()).hasSize(100);
		assertThat(page.coalesced()).isFalse();
		assertThat(page.more()).isFalse();
		assertThat(store.read(List.of("*"), at(499)).coalesced()).isTrue();
	}

	@Test
	void readWhenMoreThanAPageGoesOnWhereItEnded() {
		SqliteListenStore store = open();
		for (int i = 0; i < 300; i++) {
			store.put("k" + i, "json", VALUE);
		}
		ListenStore.Page first = store.read(List.of("*"), at(0));
		ListenStore.Page second = store.read(List.of("*"), at(first.upTo()));
		assertThat(first.more()).isTrue();
		assertThat(second.more()).isFalse();
		assertThat(first.changes().size() + second.changes().size()).isEqualTo(300);
		assertThat(second.upTo()).isEqualTo(300);
		assertThat(store.read(List.of("none"), at(0)).upTo()).isEqualTo(300);
	}

	@Test
	void removedValueWhenAListenerIsBehindIsRemembered() {
		SqliteListenStore store = open(1);
		store.declare("behind", false);
		store.put("k", "json", VALUE);
		store.remove("k");
		store.put("other", "json", VALUE);
		store.prune();
		assertThat(store.read(List.of("*"), at(0)).changes()).singleElement()
			.satisfies((change) -> assertThat(change.codec()).isNull());
		store.acquire("behind", false, OWNER);
		store.save("behind", 1, new ListenStore.Progress(3, List.of(), List.of()));
		store.prune();
		assertThat(store.read(List.of("k"), at(0)).changes()).isEmpty();
		assertThat(store.put("k", "json", VALUE)).as("never below a version it had").isEqualTo(3);
	}

	@Test
	void putWhenCodecDiffersIsAChange() {
		SqliteListenStore store = open();
		assertThat(store.put("k", "json", VALUE)).isEqualTo(1);
		assertThat(store.put("k", "bytes", VALUE)).isEqualTo(2);
		assertThat(store.put("k", "bytes", VALUE)).isEqualTo(2);
	}

	@Test
	void cursorWhenHeldKeysWereSavedBringsThemBack() {
		SqliteListenStore store = open();
		ListenStore.HeldKey one = new ListenStore.HeldKey("one", 3, 2, true, "why");
		ListenStore.HeldKey two = new ListenStore.HeldKey("two", 4, 1, false, "");
		store.acquire("l", false, OWNER);
		store.save("l", 1, new ListenStore.Progress(7, List.of(one, two), List.of()));
		store.save("l", 1, new ListenStore.Progress(8, List.of(), List.of("two")));
		store.release("l", 1);
		assertThat(store.acquire("l", false, OWNER)).contains(new ListenStore.Cursor(8, 0, List.of(one)));
	}

	@Test
	void closeWhenLastLeavesNoWriteAheadLog() {
		SqliteListenStore store = open();
		store.put("k", "json", VALUE);
		assertThat(store.keys()).containsExactly("k");
		store.close();
		assertThat(this.directory.resolve("listen.db-wal")).doesNotExist();
	}

	@Test
	void openWhenFileIsDamagedSetsItAside() throws IOException {
		open().put("k", "json", VALUE);
		close();
		damage();
		SqliteListenStore store = open();
		assertThat(store.keys()).isEmpty();
		assertThat(store.put("k", "json", VALUE)).isEqualTo(1);
		try (Stream<Path> files = Files.list(this.directory)) {
			assertThat(files.map((file) -> file.getFileName().toString()))
				.anyMatch((name) -> name.startsWith("listen.db.damaged-"));
		}
	}

	@Test
	void openWhenFileIsNoDatabaseSetsItAside() throws IOException {
		Files.writeString(this.directory.resolve("listen.db"), "no database at all".repeat(1000));
		assertThat(open().keys()).isEmpty();
	}

	@Test
	void openWhenPageIsDamagedSetsItAside() throws IOException {
		SqliteListenStore store = open();
		for (int i = 0; i < 200; i++) {
			store.put("key-" + i, "json", new byte[500]);
		}
		close();
		byte[] bytes = Files.readAllBytes(this.directory.resolve("listen.db"));
		for (int page = 12; page < 30; page++) {
			java.util.Arrays.fill(bytes, page * 4096, page * 4096 + 2000, (byte) 0x5a);
		}
		Files.write(this.directory.resolve("listen.db"), bytes);
		assertThat(open().keys()).isEmpty();
	}

	@Test
	void openWhenFileIsNewerIsRefused() throws Exception {
		open();
		close();
		try (var connection = SqliteConnections.openWriter(this.directory.resolve("listen.db"))) {
			SqliteConnections.execute(connection, "PRAGMA user_version = 9");
		}
		assertThatExceptionOfType(StoreUnavailableException.class).isThrownBy(this::open)
			.withMessageContaining("schema version 9");
	}

	@Test
	void openWhenOthersHaveItOpenIsPossible() {
		SqliteListenStore first = open();
		SqliteListenStore second = open();
		first.put("k", "json", VALUE);
		assertThat(second.find("k")).isPresent();
		assertThat(second.put("k", "json", VALUE)).isEqualTo(1);
	}

	private void damage() throws IOException {
		byte[] bytes = Files.readAllBytes(this.directory.resolve("listen.db"));
		java.util.Arrays.fill(bytes, 0, 100, (byte) 0x5a);
		Files.write(this.directory.resolve("listen.db"), bytes);
	}

	@Test
	void probeWhenNothingElseChangesIsWritten() throws Exception {
		SqliteListenSettings settings = new SqliteListenSettings(this.directory,
				new WriterSettings(true, 1000, Duration.ofSeconds(1), Duration.ofSeconds(1), QueueRecorder.NONE),
				Duration.ofHours(1), 1000, this.now::get);
		try (ListenFile file = ListenFile.open(settings);
				ListenSession session = new ListenSession(file.connection(), new ReaderGate(), file.path(),
						new Quarantine(-1, "listen data"), settings)) {
			session.probe();
			long before = Files.size(QueueFiles.wal(file.path()));
			session.probe();
			assertThat(Files.size(QueueFiles.wal(file.path()))).as("what is not written is not synced")
				.isGreaterThan(before);
		}
	}

}
