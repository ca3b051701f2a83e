package io.github.queuesqlite.benchmark;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * Where the figures were taken.
 *
 * @param cpu the model
 * @param cores cores that the JVM may use
 * @param memoryGb memory of the machine
 * @param system operating system and version
 * @param fileSystem type of the file system of the files
 * @param java version of the JVM
 * @param sqlite version of SQLite
 * @param load one-minute load average before the first measurement: what else was busy
 */
record Machine(String cpu, int cores, long memoryGb, String system, String fileSystem, String java, String sqlite,
		double load) {

	static Machine describe(Path directory) throws IOException, SQLException {
		return new Machine(line("/proc/cpuinfo", "model name"), Runtime.getRuntime().availableProcessors(),
				memoryInGb(), System.getProperty("os.name") + " " + System.getProperty("os.version"),
				Files.getFileStore(directory).type(),
				System.getProperty("java.vm.name") + " " + System.getProperty("java.runtime.version"), sqliteVersion(),
				ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage());
	}

	private static long memoryInGb() throws IOException {
		String text = line("/proc/meminfo", "MemTotal").replaceAll("\\D", "");
		return text.isEmpty() ? 0 : Math.round(Long.parseLong(text) / 1048576.0);
	}

	private static String line(String file, String name) throws IOException {
		Path path = Path.of(file);
		if (!Files.isReadable(path)) {
			return System.getProperty("os.arch");
		}
		return Files.readString(path)
			.lines()
			.filter((line) -> line.startsWith(name))
			.map((line) -> line.substring(line.indexOf(':') + 1).trim())
			.findFirst()
			.orElse(System.getProperty("os.arch"));
	}

	private static String sqliteVersion() throws SQLException {
		try (Connection connection = DriverManager.getConnection("jdbc:sqlite::memory:");
				Statement statement = connection.createStatement();
				ResultSet row = statement.executeQuery("SELECT sqlite_version()")) {
			row.next();
			return row.getString(1);
		}
	}

}
