package io.github.queuesqlite.store.sqlite;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import io.github.queuesqlite.message.StoreUnavailableException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNoException;

/** What stops a start, each with one line that says what to do. */
class StartUpRefusalTests {

	@TempDir
	Path directory;

	private void assertRefused(String... parts) {
		assertThatExceptionOfType(StoreUnavailableException.class)
			.isThrownBy(() -> TestStore.open(this.directory, null).close())
			.satisfies((ex) -> assertThat(ex.getMessage()).contains(parts).doesNotContain("\n"));
	}

	private Path shard(int number) {
		return this.directory.resolve("queue_shard_" + number + ".db");
	}

	private void create(int shards) {
		TestStore.open(this.directory, shards).close();
	}

	@ParameterizedTest
	@ValueSource(strings = { "queue_shard_0.db", "control.db" })
	void openWhenFileIsNotSqliteRefuses(String name) throws IOException {
		create(1);
		Files.write(this.directory.resolve(name), "This is a letter, not a database. ".repeat(200).getBytes());
		assertRefused(name, "not a database");
	}

	@ParameterizedTest
	@ValueSource(strings = { "queue_shard_0.db", "control.db" })
	void openWhenSchemaIsNewerRefusesNamingBothVersions(String name) throws SQLException {
		create(1);
		TestStore.sql(this.directory.resolve(name), "PRAGMA user_version = 9999");
		assertRefused(name, "9999", "newer version");
	}

	@Test
	void openWhenFileIsAnotherProgramsDatabaseRefuses() throws SQLException {
		TestStore.sql(shard(0), "CREATE TABLE customer (id INTEGER PRIMARY KEY)");
		assertThatExceptionOfType(StoreUnavailableException.class)
			.isThrownBy(() -> TestStore.open(this.directory, 1).close())
			.withMessageContaining("another program");
		assertThat(TestStore.sql(shard(0), "SELECT count(*) FROM sqlite_schema")).isEqualTo("1");
	}

	@Test
	void openWhenLayoutIsUnknownRefuses() throws SQLException {
		create(2);
		TestStore.sql(this.directory.resolve("control.db"), "UPDATE control SET layout = '{\"rings\": 3}'");
		assertRefused("layout", "rings");
	}

	@Test
	void openWhenShardFilesAreSwappedRefuses() throws IOException {
		create(2);
		Path aside = this.directory.resolve("aside");
		Files.move(shard(0), aside);
		Files.move(shard(1), shard(0));
		Files.move(aside, shard(1));
		assertRefused("queue_shard_0.db", "is shard 1");
	}

	@Test
	void openWhenShardFileIsMissingRefuses() throws IOException {
		create(2);
		Files.delete(shard(1));
		assertRefused("queue_shard_1.db", "missing");
		assertThat(shard(1)).doesNotExist();
	}

	/** What a power cut leaves of the very first start. */
	@Test
	void openWhenShardFileHasNoTablesYetAddsThem() throws IOException, SQLException {
		create(1);
		Files.delete(shard(0));
		SqliteConnections.openWriter(shard(0)).close();
		assertThat(QueueFiles.size(shard(0))).isEqualTo(4096);
		try (TestStore queue = TestStore.open(this.directory, 1)) {
			assertThat(queue.store.find(queue.insert(10))).isPresent();
		}
	}

	/**
	 * As above, a moment earlier: the first write of the file, whose journal is whole.
	 */
	@Test
	void openWhenFirstWriteOfShardFileWasCutOffBeginsItAnew() throws IOException, SQLException {
		create(1);
		Files.delete(shard(0));
		Path other = this.directory.resolve("other.db");
		try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + other);
				Statement statement = connection.createStatement()) {
			statement.execute("PRAGMA cache_size = 1");
			statement.execute("BEGIN");
			statement.execute("CREATE TABLE filler AS WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n "
					+ "WHERE i < 100) SELECT i, randomblob(4000) FROM n");
			assertThat(QueueFiles.size(other)).isGreaterThan(4096);
			Files.write(shard(0), Arrays.copyOf(Files.readAllBytes(other), 3584));
			Files.copy(QueueFiles.journal(other), QueueFiles.journal(shard(0)));
		}
		try (TestStore queue = TestStore.open(this.directory, 1)) {
			assertThat(queue.store.find(queue.insert(10))).isPresent();
		}
	}

	@Test
	void openWhenControlFileIsMissingRebuildsIt() throws IOException {
		long id;
		long epoch;
		try (TestStore queue = TestStore.open(this.directory, 3)) {
			id = queue.insert(10);
			epoch = queue.instance.epoch();
		}
		Files.delete(this.directory.resolve("control.db"));
		try (TestStore queue = TestStore.open(this.directory, null)) {
			assertThat(queue.store.shardStats()).hasSize(3);
			assertThat(queue.store.find(id)).isPresent();
			assertThat(queue.instance.epoch()).isGreaterThan(epoch);
		}
	}

	@Test
	void openWhenDirectoryIsAFileRefuses() throws IOException {
		Path file = Files.writeString(this.directory.resolve("file"), "x");
		assertThatExceptionOfType(StoreUnavailableException.class).isThrownBy(() -> TestStore.open(file, 1).close())
			.withMessageContaining(file.toString());
		assertThatExceptionOfType(StoreUnavailableException.class)
			.isThrownBy(() -> TestStore.open(file.resolve("below"), 1).close())
			.withMessageContaining(file.toString());
	}

	@Test
	@EnabledOnOs(OS.LINUX)
	void openWhenDirectoryCannotBeWrittenRefuses() {
		assertThatExceptionOfType(StoreUnavailableException.class)
			.isThrownBy(() -> TestStore.open(Path.of("/proc/queue"), 1).close())
			.withMessageContainingAll("/proc/queue", "queue.sqlite.directory");
	}

	@Test
	void openWhenOpenInAnotherClassLoaderRefusesUntilItIsClosed() throws Exception {
		List<URL> urls = new ArrayList<>();
		for (String entry : System.getProperty("java.class.path").split(java.io.File.pathSeparator)) {
			urls.add(Path.of(entry).toUri().toURL());
		}
		try (URLClassLoader other = new URLClassLoader(urls.toArray(URL[]::new),
				ClassLoader.getPlatformClassLoader())) {
			Method open = Class.forName(TestStore.class.getName(), true, other)
				.getDeclaredMethod("open", Path.class, Integer.class);
			open.setAccessible(true);
			try (TestStore queue = TestStore.open(this.directory, 1)) {
				queue.insert(10);
				assertThatExceptionOfType(InvocationTargetException.class)
					.isThrownBy(() -> open.invoke(null, this.directory, 1))
					.satisfies((ex) -> assertThat(ex.getCause().toString()).contains("StoreUnavailableException",
							"another class loader"));
				queue.insert(10);
			}
			assertThat(TestStore.sql(shard(0), "SELECT count(*) FROM message")).isEqualTo("2");
			Object second = open.invoke(null, this.directory, 1);
			assertRefused("another class loader");
			Method close = second.getClass().getDeclaredMethod("close");
			close.setAccessible(true);
			close.invoke(second);
		}
		assertThatNoException().isThrownBy(() -> TestStore.open(this.directory, 1).close());
	}

	@Test
	void openWhenSeveralStoresShareADirectoryGivesEachItsEpoch() {
		try (TestStore first = TestStore.open(this.directory, 2);
				TestStore second = TestStore.open(this.directory.resolve("..").resolve(this.directory.getFileName()),
						2)) {
			assertThat(second.instance.epoch()).isNotEqualTo(first.instance.epoch());
			long id = first.insert(10);
			assertThat(second.store.find(id)).isPresent();
			first.close();
			assertThat(second.claim(1)).hasSize(1);
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "nfs", "nfs4", "cifs", "SMB3", "fuse.sshfs", "9p" })
	void isNetworkWhenFileSystemIsRemoteIsTrue(String type) {
		assertThat(QueueFiles.isNetwork(type)).isTrue();
	}

	@ParameterizedTest
	@ValueSource(strings = { "ext4", "xfs", "btrfs", "apfs", "NTFS", "overlay", "tmpfs", "zfs" })
	void isNetworkWhenFileSystemIsLocalIsFalse(String type) {
		assertThat(QueueFiles.isNetwork(type)).isFalse();
	}

	@ParameterizedTest
	@ValueSource(strings = { "3.51.2", "3.50.9", "2.99.99", "3.7" })
	void isOlderWhenSqliteCanDamageFilesIsTrue(String version) {
		assertThat(SqliteLibrary.isOlder(version)).isTrue();
	}

	@ParameterizedTest
	@ValueSource(strings = { "3.51.3", "3.54.1", "3.100.0", "4.0.0" })
	void isOlderWhenSqliteIsSoundIsFalse(String version) {
		assertThat(SqliteLibrary.isOlder(version)).isFalse();
	}

}
