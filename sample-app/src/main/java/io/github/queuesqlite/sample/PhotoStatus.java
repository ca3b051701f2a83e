package io.github.queuesqlite.sample;

import java.time.Instant;
import java.util.Locale;

import io.github.queuesqlite.message.Failure;
import io.github.queuesqlite.message.Message;
import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.sample.Photo.ProcessPhoto;
import org.jspecify.annotations.Nullable;

/**
 * Where a photo stands, for the page and the REST clients.
 *
 * @param id of the photo
 * @param name of the file
 * @param state {@code done}, or the state of its message
 * @param attempt how many runs have begun
 * @param maxAttempts how many there may be; null when done, or when nobody here knows
 * @param nextAttemptAt when it is due; null unless it waits for its time
 * @param reason why the latest attempt failed; null when none did or it is done
 * @param photo the result; null until it is done
 */
record PhotoStatus(String id, String name, String state, int attempt, @Nullable Integer maxAttempts,
		@Nullable Instant nextAttemptAt, @Nullable String reason, @Nullable Photo photo) {

	static PhotoStatus of(Photo photo) {
		return new PhotoStatus(photo.id(), photo.name(), "done", photo.attempts(), null, null, null, photo);
	}

	static PhotoStatus of(String id, Message message) {
		ProcessPhoto task = message.payload(ProcessPhoto.class);
		String name = (task != null) ? task.source().getFileName().toString() : id;
		Instant nextAttemptAt = (message.state() == MessageState.SCHEDULED) ? message.runAt() : null;
		Failure failure = message.lastError();
		return new PhotoStatus(id, name, message.state().name().toLowerCase(Locale.ROOT), message.attempt(),
				message.maxAttempts(), nextAttemptAt, (failure != null) ? failure.message() : null, null);
	}

}
