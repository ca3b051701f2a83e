package io.github.queuesqlite.reliability.disk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/**
 * What child processes did to their files, in the order they did it.
 * <p>
 * <b>Shape:</b> per entry, little-endian: kind, length of the data (4 bytes each), file
 * number, offset, monotonic nanoseconds (8 bytes each), data.
 */
public final class Trace {

	private static final int HEADER = 32;

	private final ByteBuffer bytes;

	private final List<Entry> entries;

	private Trace(ByteBuffer bytes, List<Entry> entries) {
		this.bytes = bytes;
		this.entries = entries;
	}

	/**
	 * Reads a trace. An entry that a killed process did not finish is left out.
	 * @param file the trace
	 * @return the entries; the file stays mapped while they are in use
	 */
	public static Trace read(Path file) throws IOException {
		ByteBuffer bytes;
		try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
			bytes = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size()).order(ByteOrder.LITTLE_ENDIAN);
		}
		List<Entry> entries = new ArrayList<>();
		int at = 0;
		while (bytes.limit() - at >= HEADER) {
			int length = bytes.getInt(at + 4);
			if (bytes.limit() - at - HEADER < length) {
				break;
			}
			entries.add(new Entry(Kind.values()[bytes.getInt(at) - 1], bytes.getLong(at + 8), bytes.getLong(at + 16),
					bytes.getLong(at + 24), at + HEADER, length));
			at += HEADER + length;
		}
		return new Trace(bytes, entries);
	}

	/**
	 * Returns the entries.
	 * @return in order
	 */
	public List<Entry> entries() {
		return this.entries;
	}

	/**
	 * Returns what was written.
	 * @param entry of this trace
	 * @return a copy
	 */
	byte[] data(Entry entry) {
		byte[] data = new byte[entry.length()];
		this.bytes.get(entry.at(), data);
		return data;
	}

	/**
	 * Returns the data of an entry as text: a path, two paths with a line end between
	 * them, or what was written.
	 * @param entry of this trace
	 * @return the text
	 */
	public String text(Entry entry) {
		return new String(data(entry), StandardCharsets.UTF_8);
	}

	/** What was done; the order is that of the library's codes, from 1. */
	public enum Kind {

		/** A file was created and opened. */
		CREATE,

		/** A file or directory that was there was opened. */
		OPEN,

		/** Bytes were written. */
		WRITE,

		/** The size was set. */
		TRUNCATE,

		/** A sync began; its offset is its number. */
		SYNC_BEGIN,

		/** The sync of this number succeeded. */
		SYNC_END,

		/** A name was removed. */
		UNLINK,

		/** A name was changed. */
		RENAME,

		/** A directory was made. */
		MKDIR,

		/** The size was raised to at least the offset. */
		EXTEND

	}

	/**
	 * One change.
	 *
	 * @param kind what
	 * @param file number of the file, unique among those that exist
	 * @param offset bytes from its beginning, its size, or the number of a sync
	 * @param nanos monotonic
	 * @param at where its data begins in the trace
	 * @param length of its data
	 */
	public record Entry(Kind kind, long file, long offset, long nanos, int at, int length) {

	}

}
