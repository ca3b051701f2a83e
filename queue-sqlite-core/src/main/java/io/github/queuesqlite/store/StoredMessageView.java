package io.github.queuesqlite.store;

import java.lang.reflect.Type;
import java.time.Instant;
import java.util.Collections;
import java.util.Map;
import java.util.Set;

import io.github.queuesqlite.message.Failure;
import io.github.queuesqlite.message.Message;
import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.message.PayloadException;
import io.github.queuesqlite.message.Progress;
import io.github.queuesqlite.payload.LocalPayloads;
import io.github.queuesqlite.payload.Payloads;
import io.github.queuesqlite.store.AttributesCodec.Attributes;
import org.jspecify.annotations.Nullable;
import org.springframework.core.ParameterizedTypeReference;
import tools.jackson.core.JacksonException;

/**
 * A row as users see it. Reads payload, result and attributes when they are asked for: a
 * body that cannot be read harms nobody who does not read it.
 */
public final class StoredMessageView implements Message {

	private final StoredMessage row;

	private final Payloads payloads;

	private final RunDetails run;

	private final @Nullable Integer maxAttempts;

	/** Read twice at worst, when two threads are first: the values are equal. */
	private volatile @Nullable Attributes attributes;

	/**
	 * Shows a row.
	 * @param row the row
	 * @param payloads reads payload and result
	 * @param maxAttempts what counts when the sender set none; null when that is not
	 * known
	 */
	public StoredMessageView(StoredMessage row, Payloads payloads, @Nullable Integer maxAttempts) {
		this(row, payloads, maxAttempts, RunDetails.NONE);
	}

	/**
	 * As above, with what is known of its run beside the row.
	 * @param row the row
	 * @param payloads reads payload and result
	 * @param maxAttempts of a row that does not say; null when that is not known
	 * @param run what is known
	 */
	public StoredMessageView(StoredMessage row, Payloads payloads, @Nullable Integer maxAttempts, RunDetails run) {
		this.run = run;
		this.row = row;
		this.payloads = payloads;
		this.maxAttempts = (row.maxAttempts() != null) ? row.maxAttempts() : maxAttempts;
	}

	@Override
	public MessageId id() {
		return new MessageId(this.row.id());
	}

	@Override
	public String task() {
		return this.row.task();
	}

	@Override
	public String queue() {
		return this.row.queue();
	}

	@Override
	public MessageState state() {
		return this.row.state();
	}

	@Override
	public int priority() {
		return this.row.priority();
	}

	@Override
	public int attempt() {
		return this.row.attempt();
	}

	@Override
	public @Nullable Integer maxAttempts() {
		return this.maxAttempts;
	}

	@Override
	public Instant createdAt() {
		return Instant.ofEpochMilli(this.row.createdAt());
	}

	@Override
	public Instant runAt() {
		return Instant.ofEpochMilli(this.row.runAt());
	}

	@Override
	public @Nullable Instant startedAt() {
		return instant(this.row.startedAt());
	}

	@Override
	public @Nullable String instance() {
		return this.run.instance();
	}

	@Override
	public @Nullable String thread() {
		return this.run.thread();
	}

	@Override
	public @Nullable Instant finishedAt() {
		return instant(this.row.finishedAt());
	}

	@Override
	public @Nullable Instant expiresAt() {
		return instant(this.row.expiresAt());
	}

	@Override
	public @Nullable String idempotencyKey() {
		return this.row.idempotencyKey();
	}

	@Override
	public @Nullable String uniqueKey() {
		return this.row.uniqueKey();
	}

	@Override
	public @Nullable String orderingKey() {
		return this.row.orderingKey();
	}

	@Override
	public @Nullable String concurrencyKey() {
		return attributes().concurrencyKey();
	}

	@Override
	public @Nullable String source() {
		return attributes().source();
	}

	@Override
	public Set<String> tags() {
		return attributes().tagSet();
	}

	@Override
	public Map<String, String> headers() {
		return Collections.unmodifiableMap(attributes().headers());
	}

	@Override
	public Map<String, Object> metadata() {
		return Collections.unmodifiableMap(attributes().metadata());
	}

	@Override
	public <T> @Nullable T payload(Class<T> type) {
		return payload((Type) type);
	}

	@Override
	public <T> @Nullable T payload(ParameterizedTypeReference<T> type) {
		return payload(type.getType());
	}

	@SuppressWarnings({ "unchecked", "TypeParameterUnusedInFormals" })
	private <T> @Nullable T payload(Type type) {
		refuseDamaged("payload");
		try {
			return (T) this.payloads.decode(this.row.codec(), this.row.payload(), type);
		}
		catch (PayloadException ex) {
			throw unreadable("payload", ex);
		}
	}

	@Override
	public <T> @Nullable T result(Class<T> type) {
		return result((Type) type);
	}

	@Override
	public <T> @Nullable T result(ParameterizedTypeReference<T> type) {
		return result(type.getType());
	}

	@SuppressWarnings({ "unchecked", "TypeParameterUnusedInFormals" })
	private <T> @Nullable T result(Type type) {
		refuseDamaged("result");
		try {
			return (T) this.payloads.decode(this.row.resultCodec(), this.row.result(), type);
		}
		catch (PayloadException ex) {
			throw unreadable("result", ex);
		}
	}

	private void refuseDamaged(String what) {
		if (this.row.damaged()) {
			throw new PayloadException("The " + what + " of message " + id() + " (task '" + task()
					+ "') cannot be read: the message is damaged, it is not what was stored. Its bytes are kept.", id(),
					null);
		}
	}

	private PayloadException unreadable(String what, PayloadException cause) {
		return new PayloadException("The " + what + " of message " + id() + " (task '" + task() + "') cannot be read: "
				+ cause.getMessage(), id(), cause);
	}

	@Override
	public boolean isDamaged() {
		return this.row.damaged();
	}

	@Override
	public boolean isLocal() {
		return LocalPayloads.CODEC.equals(this.row.codec());
	}

	@Override
	public byte[] rawPayload() {
		byte[] payload = this.payloads.plain(this.row.codec(), this.row.payload());
		return (payload != null) ? payload : new byte[0];
	}

	@Override
	public byte @Nullable [] rawResult() {
		return this.payloads.plain(this.row.resultCodec(), this.row.result());
	}

	@Override
	public @Nullable Progress progress() {
		return this.run.progress();
	}

	@Override
	public @Nullable Failure lastError() {
		return FailureCodec.decode(this.row.lastError());
	}

	@Override
	public String toString() {
		return "Message[" + id() + ", task=" + task() + ", queue=" + queue() + ", state=" + state() + ", attempt="
				+ attempt() + "]";
	}

	private Attributes attributes() {
		Attributes attributes = this.attributes;
		if (attributes == null) {
			attributes = readAttributes();
			this.attributes = attributes;
		}
		return attributes;
	}

	private Attributes readAttributes() {
		try {
			return AttributesCodec.decode(this.row.attributes());
		}
		catch (JacksonException ex) {
			if (this.row.damaged()) {
				return Attributes.NONE;
			}
			throw ex;
		}
	}

	private static @Nullable Instant instant(@Nullable Long millis) {
		return (millis != null) ? Instant.ofEpochMilli(millis) : null;
	}

	/**
	 * What is known of the run of a message beside its row.
	 *
	 * @param progress how far its handler said it is; null for nothing
	 * @param instance the name of the instance that runs it; null for none
	 * @param thread the name of the thread of this process that does; null for none
	 */
	public record RunDetails(@Nullable Progress progress, @Nullable String instance, @Nullable String thread) {

		/** Nothing is known. */
		public static final RunDetails NONE = new RunDetails(null, null, null);

	}

}
