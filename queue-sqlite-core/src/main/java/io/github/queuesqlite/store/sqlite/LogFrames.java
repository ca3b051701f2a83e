package io.github.queuesqlite.store.sqlite;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Looks whether a write-ahead log still holds what was committed to it. SQLite believes
 * the shared memory beside the log and never looks again at what it has written: once
 * somebody has cut or overwritten the log, it reads what stands there now, and copies it
 * into the file. Each frame bears the salts of the header of its log, which the next one
 * does not have.
 * <p>
 * The log may be opened by others than SQLite, which has no locks on it. A look takes
 * some microseconds.
 * <p>
 * <b>Source:</b> https://www.sqlite.org/fileformat2.html#walformat
 * <p>
 * <b>Threads:</b> one at a time.
 */
final class LogFrames {

	private static final int HEADER = 32;

	private static final int FRAME_HEADER = 24;

	private static final int MAGIC = 0x377f0682;

	private final Path log;

	/** At the latest look at a log with frames; 0 before. */
	private long salts;

	/** Frames at that look. */
	private long frames;

	/** Of the last of them, with all before. */
	private long checksum;

	LogFrames(Path log) {
		this.log = log;
	}

	/**
	 * Looks at the header, at the last frame and at the last one of the latest look.
	 * @param frames how many are committed
	 * @return false when they are not of one log, or not what was written; true when the
	 * log cannot be read
	 */
	boolean areThere(long frames) {
		if (frames == 0) {
			// All is in the file. The log of before does not come back, unless somebody
			// brings it.
			return true;
		}
		try (FileChannel channel = FileChannel.open(this.log, StandardOpenOption.READ)) {
			return areThere(channel, frames);
		}
		catch (IOException ex) {
			// A missing log is seen otherwise, a disk that does not answer shows nothing.
			return true;
		}
	}

	/** Returns which log the latest look has found: another one has others. */
	long salts() {
		return this.salts;
	}

	/** Returns which log there is now; 0 when that cannot be read. */
	long readSalts() {
		try (FileChannel channel = FileChannel.open(this.log, StandardOpenOption.READ)) {
			return read(channel, 0, HEADER).getLong(16);
		}
		catch (IOException ex) {
			return 0;
		}
	}

	private boolean areThere(FileChannel channel, long frames) throws IOException {
		ByteBuffer header = read(channel, 0, HEADER);
		long salts = header.getLong(16);
		boolean there = isHeader(header) && isThere(channel, header, frames);
		if (there && salts == this.salts && this.frames > 0) {
			// One log only grows.
			there = this.frames <= frames && checksum(channel, header, this.frames) == this.checksum
					&& (this.frames == frames || isThere(channel, header, this.frames));
		}
		if (there) {
			this.salts = salts;
			this.frames = frames;
			this.checksum = checksum(channel, header, frames);
		}
		return there;
	}

	private static boolean isHeader(ByteBuffer header) {
		int page = header.getInt(8);
		return (header.getInt(0) & ~1) == MAGIC && page >= 512 && page <= 65_536;
	}

	/** Whether a frame is of the log, and its checksum follows from the one before. */
	private static boolean isThere(FileChannel channel, ByteBuffer header, long number) throws IOException {
		int size = FRAME_HEADER + header.getInt(8);
		ByteBuffer frame = read(channel, HEADER + (number - 1) * size, size);
		if (frame.getLong(8) != header.getLong(16)) {
			return false;
		}
		long before = (number == 1) ? header.getLong(HEADER - 8) : checksum(channel, header, number - 1);
		ByteOrder order = ((header.getInt(0) & 1) != 0) ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;
		long sum = PageFile.sum(frame.slice(0, 8).order(order), before);
		return PageFile.sum(frame.slice(FRAME_HEADER, size - FRAME_HEADER).order(order), sum) == frame.getLong(16);
	}

	/** What a frame says of itself and all before. */
	private static long checksum(FileChannel channel, ByteBuffer header, long number) throws IOException {
		long size = FRAME_HEADER + header.getInt(8);
		return read(channel, HEADER + (number - 1) * size, FRAME_HEADER).getLong(16);
	}

	/** What is behind the end reads as zeros. */
	private static ByteBuffer read(FileChannel channel, long at, int length) throws IOException {
		ByteBuffer buffer = ByteBuffer.allocate(length);
		while (buffer.hasRemaining() && channel.read(buffer, at + buffer.position()) > 0) {
			// until it is full or the log ends
		}
		return buffer.clear();
	}

}
