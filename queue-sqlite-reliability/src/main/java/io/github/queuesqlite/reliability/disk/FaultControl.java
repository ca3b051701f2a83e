package io.github.queuesqlite.reliability.disk;

import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Says which call of this process is to fail, through memory shared with the preloaded
 * library.
 * <p>
 * <b>Threads:</b> one arms and disarms; any may make the calls.
 */
public final class FaultControl {

	/** The offsets are those of the library's {@code struct faults}. */
	private static final int ARMED = 0;

	private static final int CALL = 4;

	private static final int ERROR = 8;

	private static final int LASTING = 12;

	private static final int NTH = 16;

	private static final int SEEN = 24;

	private static final int FAILED = 32;

	private static final int MATCH = 40;

	private static final int SIZE = 256;

	/** In place of an error. */
	private static final int KILL = -1;

	private static final VarHandle INTS = MethodHandles.byteBufferViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

	private static final VarHandle LONGS = MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

	private final MappedByteBuffer memory;

	/**
	 * Maps the file.
	 * @param file created when missing; a process with the library must be started after
	 * that
	 */
	public FaultControl(Path file) throws IOException {
		try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ,
				StandardOpenOption.WRITE)) {
			this.memory = channel.map(FileChannel.MapMode.READ_WRITE, 0, SIZE);
		}
		this.memory.order(ByteOrder.LITTLE_ENDIAN);
	}

	/**
	 * Chooses the files, for those opened from now on.
	 * @param match what their path contains; empty for all
	 */
	public void match(String match) {
		byte[] bytes = (match + "\0").getBytes(StandardCharsets.UTF_8);
		this.memory.put(MATCH, bytes);
	}

	/**
	 * From now on, calls are counted and the one asked for fails.
	 * @param fault which
	 */
	public void arm(Fault fault) {
		arm(fault.call(), fault.error().number, fault.lasting(), fault.nth());
	}

	private void arm(Call call, int error, boolean lasting, long nth) {
		this.memory.putInt(CALL, call.ordinal() + 1);
		this.memory.putInt(ERROR, error);
		this.memory.putInt(LASTING, lasting ? 1 : 0);
		this.memory.putLong(NTH, nth);
		this.memory.putLong(SEEN, 0);
		this.memory.putLong(FAILED, 0);
		INTS.setVolatile(this.memory, ARMED, 1);
	}

	/**
	 * From now on, calls are counted and the process is killed in place of the one asked
	 * for.
	 * @param call what is called
	 * @param nth which of the calls, from 1
	 */
	public void killAt(Call call, long nth) {
		arm(call, KILL, false, nth);
	}

	/** From now on, no call fails. */
	public void disarm() {
		INTS.setVolatile(this.memory, ARMED, 0);
	}

	/**
	 * Returns how many calls have failed since it was armed.
	 * @return 0 when the call asked for was not reached
	 */
	public long failed() {
		return (long) LONGS.getVolatile(this.memory, FAILED);
	}

	/** What is called; the order is that of the library's codes, from 1. */
	public enum Call {

		/** A write, anywhere in the file. */
		WRITE,

		/** A sync. */
		SYNC,

		/** An open, of a file that exists or not. */
		OPEN,

		/** A change of the size. */
		TRUNCATE

	}

	/** How a call fails. */
	public enum Error {

		/** The disk does not answer. */
		EIO(5),

		/** The disk is full. */
		ENOSPC(28),

		/** The file system has become read-only. */
		EROFS(30),

		/** Half of the bytes are written, then the disk is full. */
		HALF(0);

		private final int number;

		Error(int number) {
			this.number = number;
		}

	}

	/**
	 * One fault.
	 *
	 * @param call what fails
	 * @param error how
	 * @param lasting whether all later calls fail too
	 * @param nth which of the calls, from 1
	 */
	public record Fault(Call call, Error error, boolean lasting, long nth) {

		@Override
		public String toString() {
			return this.call + " " + this.nth + (this.lasting ? " and all later ones" : "") + " with " + this.error;
		}

	}

}
