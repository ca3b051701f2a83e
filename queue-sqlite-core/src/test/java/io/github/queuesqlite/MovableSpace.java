package io.github.queuesqlite;

import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import io.github.queuesqlite.store.sqlite.DiskSpace;

/** A disk whose free space is set by hand, for all files or for one. */
public final class MovableSpace implements DiskSpace {

	private static final long TOTAL = 1L << 40;

	private final Map<String, Long> ofFiles = new ConcurrentHashMap<>();

	private volatile long free = TOTAL;

	private volatile int looks;

	public void free(long bytes) {
		this.free = bytes;
	}

	/** Puts one file on a disk of its own. */
	public void free(String file, long bytes) {
		this.ofFiles.put(file, bytes);
	}

	/** How often it was asked what is free. */
	public int looks() {
		return this.looks;
	}

	@Override
	public synchronized long free(Path file) {
		this.looks++;
		return this.ofFiles.getOrDefault(String.valueOf(file.getFileName()), this.free);
	}

	@Override
	public long total(Path file) {
		return TOTAL;
	}

}
