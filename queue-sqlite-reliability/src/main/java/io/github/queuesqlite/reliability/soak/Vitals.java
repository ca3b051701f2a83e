package io.github.queuesqlite.reliability.soak;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

import tools.jackson.databind.json.JsonMapper;

/**
 * What a process uses at a moment.
 *
 * @param heap bytes after a collection
 * @param descriptors open files of the process
 * @param threads live threads
 * @param files bytes of all files of the queue, without the next
 * @param wal bytes of its write-ahead logs
 * @param calls made since the vitals before
 * @param p99Micros of an enqueue since the vitals before
 * @param stored messages that were accepted since the start
 */
record Vitals(long heap, long descriptors, long threads, long files, long wal, long calls, long p99Micros,
		long stored) {

	private static final JsonMapper JSON = JsonMapper.builder().build();

	static Vitals take(Path queue, long calls, long p99Micros, long stored) throws IOException {
		long descriptors;
		try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
			descriptors = open.count();
		}
		System.gc();
		return new Vitals(ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed(), descriptors,
				ManagementFactory.getThreadMXBean().getThreadCount(), size(queue, false), size(queue, true), calls,
				p99Micros, stored);
	}

	private static long size(Path queue, boolean isWal) throws IOException {
		try (Stream<Path> files = Files.walk(queue)) {
			return files.filter((file) -> file.toString().endsWith("-wal") == isWal)
				.map(Path::toFile)
				.filter((file) -> file.isFile())
				.mapToLong((file) -> file.length())
				.sum();
		}
	}

	String toJson() {
		return JSON.writeValueAsString(this);
	}

	static Vitals parse(String json) {
		return JSON.readValue(json, Vitals.class);
	}

}
