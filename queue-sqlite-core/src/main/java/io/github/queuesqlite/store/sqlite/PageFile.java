package io.github.queuesqlite.store.sqlite;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;

/**
 * The pages of a database file and of the write-ahead log beside it, read without SQLite,
 * which would stop at what is damaged. Of the log that counts what is whole: a frame
 * whose checksum follows from the one before it, up to the last commit. Only reads; what
 * is missing reads as zeros.
 * <p>
 * <b>Source:</b> https://www.sqlite.org/fileformat2.html
 */
final class PageFile implements AutoCloseable {

	static final int PAGE = 4096;

	private static final int WAL_HEADER = 32;

	private static final int FRAME_HEADER = 24;

	private static final int FRAME = FRAME_HEADER + PAGE;

	/** The page that holds SQLite's locks and nothing else. */
	private static final int LOCK_PAGE = 0x40000000 / PAGE + 1;

	/** A map page and those it describes. */
	private static final int MAPPED = PAGE / 5 + 1;

	private static final int FREE = 2;

	private final FileChannel file;

	private final FileChannel log;

	/** Where the latest version of a page begins in the log. */
	private final Map<Integer, Long> logged = new HashMap<>();

	private final int pages;

	private PageFile(FileChannel file, FileChannel log) throws IOException {
		this.file = file;
		this.log = log;
		readLog();
		long whole = (file.size() + PAGE - 1) / PAGE;
		this.pages = (int) Math.max(whole, this.logged.keySet().stream().mapToInt(Integer::intValue).max().orElse(0));
	}

	/**
	 * Opens a file.
	 * @param path the file; nobody in this process has it open
	 * @return the pages
	 * @throws IOException if it cannot be read
	 */
	static PageFile open(Path path) throws IOException {
		Path wal = QueueFiles.wal(path);
		FileChannel file = FileChannel.open(path, StandardOpenOption.READ);
		try {
			return new PageFile(file, Files.exists(wal) ? FileChannel.open(wal, StandardOpenOption.READ) : file);
		}
		catch (IOException | RuntimeException ex) {
			file.close();
			throw ex;
		}
	}

	/** Returns the number of the last page. */
	int pages() {
		return this.pages;
	}

	/** Reads a page as it was committed last. */
	ByteBuffer page(int number) throws IOException {
		Long at = this.logged.get(number);
		return (at != null) ? read(this.log, at, PAGE) : read(this.file, (number - 1L) * PAGE, PAGE);
	}

	/** Returns whether the file says that nothing is on the page any more. */
	boolean isFree(int number) throws IOException {
		int map = (number - 2) / MAPPED * MAPPED + 2;
		if (map == LOCK_PAGE) {
			map++;
		}
		return number > map && page(map).get(5 * (number - map - 1)) == FREE;
	}

	private static ByteBuffer read(FileChannel channel, long at, int length) throws IOException {
		ByteBuffer buffer = ByteBuffer.allocate(length);
		while (buffer.hasRemaining() && channel.read(buffer, at + buffer.position()) > 0) {
			// until it is full or the file ends
		}
		return buffer.clear();
	}

	private void readLog() throws IOException {
		if (this.log == this.file) {
			return;
		}
		ByteBuffer header = read(this.log, 0, WAL_HEADER);
		ByteOrder order = ((header.getInt(0) & 1) != 0) ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;
		boolean known = sum(header.slice(0, 24).order(order), 0) == header.getLong(24);
		long salts = header.getLong(16);
		long before = header.getLong(24);
		Map<Integer, Long> uncommitted = new HashMap<>();
		for (long at = WAL_HEADER; at + FRAME <= this.log.size(); at += FRAME) {
			ByteBuffer frame = read(this.log, at, FRAME);
			long sum = sum(frame.slice(FRAME_HEADER, PAGE).order(order), sum(frame.slice(0, 8).order(order), before));
			before = frame.getLong(16);
			if (sum != before || (known && frame.getLong(8) != salts)) {
				continue;
			}
			// Where the header is damaged, the first frame that is whole says which
			// count.
			known = true;
			salts = frame.getLong(8);
			uncommitted.put(frame.getInt(0), at + FRAME_HEADER);
			if (frame.getInt(4) != 0) {
				this.logged.putAll(uncommitted);
				uncommitted.clear();
			}
		}
	}

	/**
	 * Goes on with the checksum of a log, whose two halves are in one number.
	 * @param words in the order of the log's bytes
	 * @param before the checksum so far
	 */
	static long sum(ByteBuffer words, long before) {
		int first = (int) (before >>> 32);
		int second = (int) before;
		while (words.hasRemaining()) {
			first += words.getInt() + second;
			second += words.getInt() + first;
		}
		return ((long) first << 32) | (second & 0xffffffffL);
	}

	@Override
	public void close() throws IOException {
		this.file.close();
		this.log.close();
	}

}
