package io.github.queuesqlite.benchmark.shape;

import java.io.IOException;
import java.nio.file.Path;

import io.github.queuesqlite.EmbeddedQueue;

/** Another process of a directory: it tells of each message when it starts. */
public final class Neighbour {

	private Neighbour() {
	}

	/**
	 * Handles messages until its input ends; says first that it does, then of each
	 * message its number and when its handler started, by the clock of the machine that
	 * {@link System#nanoTime()} reads in every process.
	 * @param args directory
	 */
	public static void main(String[] args) throws IOException {
		try (EmbeddedQueue queue = EmbeddedQueue.builder(Path.of(args[0])).build()) {
			queue.tasks().register(ShapeQueue.TASK, String.class, (payload, context) -> {
				print(Stamps.number(payload) + " " + System.nanoTime());
				return null;
			});
			queue.start();
			print("ready");
			while (System.in.read() >= 0) {
				// Its parent has nothing to say; when it is gone this ends.
			}
		}
	}

	@SuppressWarnings("SystemOut") // the parent reads it
	private static void print(String line) {
		System.out.println(line);
	}

}
