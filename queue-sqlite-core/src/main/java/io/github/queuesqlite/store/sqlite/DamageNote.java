package io.github.queuesqlite.store.sqlite;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Set;

import io.github.queuesqlite.message.Names;
import io.github.queuesqlite.message.StoreUnavailableException;
import io.github.queuesqlite.store.Quarantine;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The note {@code <file>.quarantine} beside a shard that was found damaged: other
 * processes stop using the shard too, and the next start uses it only when it passes an
 * integrity check.
 *
 * @param file the shard's file
 */
record DamageNote(Path file) {

	private static final Logger logger = LoggerFactory.getLogger(DamageNote.class);

	private static final int MOST_TEXT = 4000;

	Path path() {
		return this.file.resolveSibling(this.file.getFileName() + ".quarantine");
	}

	boolean exists() {
		return Files.exists(path());
	}

	/** Declares the quarantine, and lets others know. */
	void declare(Quarantine quarantine, Throwable failure) {
		declare(quarantine, SqliteFault.finding(failure));
	}

	/** Declares the quarantine, and lets others know. */
	void declare(Quarantine quarantine, String finding) {
		quarantine.declare(text(finding));
		write(finding);
	}

	/** Describes damage, and what to do about it. */
	static String text(String finding) {
		return "its file is damaged (" + Names.oneLine(finding)
				+ "). Sound shards go on; nothing of this one is read or written, and keys that are at home here"
				+ " are refused. Stop all processes of the directory, salvage or restore the file, start again: see"
				+ " 'A damaged file' in the notes for operations.";
	}

	private void write(String finding) {
		try (FileChannel channel = PrivateFiles.open(path(),
				Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE))) {
			channel.write(ByteBuffer.wrap(Names.oneLine(finding).getBytes(StandardCharsets.UTF_8)));
			channel.force(true);
		}
		catch (IOException ex) {
			if (!exists()) {
				logger.warn("Other processes are not told that {} is damaged: {}", this.file, ex.toString());
			}
		}
	}

	private void delete() {
		try {
			Files.deleteIfExists(path());
		}
		catch (IOException ex) {
			throw new StoreUnavailableException(
					"The file " + this.file + " is sound, but the note " + path() + " cannot be deleted: " + ex, ex);
		}
	}

	/** Returns what was found. */
	String read() {
		try {
			String text = Files.readString(path());
			return Names.oneLine(text.substring(0, Math.min(text.length(), MOST_TEXT)));
		}
		catch (IOException ex) {
			return "its note cannot be read: " + ex;
		}
	}

	/**
	 * Removes the note when the file is sound.
	 * @param connection to the file
	 * @return what is wrong; empty when the file is sound
	 */
	String check(Connection connection) throws SQLException {
		logger.info("Checking {}, which was found damaged: {}", this.file, read());
		String found = IntegrityCheck.check(connection);
		if (!found.isEmpty()) {
			return found;
		}
		delete();
		logger.info("{} is sound and in use again", this.file);
		return "";
	}

}
