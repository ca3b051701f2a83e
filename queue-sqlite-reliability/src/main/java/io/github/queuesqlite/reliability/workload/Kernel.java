package io.github.queuesqlite.reliability.workload;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** What the kernel (Linux) says of another process. */
public final class Kernel {

	/** The byte of a {@code -shm} file that a writer locks for its transaction. */
	private static final String WRITE_LOCK = "120";

	private static final long LOOK_MILLIS = 1;

	private Kernel() {
	}

	/**
	 * Waits until all threads of a process stand still. One in the midst of a sync does
	 * when that is done.
	 * @param pid the process, after SIGSTOP
	 * @param nanos how long at most
	 */
	public static void awaitStopped(long pid, long nanos) throws IOException, InterruptedException {
		long end = System.nanoTime() + nanos;
		while (!isStopped(pid)) {
			if (System.nanoTime() > end) {
				throw new IllegalStateException("Process " + pid + " does not stop");
			}
			Thread.sleep(LOOK_MILLIS);
		}
	}

	private static boolean isStopped(long pid) throws IOException {
		try (Stream<Path> tasks = Files.list(Path.of("/proc", Long.toString(pid), "task"))) {
			for (Path task : tasks.toList()) {
				if (!isThreadStopped(task)) {
					return false;
				}
			}
			return true;
		}
	}

	private static boolean isThreadStopped(Path task) throws IOException {
		try {
			String stat = Files.readString(task.resolve("stat"));
			// The name before it may hold anything, but ends with the last bracket.
			return stat.charAt(stat.lastIndexOf(')') + 2) == 'T';
		}
		catch (NoSuchFileException ex) {
			// It has ended.
			return true;
		}
	}

	/**
	 * Returns whether a process is inside a transaction that writes a file in WAL mode.
	 * @param pid the process
	 */
	public static boolean holdsWriteLock(long pid) throws IOException {
		for (String line : Files.readAllLines(Path.of("/proc/locks"))) {
			// 1: POSIX ADVISORY WRITE 4711 fe:00:2211877 120 120
			List<String> fields = List.of(line.trim().split("\\s+"));
			if (fields.size() == 8 && fields.get(3).equals("WRITE") && fields.get(4).equals(Long.toString(pid))
					&& fields.get(6).equals(WRITE_LOCK)) {
				return true;
			}
		}
		return false;
	}

}
