package io.github.queuesqlite.reliability.workload;

import java.io.IOException;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/**
 * The wall clock of a machine that somebody sets again and again: all processes that open
 * its file see the same time. The file holds how far it is ahead of the system's.
 * <p>
 * <b>Threads:</b> any; one moves it.
 */
public final class MovedClock implements InstantSource {

	private final MappedByteBuffer aheadMillis;

	private MovedClock(MappedByteBuffer aheadMillis) {
		this.aheadMillis = aheadMillis;
	}

	/**
	 * Opens a clock.
	 * @param file created when missing: then it shows the system's time
	 * @return the clock
	 */
	public static MovedClock open(Path file) throws IOException {
		try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ,
				StandardOpenOption.WRITE)) {
			return new MovedClock(channel.map(FileChannel.MapMode.READ_WRITE, 0, Long.BYTES));
		}
	}

	/**
	 * Returns how far it is ahead of the system's clock.
	 * @return negative when it is behind
	 */
	public Duration ahead() {
		return Duration.ofMillis(this.aheadMillis.getLong(0));
	}

	/**
	 * Sets it.
	 * @param ahead of the system's clock
	 */
	public void set(Duration ahead) {
		this.aheadMillis.putLong(0, ahead.toMillis());
	}

	@Override
	public Instant instant() {
		return Instant.now().plusMillis(this.aheadMillis.getLong(0));
	}

}
