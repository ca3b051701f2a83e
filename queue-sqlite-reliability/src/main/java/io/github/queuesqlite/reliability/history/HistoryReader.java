package io.github.queuesqlite.reliability.history;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Reads the histories of a directory again and again while they grow, each line once.
 * <p>
 * <b>Threads:</b> one at a time.
 */
public final class HistoryReader {

	private final Path directory;

	/** Up to where each file was read. */
	private final Map<Path, Long> ends = new HashMap<>();

	private final List<History.Entry> entries = new ArrayList<>();

	/**
	 * Prepares to read.
	 * @param directory where {@link HistoryLog}s write
	 */
	public HistoryReader(Path directory) {
		this.directory = directory;
	}

	/**
	 * Reads what was added since the last time. A last line that is cut off counts as not
	 * written.
	 * @return the events of all from the beginning on
	 */
	public History read() throws IOException {
		try (Stream<Path> files = Files.list(this.directory)) {
			for (Path file : files.filter((path) -> path.toString().endsWith(HistoryLog.SUFFIX)).toList()) {
				read(file);
			}
		}
		return new History(this.entries);
	}

	private void read(Path file) throws IOException {
		String name = file.getFileName().toString();
		String process = name.substring(0, name.length() - HistoryLog.SUFFIX.length());
		long end = this.ends.getOrDefault(file, 0L);
		ByteBuffer added = added(file, end);
		int length = added.limit();
		while (length > 0 && added.get(length - 1) != '\n') {
			length--;
		}
		new String(added.array(), 0, length, StandardCharsets.UTF_8).lines()
			.forEach((line) -> this.entries
				.add(new History.Entry(process, HistoryLog.JSON.readValue(line, Event.class))));
		this.ends.put(file, end + length);
	}

	private static ByteBuffer added(Path file, long from) throws IOException {
		try (SeekableByteChannel channel = Files.newByteChannel(file)) {
			channel.position(from);
			ByteBuffer added = ByteBuffer.allocate(Math.toIntExact(channel.size() - from));
			while (added.hasRemaining() && channel.read(added) >= 0) {
				// As much as there was when it was opened.
			}
			return added.flip();
		}
	}

}
