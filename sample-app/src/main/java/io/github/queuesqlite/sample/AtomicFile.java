package io.github.queuesqlite.sample;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/**
 * Writes files that appear whole or not at all, whenever the process is killed.
 */
final class AtomicFile {

	private AtomicFile() {
	}

	/**
	 * Writes under another name, forces it to the disk, and renames it.
	 * @param file to create or replace; its folder must exist
	 * @param content all of it
	 * @throws IOException if it cannot be written
	 */
	static void write(Path file, byte[] content) throws IOException {
		Path unfinished = Files.createTempFile(file.getParent(), ".", ".tmp");
		try {
			try (FileChannel channel = FileChannel.open(unfinished, StandardOpenOption.WRITE)) {
				ByteBuffer buffer = ByteBuffer.wrap(content);
				while (buffer.hasRemaining()) {
					channel.write(buffer);
				}
				channel.force(true);
			}
			Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
		}
		finally {
			Files.deleteIfExists(unfinished);
		}
	}

}
