package io.github.queuesqlite.benchmark.measure;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Runs a program of this class path in a JVM of its own. */
public final class ChildJvm {

	private static final long TERMINATION_SECONDS = 10;

	private ChildJvm() {
	}

	/**
	 * Runs a program to its end, or ends it.
	 * @param main its class
	 * @param arguments its arguments
	 * @param patience how long it may take; then it is told to end, and killed if it does
	 * not
	 * @param jvmArguments options of the JVM
	 * @return what it printed, errors included
	 * @throws IllegalStateException if it failed by itself
	 */
	public static Output run(Class<?> main, List<String> arguments, Duration patience, String... jvmArguments)
			throws IOException, InterruptedException {
		Process process = start(main, arguments, jvmArguments);
		CompletableFuture<String> text = CompletableFuture.supplyAsync(() -> read(process));
		boolean ended = process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS);
		if (!ended) {
			end(process);
		}
		Output output = new Output(text.join(), ended);
		if (ended && process.exitValue() != 0) {
			throw new IllegalStateException("%s %s ended with %d:%n%s".formatted(main.getSimpleName(), arguments,
					process.exitValue(), output.text()));
		}
		return output;
	}

	/**
	 * Starts a program and does not wait for it.
	 * @param main its class
	 * @param arguments its arguments
	 * @param jvmArguments options of the JVM
	 * @return the process, its errors among its output
	 */
	public static Process start(Class<?> main, List<String> arguments, String... jvmArguments) throws IOException {
		List<String> command = new ArrayList<>();
		command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
		command.add("--enable-native-access=ALL-UNNAMED");
		command.addAll(List.of(jvmArguments));
		command.addAll(List.of("-classpath", System.getProperty("java.class.path"), main.getName()));
		command.addAll(arguments);
		return new ProcessBuilder(command).redirectErrorStream(true).start();
	}

	private static String read(Process process) {
		try {
			return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/** Politely first: what it started itself ends with it then. */
	private static void end(Process process) throws InterruptedException {
		process.destroy();
		if (!process.waitFor(TERMINATION_SECONDS, TimeUnit.SECONDS)) {
			process.destroyForcibly().waitFor();
		}
	}

	/**
	 * What a program printed.
	 *
	 * @param text its lines
	 * @param ended whether it came to its end by itself
	 */
	public record Output(String text, boolean ended) {

	}

}
