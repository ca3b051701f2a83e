package io.github.queuesqlite.test;

import java.nio.charset.StandardCharsets;

import io.github.queuesqlite.message.Failure;
import io.github.queuesqlite.message.Message;
import io.github.queuesqlite.message.MessageState;
import org.assertj.core.api.AbstractAssert;
import org.jspecify.annotations.Nullable;

/**
 * Assertions of one message, as it was when it was read.
 *
 * @since 0.1.0
 */
public final class MessageAssert extends AbstractAssert<MessageAssert, Message> {

	MessageAssert(Message message) {
		super(message, MessageAssert.class);
	}

	/**
	 * Asserts the state.
	 * @param state the state
	 * @return this
	 */
	public MessageAssert hasState(MessageState state) {
		if (this.actual.state() != state) {
			fail("Expecting message %s to be %s", state);
		}
		return this;
	}

	/**
	 * Asserts that it is COMPLETED.
	 * @return this
	 */
	public MessageAssert isCompleted() {
		return hasState(MessageState.COMPLETED);
	}

	/**
	 * Asserts that it is DEAD: its attempts are spent, or its handler gave up.
	 * @return this
	 */
	public MessageAssert isDead() {
		return hasState(MessageState.DEAD);
	}

	/**
	 * Asserts that its first or next attempt waits for a time: it is SCHEDULED.
	 * @return this
	 */
	public MessageAssert isScheduled() {
		return hasState(MessageState.SCHEDULED);
	}

	/**
	 * Asserts how many attempts have begun.
	 * @param attempts 0 before the first one
	 * @return this
	 */
	public MessageAssert hasAttempts(int attempts) {
		if (this.actual.attempt() != attempts) {
			fail("Expecting message %s to have begun %s attempts", attempts);
		}
		return this;
	}

	/**
	 * Asserts what its handler returned.
	 * @param result read as its class; null for nothing
	 * @return this
	 */
	public MessageAssert hasResult(@Nullable Object result) {
		if (!Payload.isResult(this.actual, result)) {
			byte[] raw = this.actual.rawResult();
			failWithMessage("Expecting message %s to have the result %s but it was %s;%n%s", this.actual.id(), result,
					(raw != null) ? new String(raw, StandardCharsets.UTF_8) : "none", Messages.show(this.actual));
		}
		return this;
	}

	/**
	 * Asserts that its payload is equal to this one.
	 * @param payload read as its class; null for none
	 * @return this
	 */
	public MessageAssert hasPayload(@Nullable Object payload) {
		if (!Payload.isEqual(this.actual, payload)) {
			fail("Expecting message %s to have the payload %s", payload);
		}
		return this;
	}

	/**
	 * Asserts that an attempt has failed, and how the latest that did.
	 * @param type the class of what was thrown, or a superclass
	 * @return this
	 */
	public MessageAssert hasFailedWith(Class<? extends Throwable> type) {
		Failure failure = this.actual.lastError();
		if (failure == null || !isA(failure.type(), type)) {
			fail("Expecting an attempt of message %s to have failed with %s", type.getName());
		}
		return this;
	}

	/**
	 * Asserts that an attempt has failed, and with which text the latest that did.
	 * @param text a part of it
	 * @return this
	 */
	public MessageAssert hasFailedWith(String text) {
		Failure failure = this.actual.lastError();
		if (failure == null || !failure.message().contains(text)) {
			fail("Expecting an attempt of message %s to have failed with the text \"%s\"", text);
		}
		return this;
	}

	private static boolean isA(String name, Class<? extends Throwable> type) {
		try {
			return type.isAssignableFrom(Class.forName(name, false, type.getClassLoader()));
		}
		catch (ClassNotFoundException | LinkageError ex) {
			return name.equals(type.getName());
		}
	}

	private void fail(String text, @Nullable Object value) {
		failWithMessage(text + " but it is%n%s", this.actual.id(), value, Messages.show(this.actual));
	}

	/**
	 * Returns the message.
	 * @return as it was when it was read
	 */
	public Message message() {
		return this.actual;
	}

}
