package io.github.queuesqlite.message;

import org.jspecify.annotations.Nullable;

/**
 * What a message is given that was handed in with {@link NewMessage#onFailure}: which
 * message failed, and why. It is stored as JSON.
 *
 * @param id the message that failed
 * @param task its task
 * @param state how it ended: DEAD or EXPIRED
 * @param failure why its latest attempt failed; null when none did
 * @since 0.1.0
 */
public record FailedMessage(MessageId id, String task, MessageState state, @Nullable Failure failure) {

}
