package io.github.queuesqlite.reliability.foreign;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The {@code sqlite3} shell on one file: another SQLite, of another version, in another
 * process.
 */
final class Shell implements AutoCloseable {

	private static final String PROGRAM = "sqlite3";

	/** However slow the machine is. */
	private static final long PATIENCE_SECONDS = 120;

	private final Process process;

	private final OutputStream in;

	private Shell(Process process) {
		this.process = process;
		this.in = process.getOutputStream();
	}

	/** Returns the version of the shell; empty where there is none. */
	static String version() throws IOException, InterruptedException {
		try {
			Process process = new ProcessBuilder(PROGRAM, "-version").start();
			String text = output(process);
			return (process.waitFor() == 0) ? text.split(" ", 2)[0] : "";
		}
		catch (IOException ex) {
			return "";
		}
	}

	/**
	 * Runs commands to their end.
	 * @param file the file
	 * @param commands statements and commands of the shell
	 * @return what it says, errors included
	 */
	static String run(Path file, String... commands) throws IOException, InterruptedException {
		List<String> command = new ArrayList<>(List.of(PROGRAM, "-batch", "-cmd", ".timeout 20000", file.toString()));
		command.addAll(Arrays.asList(commands));
		Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
		process.getOutputStream().close();
		String text = output(process);
		process.waitFor();
		return text;
	}

	private static String output(Process process) throws IOException {
		return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
	}

	/** Opens a file and goes on to take commands. */
	static Shell open(Path file) throws IOException {
		Shell shell = new Shell(
				new ProcessBuilder(PROGRAM, "-batch", "-bail", file.toString()).redirectErrorStream(true).start());
		shell.say(".timeout 20000");
		return shell;
	}

	private void say(String command) throws IOException {
		this.in.write((command + "\n").getBytes(StandardCharsets.UTF_8));
		this.in.flush();
	}

	/**
	 * Runs a command and waits for its end.
	 * @throws IOException if it fails
	 */
	void run(String command) throws IOException {
		say(command);
		// What the shell says itself waits in its buffer; its children write at once.
		say(".shell echo done");
		StringBuilder said = new StringBuilder();
		InputStream out = this.process.getInputStream();
		while (!said.toString().endsWith("done\n")) {
			int next = out.read();
			if (next < 0) {
				throw new IOException("The sqlite3 shell ended at '" + command + "': " + said);
			}
			said.append((char) next);
		}
	}

	/** Ends it, whatever it holds. */
	@Override
	public void close() throws IOException {
		try {
			this.in.close();
			if (!this.process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
				throw new IOException("The sqlite3 shell does not end");
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		finally {
			this.process.destroyForcibly();
		}
	}

}
