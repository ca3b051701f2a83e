package io.github.queuesqlite;

import java.nio.file.Path;

/** A process that backs its queue up. */
public final class BackupChild {

	private BackupChild() {
	}

	public static void main(String[] args) {
		try (EmbeddedQueue queue = EmbeddedQueue.builder(Path.of(args[0])).build()) {
			queue.operations().backup(Path.of(args[2]));
		}
	}

}
