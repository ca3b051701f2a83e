package io.github.queuesqlite.reliability.disk;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * The library that is preloaded into child processes, compiled by the machine's C
 * compiler.
 *
 * @param file the shared object
 */
public record DiskLibrary(Path file) {

	/** What a layer counts when there is none. */
	public static final String SKIPPED = "skipped: no C compiler, or not Linux";

	/**
	 * Compiles the library.
	 * @param directory where it is put
	 * @return empty when the machine is not Linux or has no {@code cc}
	 * @throws IOException if there is a compiler and it fails
	 */
	public static Optional<DiskLibrary> compile(Path directory) throws IOException, InterruptedException {
		if (!System.getProperty("os.name").toLowerCase(Locale.ROOT).equals("linux") || !hasCompiler()) {
			return Optional.empty();
		}
		Path source = directory.resolve("disk.c");
		Path library = directory.resolve("disk.so");
		try (InputStream in = Objects.requireNonNull(DiskLibrary.class.getResourceAsStream("disk.c"))) {
			Files.copy(in, source, StandardCopyOption.REPLACE_EXISTING);
		}
		Process compiler = new ProcessBuilder("cc", "-std=gnu11", "-O2", "-shared", "-fPIC", "-o", library.toString(),
				source.toString(), "-ldl", "-lpthread")
			.redirectErrorStream(true)
			.start();
		String said = new String(compiler.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
		if (compiler.waitFor() != 0) {
			throw new IOException("cc cannot compile " + source + ": " + said);
		}
		return Optional.of(new DiskLibrary(library));
	}

	private static boolean hasCompiler() throws InterruptedException {
		try {
			return new ProcessBuilder("cc", "--version").redirectErrorStream(true)
				.redirectOutput(ProcessBuilder.Redirect.DISCARD)
				.start()
				.waitFor() == 0;
		}
		catch (IOException ex) {
			return false;
		}
	}

	/**
	 * Returns the environment of a child whose changes are recorded.
	 * @param directory canonical; what is below is recorded
	 * @param trace the file that the record is appended to, not below the directory
	 * @return variables
	 */
	public Map<String, String> recording(Path directory, Path trace) {
		return Map.of("LD_PRELOAD", this.file.toString(), "QUEUE_DISK_DIRECTORY", directory.toString(),
				"QUEUE_DISK_TRACE", trace.toString());
	}

	/**
	 * Returns the environment of a child whose calls can be made to fail.
	 * @param directory canonical; calls on files below can fail
	 * @param control the file of {@link FaultControl}
	 * @return variables
	 */
	public Map<String, String> failing(Path directory, Path control) {
		return Map.of("LD_PRELOAD", this.file.toString(), "QUEUE_DISK_DIRECTORY", directory.toString(),
				"QUEUE_DISK_FAULTS", control.toString());
	}

}
