package io.github.queuesqlite.reliability.history;

import java.io.FileOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;

import tools.jackson.databind.json.JsonMapper;

/**
 * Writes the history of one process: a line of JSON for each event, each by one
 * unbuffered write, so that it survives the kill of the process, though not of the
 * machine.
 * <p>
 * <b>Threads:</b> any, also interrupted ones.
 */
public final class HistoryLog implements AutoCloseable {

	static final String SUFFIX = ".jsonl";

	static final JsonMapper JSON = JsonMapper.builder().build();

	// Not a channel: the first interrupted thread would close it.
	private final FileOutputStream out;

	private final AtomicLong calls = new AtomicLong();

	/**
	 * Begins or continues a history.
	 * @param directory of all histories of one queue; created when missing
	 * @param process the name of the process, not used twice in the directory
	 */
	public HistoryLog(Path directory, String process) throws IOException {
		Files.createDirectories(directory);
		this.out = new FileOutputStream(directory.resolve(process + SUFFIX).toFile(), true);
	}

	/**
	 * Returns the time of an event that happens now.
	 * @return nanoseconds of the monotonic clock
	 */
	public static long now() {
		return System.nanoTime();
	}

	/**
	 * Returns the number of a new call.
	 * @return not given before by this object
	 */
	public long nextCall() {
		return this.calls.incrementAndGet();
	}

	/**
	 * Adds an event.
	 * @param event what happened
	 * @throws UncheckedIOException if it cannot be written
	 */
	public void add(Event event) {
		byte[] line = (JSON.writerFor(Event.class).writeValueAsString(event) + "\n").getBytes(StandardCharsets.UTF_8);
		try {
			this.out.write(line);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/** Says that this process can run, write and sync. */
	public void pulse() {
		try {
			this.out.getFD().sync();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		add(new Event.Pulse(now()));
	}

	@Override
	public void close() throws IOException {
		this.out.close();
	}

}
