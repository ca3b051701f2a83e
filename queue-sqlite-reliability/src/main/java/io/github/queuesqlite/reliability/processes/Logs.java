package io.github.queuesqlite.reliability.processes;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import io.github.queuesqlite.reliability.Outcome;

/** What processes log: above the store nobody may ever hear of a locked file. */
final class Logs {

	private static final Pattern LOCKED = Pattern.compile("SQLITE_BUSY|SQLITE_LOCKED|database is locked");

	private static final String CONFIGURATION = "io/github/queuesqlite/reliability/processes/warnings.xml";

	private final Path directory;

	private final String run;

	/**
	 * Prepares logs.
	 * @param directory where they are written
	 * @param run what is needed to see it again
	 */
	Logs(Path directory, String run) {
		this.directory = directory;
		this.run = run;
	}

	/** The arguments of the JVM of a process, which make it log its warnings. */
	String[] arguments(String process) {
		return new String[] { "-Dlogback.configurationFile=" + CONFIGURATION,
				"-Dcampaign.log=" + this.directory.resolve(process + ".log") };
	}

	/** Looks for locked files. */
	void search(Outcome outcome) throws IOException {
		try (Stream<Path> files = Files.list(this.directory)) {
			for (Path file : files.toList()) {
				List<String> lines = Files.readAllLines(file);
				outcome.count("log lines searched", lines.size());
				lines.stream()
					.filter((line) -> LOCKED.matcher(line).find())
					.findFirst()
					.ifPresent((line) -> outcome.violation("Expected that no process hears of a locked file, found in "
							+ file.getFileName() + " (" + this.run + "): " + line));
			}
		}
	}

}
