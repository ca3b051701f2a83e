package io.github.queuesqlite.store.sqlite;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

import io.github.queuesqlite.message.FileCheck;
import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.message.Names;
import io.github.queuesqlite.message.StoreUnavailableException;
import io.github.queuesqlite.store.FileReads;
import io.github.queuesqlite.store.Quarantine;
import io.github.queuesqlite.store.StoreFile;

/**
 * Reads one file as a whole, beside its writer.
 *
 * @param file the file
 * @param gate of the file
 * @param quarantine whether it is out of use
 * @param messages whether it has messages
 * @param damaged declares the quarantine, with what was found
 */
record SqliteFileReads(Path file, ReaderGate gate, Quarantine quarantine, boolean messages,
		Consumer<String> damaged) implements FileReads {

	private static final int MOST_NAMED = 10;

	@Override
	public String name() {
		return String.valueOf(this.file.getFileName());
	}

	@Override
	public long size() {
		return QueueFiles.size(this.file) + QueueFiles.size(QueueFiles.wal(this.file));
	}

	@Override
	public FileCheck check() {
		long start = System.nanoTime();
		List<String> findings = this.quarantine.isDeclared() ? List.of(this.quarantine.reason()) : read();
		return new FileCheck(name(), findings.stream().map(Names::oneLine).toList(),
				Duration.ofNanos(System.nanoTime() - start), QueueFiles.size(this.file));
	}

	private List<String> read() {
		try (LongRead read = new LongRead("check", this.file, this.gate)) {
			read.open(() -> SqliteConnections.openReader(this.file));
			List<String> findings = new ArrayList<>(read.read(FileContent::findings));
			if (!findings.isEmpty()) {
				this.damaged.accept(findings.get(0));
			}
			else if (this.messages) {
				describe(read.read(FileContent::damagedMessages), findings);
			}
			return findings;
		}
		catch (StoreUnavailableException ex) {
			if (SqliteFault.isDamage(ex)) {
				this.damaged.accept(SqliteFault.finding(ex));
				return List.of(SqliteFault.finding(ex));
			}
			if (this.gate.isEnded()) {
				throw ex;
			}
			return List.of("not checked: " + ex.getMessage());
		}
	}

	private static void describe(List<Long> messages, List<String> findings) {
		messages.stream()
			.limit(MOST_NAMED)
			.forEach((id) -> findings.add("message " + new MessageId(id) + " does not match its checksum"));
		if (messages.size() > MOST_NAMED) {
			findings.add((messages.size() - MOST_NAMED) + " more messages do not match their checksums");
		}
	}

	@Override
	public StoreFile.Copy copy(Path directory) {
		this.quarantine.refuse();
		return new FileCopy(this.file, this.gate, this.messages, directory.resolve(this.file.getFileName()));
	}

}
