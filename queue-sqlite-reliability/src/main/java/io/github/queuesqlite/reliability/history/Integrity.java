package io.github.queuesqlite.reliability.history;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** Lets SQLite check each database file of a directory that no process uses. */
public final class Integrity {

	private Integrity() {
	}

	/**
	 * Checks the files, at any depth. What their write-ahead logs hold is taken into
	 * account, and with it into the files.
	 * @param directory which
	 * @return a line for each finding; empty when all is well
	 */
	public static List<String> check(Path directory) throws IOException {
		List<String> findings = new ArrayList<>();
		try (Stream<Path> files = Files.walk(directory)) {
			for (Path file : files.filter((path) -> path.toString().endsWith(".db")).sorted().toList()) {
				check(file, findings);
			}
		}
		return findings;
	}

	/**
	 * Checks the files but for those of some shards.
	 * @param directory which
	 * @param out shards that are out of use: nothing is said of them
	 * @return a line for each finding; empty when all is well
	 */
	public static List<String> check(Path directory, Set<Integer> out) throws IOException {
		return check(directory).stream()
			.filter((finding) -> out.stream().noneMatch((shard) -> finding.contains("queue_shard_" + shard + ".db")))
			.toList();
	}

	/**
	 * Checks a copy, so that the files stay as they are.
	 * @param directory which; no process uses it; need not exist
	 * @param copy where to; must not exist, is left for the caller to delete
	 * @return a line for each finding; empty when all is well
	 */
	public static List<String> checkCopy(Path directory, Path copy) throws IOException {
		if (!Files.exists(directory)) {
			return List.of();
		}
		try (Stream<Path> files = Files.walk(directory)) {
			for (Path file : files.toList()) {
				Path target = copy.resolve(directory.relativize(file).toString());
				// Rebuilt by SQLite from the log.
				if (!file.toString().endsWith("-shm")) {
					Files.copy(file, target);
				}
			}
		}
		return check(copy);
	}

	private static void check(Path file, List<String> findings) {
		try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
				Statement statement = connection.createStatement();
				ResultSet rows = statement.executeQuery("PRAGMA integrity_check")) {
			while (rows.next()) {
				if (!rows.getString(1).equals("ok")) {
					findings.add("integrity_check of " + file + ": expected ok, found " + rows.getString(1));
				}
			}
		}
		catch (SQLException ex) {
			findings.add("integrity_check of " + file + ": expected ok, found " + ex.getMessage());
		}
	}

}
