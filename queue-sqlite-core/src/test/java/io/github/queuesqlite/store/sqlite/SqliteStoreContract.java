package io.github.queuesqlite.store.sqlite;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.stream.Stream;

import io.github.queuesqlite.event.QueueRecorder;
import io.github.queuesqlite.store.MessageStore;
import io.github.queuesqlite.store.MessageStoreContract;
import io.github.queuesqlite.store.Retention;
import io.github.queuesqlite.store.WriterSettings;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.util.FileSystemUtils;

import static org.assertj.core.api.Assertions.assertThat;

/** The conformance suite on SQLite files, which must be sound after each test. */
abstract class SqliteStoreContract extends MessageStoreContract {

	private final int shards;

	/** A new directory is made once and copied, so that not each test migrates. */
	@TempDir
	private static Path templates;

	@TempDir
	private Path directory;

	SqliteStoreContract(int shards) {
		this.shards = shards;
	}

	@Override
	protected MessageStore open(Settings settings) {
		return open(this.directory, settings);
	}

	private MessageStore open(Path directory, Settings settings) {
		WriterSettings writer = new WriterSettings(true, settings.maxPending(), settings.blockTimeout(),
				Duration.ofSeconds(1), QueueRecorder.NONE);
		return SqliteStores.open(new SqliteStoreSettings(directory, this.shards, writer, settings.retention(),
				256L * 1024 * 1024, settings.clock()));
	}

	@BeforeEach
	void copyTemplate() throws IOException {
		Path template = templates.resolve("shards-" + this.shards);
		if (Files.notExists(template)) {
			open(template, new Settings(InstantSource.system(), Retention.DEFAULT, 100, Duration.ofSeconds(1))).close();
		}
		FileSystemUtils.copyRecursively(template, this.directory);
	}

	@AfterEach
	void checkFiles() throws IOException, SQLException {
		List<Path> files;
		try (Stream<Path> found = Files.list(this.directory)) {
			files = found.filter((file) -> file.toString().endsWith(".db")).toList();
		}
		for (Path file : files) {
			try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
					Statement statement = connection.createStatement();
					ResultSet row = statement.executeQuery("PRAGMA integrity_check")) {
				row.next();
				assertThat(row.getString(1)).as(file.toString()).isEqualTo("ok");
			}
		}
	}

}
