package io.github.queuesqlite.listen;

import io.github.queuesqlite.listen.ListenStore.StoredChange;
import io.github.queuesqlite.message.PayloadException;
import io.github.queuesqlite.payload.Payloads;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads stored changes as a listener wants them and calls it. */
final class ChangeCaller {

	private static final Logger logger = LoggerFactory.getLogger(ChangeCaller.class);

	private final ListenerDefinition listener;

	private final Payloads payloads;

	ChangeCaller(ListenerDefinition listener, Payloads payloads) {
		this.listener = listener;
		this.payloads = payloads;
	}

	/**
	 * Calls the listener.
	 * @return why it could not take the change; null when it took it
	 */
	@Nullable FailedCall call(StoredChange change) {
		DataChange<?> read;
		try {
			read = read(change);
		}
		catch (Throwable ex) {
			return new FailedCall(ex, true);
		}
		try {
			this.listener.handler().onChange(read);
			return null;
		}
		catch (Throwable ex) {
			return new FailedCall(ex, false);
		}
	}

	private DataChange<?> read(StoredChange change) {
		Object value = this.payloads.decode(change.codec(), change.value(), this.listener.valueType());
		return new DataChange<>(change.key(), readOld(change), value, change.version(), change.at());
	}

	/** What cannot be read any more must not keep the new value from the listener. */
	private @Nullable Object readOld(StoredChange change) {
		try {
			return this.payloads.decode(change.oldCodec(), change.oldValue(), this.listener.valueType());
		}
		catch (PayloadException ex) {
			logger.debug("Listener '{}' gets version {} of key '{}' without its old value", this.listener.name(),
					change.version(), change.key(), ex);
			return null;
		}
	}

	/**
	 * A call that failed.
	 *
	 * @param cause what was thrown
	 * @param permanent whether trying the same again gives the same
	 */
	record FailedCall(Throwable cause, boolean permanent) {

	}

}
