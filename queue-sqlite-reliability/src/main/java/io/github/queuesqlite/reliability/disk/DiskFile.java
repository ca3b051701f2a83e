package io.github.queuesqlite.reliability.disk;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;

import org.jspecify.annotations.Nullable;

/** A file on the disk: what is there for certain, and what may be. */
final class DiskFile {

	/** What a disk writes whole or not at all. */
	private static final int SECTOR = 512;

	private byte[] bytes = new byte[0];

	private int size;

	private final List<Change> pending = new ArrayList<>();

	void write(long number, long offset, byte[] data) {
		this.pending.add(new Change(number, Math.toIntExact(offset), data, false));
	}

	void truncate(long number, long size) {
		this.pending.add(new Change(number, Math.toIntExact(size), null, false));
	}

	void extend(long number, long size) {
		this.pending.add(new Change(number, Math.toIntExact(size), null, true));
	}

	/** What was done before this number is on the disk. */
	void sync(long before) {
		int n = 0;
		while (n < this.pending.size() && this.pending.get(n).number() < before) {
			apply(this.pending.get(n));
			n++;
		}
		this.pending.subList(0, n).clear();
	}

	/** The file as power loss may leave it. */
	DiskFile survivor(RandomGenerator random) {
		DiskFile survivor = new DiskFile();
		survivor.bytes = Arrays.copyOf(this.bytes, this.size);
		survivor.size = this.size;
		switch (random.nextInt(5)) {
			case 0 -> {
				// Nothing that was not synced.
			}
			case 1 -> this.pending.forEach(survivor::apply);
			case 2 -> this.pending.subList(0, random.nextInt(this.pending.size() + 1)).forEach(survivor::apply);
			case 3 -> survivor.applyScattered(this.pending, random, 0.5);
			default -> survivor.applyScattered(this.pending, random, random.nextBoolean() ? 0.05 : 0.95);
		}
		return survivor;
	}

	/** Any of the sectors, whatever was written first. */
	private void applyScattered(List<Change> changes, RandomGenerator random, double kept) {
		for (Change change : changes) {
			byte[] data = change.data();
			if (data == null) {
				if (random.nextDouble() < kept) {
					apply(change);
				}
				continue;
			}
			int from = 0;
			while (from < data.length) {
				int to = Math.min(data.length, from + SECTOR - (change.offset() + from) % SECTOR);
				if (random.nextDouble() < kept) {
					put(change.offset() + from, data, from, to - from);
				}
				from = to;
			}
		}
	}

	private void apply(Change change) {
		byte[] data = change.data();
		if (data != null) {
			put(change.offset(), data, 0, data.length);
		}
		else if (!change.raises() || change.offset() > this.size) {
			resize(change.offset());
		}
	}

	private void put(int offset, byte[] data, int from, int length) {
		if (offset + length > this.size) {
			resize(offset + length);
		}
		System.arraycopy(data, from, this.bytes, offset, length);
	}

	private void resize(int size) {
		if (size > this.bytes.length) {
			this.bytes = Arrays.copyOf(this.bytes, Math.max(size, this.bytes.length * 2));
		}
		else if (size < this.size) {
			Arrays.fill(this.bytes, size, this.size, (byte) 0);
		}
		this.size = size;
	}

	byte[] content() {
		return Arrays.copyOf(this.bytes, this.size);
	}

	/**
	 * Bytes at an offset; without data, a new size.
	 */
	@SuppressWarnings("ArrayRecordComponent") // never compared
	private record Change(long number, int offset, byte @Nullable [] data, boolean raises) {

	}

}
