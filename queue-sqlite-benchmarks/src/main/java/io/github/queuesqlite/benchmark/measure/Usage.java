package io.github.queuesqlite.benchmark.measure;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.nio.file.Files;
import java.nio.file.Path;

import com.sun.management.ThreadMXBean;

/**
 * What this process has used up to a moment.
 *
 * @param cpuNanos processor time of all threads
 * @param writtenBytes handed to the disk; 0 where the system does not say
 * @param allocatedBytes of the heap, by the threads that live
 */
public record Usage(long cpuNanos, long writtenBytes, long allocatedBytes) {

	private static final Path IO = Path.of("/proc/self/io");

	private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

	/**
	 * Takes stock.
	 * @return of now
	 */
	public static Usage now() {
		return new Usage(Cpu.nanos(), written(), allocated());
	}

	/**
	 * Returns what was used since.
	 * @param before an earlier moment
	 * @return the difference
	 */
	public Usage since(Usage before) {
		return new Usage(this.cpuNanos - before.cpuNanos, this.writtenBytes - before.writtenBytes,
				this.allocatedBytes - before.allocatedBytes);
	}

	/**
	 * Adds what was used at another time.
	 * @param other the other
	 * @return the sum
	 */
	public Usage plus(Usage other) {
		return new Usage(this.cpuNanos + other.cpuNanos, this.writtenBytes + other.writtenBytes,
				this.allocatedBytes + other.allocatedBytes);
	}

	private static long written() {
		if (!Files.isReadable(IO)) {
			return 0;
		}
		try {
			return Files.readAllLines(IO)
				.stream()
				.filter((line) -> line.startsWith("write_bytes:"))
				.mapToLong((line) -> Long.parseLong(line.substring(line.indexOf(':') + 1).trim()))
				.sum();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private static long allocated() {
		long sum = 0;
		for (long bytes : THREADS.getThreadAllocatedBytes(THREADS.getAllThreadIds())) {
			sum += Math.max(0, bytes);
		}
		return sum;
	}

	/** Forgets the peak of the heap. */
	public static void resetPeakHeap() {
		ManagementFactory.getMemoryPoolMXBeans().forEach(MemoryPoolMXBean::resetPeakUsage);
	}

	/**
	 * Returns the sum of the peaks of the heap's pools: never less than what was in use
	 * at once.
	 * @return MB
	 */
	public static double peakHeap() {
		long bytes = 0;
		for (MemoryPoolMXBean pool : ManagementFactory.getMemoryPoolMXBeans()) {
			if (pool.getType() == MemoryType.HEAP) {
				bytes += pool.getPeakUsage().getUsed();
			}
		}
		return bytes / (double) (1 << 20);
	}

}
