package io.github.queuesqlite.actuate.endpoint;

import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;

import io.github.queuesqlite.EmbeddedQueue;
import io.github.queuesqlite.message.QueueException;
import io.github.queuesqlite.message.StoreUnavailableException;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.OperationResponseBody;

/** Operations on the files of a queue as wholes. */
final class FileKeeper {

	private static final DateTimeFormatter NAME = DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'")
		.withZone(ZoneOffset.UTC);

	private final EmbeddedQueue queue;

	private final @Nullable Path backups;

	/**
	 * Creates the operations.
	 * @param queue whose files they are
	 * @param backups where backups go; null for nowhere
	 */
	FileKeeper(EmbeddedQueue queue, @Nullable Path backups) {
		this.queue = queue;
		this.backups = backups;
	}

	OperationResponseBody verify() {
		return alone(() -> VerificationDescriptor.of(this.queue.operations().verify()));
	}

	OperationResponseBody compact() {
		return alone(() -> {
			this.queue.operations().compact();
			return new ShardsDescriptor(new Snapshot(this.queue).shards());
		});
	}

	/** Nobody who asks over the net says where to. */
	OperationResponseBody backup() {
		if (this.backups == null) {
			throw QueueEndpointException.badRequest("No backups from here: set"
					+ " 'management.endpoint.queue.backup-directory', outside of the directory of the queue");
		}
		String name = NAME.format(Instant.now());
		Path target = this.backups.resolve(name);
		return alone(() -> {
			this.queue.operations().backup(target);
			return new BackupDescriptor(name);
		});
	}

	/** Another one of them is under way. */
	private static OperationResponseBody alone(Operation operation) {
		try {
			return operation.run();
		}
		catch (StoreUnavailableException ex) {
			throw ex;
		}
		catch (QueueException ex) {
			throw QueueEndpointException.conflict(String.valueOf(ex.getMessage()));
		}
	}

	/** Does something. */
	@FunctionalInterface
	private interface Operation {

		OperationResponseBody run();

	}

}
