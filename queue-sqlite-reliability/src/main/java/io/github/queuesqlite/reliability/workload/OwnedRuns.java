package io.github.queuesqlite.reliability.workload;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.reliability.history.Event;

/** What a process has claimed, as the files say that it works on. */
final class OwnedRuns {

	/** An instance is named by host and process id. */
	private static final String OWNED = """
			SELECT message.id, message.run FROM message JOIN instance ON instance.epoch = message.owner
			WHERE message.state = 30 AND instance.name LIKE '%:' || ?1""";

	private OwnedRuns() {
	}

	static List<Event.Claim> of(Path directory, long pid) throws IOException, SQLException {
		List<Event.Claim> owned = new ArrayList<>();
		try (Stream<Path> files = Files.walk(directory)) {
			for (Path file : files.filter((path) -> path.getFileName().toString().matches("queue_shard_\\d+\\.db"))
				.toList()) {
				read(file, pid, owned);
			}
		}
		return owned;
	}

	private static void read(Path file, long pid, List<Event.Claim> owned) throws SQLException {
		try (Connection connection = DriverManager.getConnection("jdbc:sqlite:file:" + file + "?mode=ro");
				PreparedStatement statement = connection.prepareStatement(OWNED)) {
			statement.setLong(1, pid);
			try (ResultSet rows = statement.executeQuery()) {
				while (rows.next()) {
					owned.add(new Event.Claim(new MessageId(rows.getLong(1)), rows.getLong(2)));
				}
			}
		}
	}

}
