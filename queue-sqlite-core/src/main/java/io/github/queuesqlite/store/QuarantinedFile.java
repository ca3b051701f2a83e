package io.github.queuesqlite.store;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

import io.github.queuesqlite.message.FileCheck;

/**
 * A file that could not be opened.
 *
 * @param file the shard's file
 */
record QuarantinedFile(ShardFile file) implements StoreFile {

	@Override
	public String name() {
		return this.file.name();
	}

	@Override
	public long size() {
		return this.file.size().getAsLong();
	}

	@Override
	public FileCheck check() {
		return new FileCheck(name(), List.of(this.file.quarantine().reason()), Duration.ZERO, size());
	}

	/** Nothing of it is written. */
	@Override
	public void compact() {
	}

	@Override
	public void still(Runnable action) {
		throw this.file.quarantine().refusal(null);
	}

	@Override
	public Copy copy(Path directory) {
		throw this.file.quarantine().refusal(null);
	}

}
