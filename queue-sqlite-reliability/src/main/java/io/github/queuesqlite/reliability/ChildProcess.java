package io.github.queuesqlite.reliability;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;

/**
 * A JVM that this one starts, kills, stops and continues. It says on its standard output
 * what it has come to, one line each.
 * <p>
 * <b>Threads:</b> any; lines go to one reader.
 */
public final class ChildProcess implements AutoCloseable {

	private final Process process;

	private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();

	/** Whether we have ended it. */
	private volatile boolean ended;

	private ChildProcess(Process process) {
		this.process = process;
		Thread reader = new Thread(this::readLines, "child-" + process.pid());
		reader.setDaemon(true);
		reader.start();
	}

	/**
	 * Starts a main class with this JVM's class path.
	 * @param main the class
	 * @param environment variables to add
	 * @param jvmArguments for instance {@code -Xmx64m}
	 * @param args of the class
	 * @return the running process
	 * @throws IOException if it cannot be started
	 */
	public static ChildProcess start(Class<?> main, Map<String, String> environment, List<String> jvmArguments,
			List<String> args) throws IOException {
		return start(System.getProperty("java.class.path"), main, environment, jvmArguments, args);
	}

	/**
	 * Starts a main class.
	 * @param classPath of the JVM
	 * @param main the class
	 * @param environment variables to add
	 * @param jvmArguments for instance {@code -Xmx64m}
	 * @param args of the class
	 * @return the running process
	 * @throws IOException if it cannot be started
	 */
	public static ChildProcess start(String classPath, Class<?> main, Map<String, String> environment,
			List<String> jvmArguments, List<String> args) throws IOException {
		List<String> command = new ArrayList<>();
		command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
		// A child lives for a second or two: quick to start rather than quick at last.
		command.addAll(List.of("--enable-native-access=ALL-UNNAMED", "-Xmx192m", "-XX:TieredStopAtLevel=1",
				"-XX:+UseSerialGC", "-XX:-UsePerfData", "-Djava.io.tmpdir=" + System.getProperty("java.io.tmpdir")));
		command.addAll(jvmArguments);
		command.addAll(List.of("-classpath", classPath, main.getName()));
		command.addAll(args);
		ProcessBuilder builder = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
		builder.environment().putAll(environment);
		return new ChildProcess(builder.start());
	}

	private void readLines() {
		try (BufferedReader reader = new BufferedReader(
				new InputStreamReader(this.process.getInputStream(), StandardCharsets.UTF_8))) {
			String line;
			while ((line = reader.readLine()) != null) {
				this.lines.add(line);
			}
		}
		catch (IOException ex) {
			// Its output ends with it, also in the middle of a line.
			if (!this.ended) {
				throw new UncheckedIOException(ex);
			}
		}
	}

	/**
	 * Waits for the next line.
	 * @param seconds how long at most
	 * @return the line; null when there was none in time
	 */
	public @Nullable String nextLine(long seconds) throws InterruptedException {
		return this.lines.poll(seconds, TimeUnit.SECONDS);
	}

	/**
	 * Waits for a line that begins with the word, and drops those before it.
	 * @param word the beginning
	 * @param seconds how long at most for each line
	 * @return the line
	 * @throws IllegalStateException if it does not come
	 */
	public String await(String word, long seconds) throws InterruptedException {
		while (true) {
			String line = nextLine(seconds);
			if (line == null) {
				throw new IllegalStateException("Process " + pid() + " did not say '" + word + "' within " + seconds
						+ " s; " + (isAlive() ? "it still runs" : "it ended with " + this.process.exitValue()));
			}
			if (line.startsWith(word)) {
				return line;
			}
		}
	}

	/**
	 * Returns the process id.
	 * @return the number
	 */
	public long pid() {
		return this.process.pid();
	}

	/**
	 * Returns whether it runs.
	 * @return false after its end
	 */
	public boolean isAlive() {
		return this.process.isAlive();
	}

	/** Kills it with SIGKILL and waits until it is gone. */
	public void kill() throws InterruptedException {
		this.ended = true;
		this.process.destroyForcibly();
		this.process.waitFor();
	}

	/** Asks it to end with SIGTERM. */
	public void terminate() {
		// Not by the process itself: that closes the streams, and children end without
		// their parent.
		this.process.toHandle().destroy();
	}

	/**
	 * Sends a signal by the system's {@code kill}.
	 * @param name for instance {@code STOP} or {@code CONT}
	 */
	public void signal(String name) throws IOException, InterruptedException {
		int code = new ProcessBuilder("kill", "-" + name, Long.toString(pid())).inheritIO().start().waitFor();
		if (code != 0) {
			throw new IOException("kill -" + name + " " + pid() + " ended with " + code);
		}
	}

	/**
	 * Waits for its end.
	 * @param seconds how long at most
	 * @return its exit code
	 * @throws IllegalStateException if it does not end
	 */
	public int waitFor(long seconds) throws InterruptedException {
		if (!this.process.waitFor(seconds, TimeUnit.SECONDS)) {
			throw new IllegalStateException("Process " + pid() + " did not end within " + seconds + " s");
		}
		return this.process.exitValue();
	}

	/** Kills it if it still runs. */
	@Override
	public void close() {
		this.ended = true;
		this.process.destroyForcibly();
	}

}
