package io.github.queuesqlite.reliability.foreign;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Makes copies of a directory while it is in use. */
enum Backups {

	/** File after file, as it is found: what nobody should do, and many do. */
	COPY("copies by cp", false) {

		@Override
		void make(Path directory, Path target) throws IOException, InterruptedException {
			Files.createDirectories(target);
			// What vanishes while it is copied makes it end with an error.
			new ProcessBuilder("cp", "-a", directory + "/.", target.toString())
				.redirectOutput(ProcessBuilder.Redirect.DISCARD)
				.redirectError(ProcessBuilder.Redirect.DISCARD)
				.start()
				.waitFor();
			if (Files.notExists(target.resolve("control.db"))) {
				throw new IOException("cp has not copied " + directory);
			}
		}

	},

	BACKUP("backups by .backup", true) {

		@Override
		void make(Path directory, Path target) throws IOException, InterruptedException {
			each(directory, target, ".backup '%s'");
		}

	},

	VACUUM_INTO("backups by VACUUM INTO", true) {

		@Override
		void make(Path directory, Path target) throws IOException, InterruptedException {
			each(directory, target, "VACUUM INTO '%s'");
		}

	};

	private final String counted;

	private final boolean sound;

	Backups(String counted, boolean sound) {
		this.counted = counted;
		this.sound = sound;
	}

	/** Returns what to count each as. */
	String counted() {
		return this.counted;
	}

	/** Returns whether the copy holds all that was accepted before it began. */
	boolean isSound() {
		return this.sound;
	}

	/**
	 * Makes a copy.
	 * @param directory of one queue
	 * @param target does not exist
	 */
	abstract void make(Path directory, Path target) throws IOException, InterruptedException;

	private static void each(Path directory, Path target, String command) throws IOException, InterruptedException {
		Files.createDirectories(target);
		List<Path> files;
		try (Stream<Path> list = Files.list(directory)) {
			files = list.filter((path) -> path.toString().endsWith(".db")).toList();
		}
		for (Path file : files) {
			String said = Shell.run(file, command.formatted(target.resolve(file.getFileName())));
			if (!said.isEmpty()) {
				throw new IOException("The sqlite3 shell could not save " + file + ": " + said);
			}
		}
	}

}
