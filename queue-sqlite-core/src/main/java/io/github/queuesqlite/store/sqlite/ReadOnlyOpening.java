package io.github.queuesqlite.store.sqlite;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;

import io.github.queuesqlite.event.QueueRecorder;
import io.github.queuesqlite.message.StoreUnavailableException;
import io.github.queuesqlite.store.HistoryRule;
import io.github.queuesqlite.store.MessageStore;
import io.github.queuesqlite.store.Quarantine;
import io.github.queuesqlite.store.Retention;
import io.github.queuesqlite.store.Shard;
import io.github.queuesqlite.store.ShardFile;
import io.github.queuesqlite.store.ShardGroup;
import io.github.queuesqlite.store.ShardOutlook;
import io.github.queuesqlite.store.ShardedMessageStore;
import io.github.queuesqlite.store.WriterSettings;

/** Opens a directory to be read only: no writer, no instance, no migration. */
final class ReadOnlyOpening {

	/** There is no writer that would ask. */
	private static final WriterSettings NO_WRITER = new WriterSettings(true, 1, Duration.ZERO, Duration.ofSeconds(1),
			QueueRecorder.NONE);

	private static final ShardOutlook OUTLOOK = new ShardOutlook() {

		@Override
		public long nextDueAt() {
			return Long.MAX_VALUE;
		}

		@Override
		public boolean isDue() {
			return false;
		}

		@Override
		public long nextFiringAt() {
			return Long.MAX_VALUE;
		}

		@Override
		public boolean isAnyRelay() {
			return true;
		}

	};

	private final DirectoryFiles directory;

	private final InstantSource clock;

	private final List<ForeignFile.Tidy> tidies = new ArrayList<>();

	ReadOnlyOpening(DirectoryFiles directory, InstantSource clock) {
		this.directory = directory;
		this.clock = clock;
	}

	MessageStore open() {
		boolean opened = false;
		try {
			for (Path file : this.directory.shards().values()) {
				this.tidies.add(new ForeignFile.Tidy(file));
			}
			this.directory.refuseOtherVersions();
			Layout layout = this.directory.layout();
			if (layout == null) {
				throw new StoreUnavailableException("No shard of " + this.directory.files().directory()
						+ " can be read: see 'verify', and 'salvage'", null);
			}
			ShardGroup group = group(layout);
			opened = true;
			return new ShardedMessageStore(group, () -> {
				group.close();
				tidy();
			});
		}
		catch (IOException ex) {
			throw new StoreUnavailableException("Cannot read " + this.directory.files().directory() + ": " + ex, ex);
		}
		finally {
			if (!opened) {
				tidy();
			}
		}
	}

	private void tidy() {
		this.tidies.forEach(ForeignFile.Tidy::close);
	}

	private ShardGroup group(Layout layout) {
		ReaderThreads threads = new ReaderThreads();
		List<ShardFile> files = new ArrayList<>();
		List<Shard> shards = new ArrayList<>();
		for (int number : layout.all()) {
			Path file = this.directory.files().shard(number);
			Quarantine quarantine = new Quarantine(number, SqliteShardSession.label(number, file));
			String reason = obstacle(file);
			ShardFile shardFile = new ShardFile(number, String.valueOf(file.getFileName()),
					layout.accepting().contains(number), () -> QueueFiles.size(file),
					() -> QueueFiles.size(QueueFiles.wal(file)), () -> DiskSpace.REAL.free(file), quarantine);
			files.add(shardFile);
			if (reason.isEmpty()) {
				shards.add(new Shard(shardFile, OUTLOOK, new SqliteShardReader(number, file, new ReaderGate(), threads,
						quarantine, Retention.DEFAULT, HistoryRule.OFF, this.clock)));
			}
			else {
				quarantine.declare(reason);
			}
		}
		return new ShardGroup(files, shards, layout.relocated(), new DirectoryMembership(this.directory.files(),
				new ControlFile(this.directory.files().control()), threads), NO_WRITER, this.clock);
	}

	private static String obstacle(Path file) {
		if (QueueFiles.size(file) == 0) {
			return Files.exists(file) ? "the file is empty" : "the file is missing";
		}
		DamageNote note = new DamageNote(file);
		return note.exists() ? "its file was found damaged (" + note.read() + ")" : "";
	}

}
