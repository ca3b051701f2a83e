package io.github.queuesqlite.store.sqlite;

import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;

import io.github.queuesqlite.store.RunKey;
import io.github.queuesqlite.store.StartedRuns;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which runs of an epoch have started and are not settled: pairs of id and run in a
 * memory-mapped file. What is written there survives the kill of the process and costs no
 * commit; it does not survive power loss, after which every run counts as started.
 * <p>
 * <b>Shape:</b> 16 bytes an entry, little-endian: id (0 when free), run. Entry 0 is the
 * header: its id says which start of the operating system wrote the file and is never 0,
 * so that a file of zeros, which power loss may leave, says nothing; its run is 1 once a
 * run could not be noted.
 * <p>
 * <b>Threads:</b> safe for use by several threads.
 */
final class RunNotes {

	private static final Logger logger = LoggerFactory.getLogger(RunNotes.class);

	private static final int ENTRIES = 16_384;

	private static final int ENTRY = 16;

	private static final int NONE = 0;

	private static final VarHandle LONGS = MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

	private final MappedByteBuffer buffer;

	/**
	 * Free entries as a stack: the index below each, and the top with a change count
	 * against ABA.
	 */
	private final AtomicIntegerArray below = new AtomicIntegerArray(ENTRIES);

	private final AtomicLong top = new AtomicLong(1);

	RunNotes(Path file) throws IOException {
		this(file, Boot.ID);
	}

	RunNotes(Path file, long boot) throws IOException {
		if (boot == 0) {
			throw new IllegalArgumentException("'boot' must not be 0: so reads a file that power loss has emptied");
		}
		try (FileChannel channel = PrivateFiles.open(file,
				Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE))) {
			writeOut(channel);
			this.buffer = channel.map(FileChannel.MapMode.READ_WRITE, 0, (long) ENTRIES * ENTRY);
		}
		LONGS.setRelease(this.buffer, 0, boot);
		for (int i = 1; i < ENTRIES; i++) {
			this.below.set(i, (i + 1 < ENTRIES) ? i + 1 : NONE);
		}
	}

	/**
	 * Takes the room on disk at once: a page that a full disk cannot back is no exception
	 * later, but a fault of the memory in the midst of a run.
	 */
	private static void writeOut(FileChannel channel) throws IOException {
		ByteBuffer zeros = ByteBuffer.allocate(ENTRIES * ENTRY);
		while (zeros.hasRemaining()) {
			channel.write(zeros);
		}
	}

	int started(RunKey key) {
		int entry = take();
		if (entry == NONE) {
			LONGS.setRelease(this.buffer, 8, 1L);
		}
		else {
			LONGS.setRelease(this.buffer, entry * ENTRY + 8, key.run());
			LONGS.setRelease(this.buffer, entry * ENTRY, key.id());
		}
		return entry;
	}

	void settled(int entry) {
		if (entry != NONE) {
			LONGS.setRelease(this.buffer, entry * ENTRY, 0L);
			give(entry);
		}
	}

	private int take() {
		while (true) {
			long top = this.top.get();
			int entry = (int) top;
			if (entry == NONE) {
				return NONE;
			}
			if (this.top.compareAndSet(top, next(top, this.below.get(entry)))) {
				return entry;
			}
		}
	}

	private void give(int entry) {
		while (true) {
			long top = this.top.get();
			this.below.set(entry, (int) top);
			if (this.top.compareAndSet(top, next(top, entry))) {
				return;
			}
		}
	}

	private static long next(long top, int entry) {
		return (((top >>> 32) + 1) << 32) | entry;
	}

	/**
	 * Reads the notes of an epoch.
	 * @param file its file
	 * @return which runs had started, {@link StartedRuns#UNKNOWN} when the file cannot
	 * tell
	 */
	static StartedRuns read(Path file) {
		return read(file, Boot.ID);
	}

	static StartedRuns read(Path file, long boot) {
		try {
			ByteBuffer notes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
			if (notes.remaining() != ENTRIES * ENTRY || notes.getLong(0) != boot || notes.getLong(8) != 0) {
				return StartedRuns.UNKNOWN;
			}
			Map<Long, Long> started = new HashMap<>();
			for (int i = 1; i < ENTRIES; i++) {
				long id = notes.getLong(i * ENTRY);
				if (id != 0) {
					started.put(id, notes.getLong(i * ENTRY + 8));
				}
			}
			return (key) -> {
				Long run = started.get(key.id());
				return run != null && run == key.run();
			};
		}
		catch (IOException ex) {
			logger.debug("Cannot read {}: each run counts as started", file, ex);
			return StartedRuns.UNKNOWN;
		}
	}

}
