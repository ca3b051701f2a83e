package io.github.queuesqlite.store;

import io.github.queuesqlite.message.DuplicateMessageException;
import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.message.Names;
import io.github.queuesqlite.message.OnDuplicate;
import org.jspecify.annotations.Nullable;

/**
 * A message on its way into the store. All times are epoch milliseconds UTC.
 *
 * @param id the id, which names the shard; see
 * {@link MessageStore#assignId(StoreInstance, Keys)}
 * @param keys its keys
 * @param queue the queue
 * @param task the task
 * @param priority higher first
 * @param createdAt when it was handed in
 * @param runAt not before; SCHEDULED when later than the time of the insert
 * @param expiresAt null for never
 * @param maxAttempts null when the claiming process decides
 * @param attributes source, tags, headers and metadata as JSON, see
 * {@link AttributesCodec}; null when there are none
 * @param codec who wrote the payload; null when there is none
 * @param payload null when there is none
 * @param awaited whether somebody waits for its end: it is then spared from pruning by
 * count for a minute
 * @param terms on what terms it is stored
 * @param composition what ties it to others
 */
public record Insertion(long id, Keys keys, String queue, String task, int priority, long createdAt, long runAt,
		@Nullable Long expiresAt, @Nullable Integer maxAttempts, @Nullable String attributes, @Nullable String codec,
		byte @Nullable [] payload, boolean awaited, Terms terms, Composition composition) {

	/**
	 * A message that is stored whatever is there.
	 * @param id the id
	 * @param keys its keys
	 * @param queue the queue
	 * @param task the task
	 * @param priority higher first
	 * @param createdAt when it was handed in
	 * @param runAt not before
	 * @param expiresAt null for never
	 * @param maxAttempts null when the claiming process decides
	 * @param attributes null when there are none
	 * @param codec null when there is none
	 * @param payload null when there is none
	 * @param awaited whether somebody waits for its end
	 */
	public Insertion(long id, Keys keys, String queue, String task, int priority, long createdAt, long runAt,
			@Nullable Long expiresAt, @Nullable Integer maxAttempts, @Nullable String attributes,
			@Nullable String codec, byte @Nullable [] payload, boolean awaited) {
		this(id, keys, queue, task, priority, createdAt, runAt, expiresAt, maxAttempts, attributes, codec, payload,
				awaited, Terms.NONE);
	}

	/**
	 * A message by itself.
	 * @param id the id
	 * @param keys its keys
	 * @param queue the queue
	 * @param task the task
	 * @param priority higher first
	 * @param createdAt when it was handed in
	 * @param runAt not before
	 * @param expiresAt null for never
	 * @param maxAttempts null when the claiming process decides
	 * @param attributes null when there are none
	 * @param codec null when there is none
	 * @param payload null when there is none
	 * @param awaited whether somebody waits for its end
	 * @param terms on what terms it is stored
	 */
	public Insertion(long id, Keys keys, String queue, String task, int priority, long createdAt, long runAt,
			@Nullable Long expiresAt, @Nullable Integer maxAttempts, @Nullable String attributes,
			@Nullable String codec, byte @Nullable [] payload, boolean awaited, Terms terms) {
		this(id, keys, queue, task, priority, createdAt, runAt, expiresAt, maxAttempts, attributes, codec, payload,
				awaited, terms, Composition.NONE);
	}

	/**
	 * Returns the message, tied to others.
	 * @param composition how
	 * @return a copy
	 */
	public Insertion with(Composition composition) {
		return new Insertion(this.id, this.keys, this.queue, this.task, this.priority, this.createdAt, this.runAt,
				this.expiresAt, this.maxAttempts, this.attributes, this.codec, this.payload, this.awaited, this.terms,
				composition);
	}

	/**
	 * Returns the message as it comes from another shard.
	 * @param origin from where
	 * @return a copy
	 */
	public Insertion from(Relay.Origin origin) {
		Terms from = new Terms(this.terms.bound(), this.terms.onDuplicate(), this.terms.window(), this.terms.durable(),
				origin);
		return new Insertion(this.id, this.keys, this.queue, this.task, this.priority, this.createdAt, this.runAt,
				this.expiresAt, this.maxAttempts, this.attributes, this.codec, this.payload, this.awaited, from,
				this.composition);
	}

	/**
	 * Returns whether the transaction of a shard cannot store it: it is of another shard,
	 * or has a key that may be another's, which takes more than one transaction to find
	 * out.
	 * @param shard the shard
	 * @return true when it is handed over afterwards
	 */
	public boolean isRelayedBy(int shard) {
		return IdLayout.shard(this.id) != shard || this.keys.idempotencyKey() != null || this.keys.uniqueKey() != null;
	}

	/**
	 * Returns whether it waits for others.
	 * @return true for one that is not due before they have ended
	 */
	public boolean isWaiting() {
		return this.composition.waits() != null;
	}

	/**
	 * Returns why the message that has its unique key is not changed.
	 * @param holder that message
	 * @return says that it runs
	 */
	public DuplicateMessageException runningException(long holder) {
		MessageId id = new MessageId(holder);
		return new DuplicateMessageException("Message " + id + " has the unique key '"
				+ Names.oneLine(String.valueOf(this.keys.uniqueKey())) + "' of a message for task '" + this.task
				+ "' and runs: it is not changed any more (" + this.terms.onDuplicate() + "). Nothing was stored.", id);
	}

	/**
	 * Returns why the message for which its unique key is taken is not changed; null when
	 * nobody wants that.
	 * @param holder that message
	 * @return says that it has ended
	 */
	public @Nullable DuplicateMessageException endedException(long holder) {
		if (this.terms.onDuplicate() == OnDuplicate.KEEP_EARLIEST || !this.terms.onDuplicate().changesExisting()) {
			return null;
		}
		MessageId id = new MessageId(holder);
		return new DuplicateMessageException(
				"The unique key '" + Names.oneLine(String.valueOf(this.keys.uniqueKey())) + "' of a message for task '"
						+ this.task + "' is taken for some time beyond the end of message " + id
						+ ", which is not changed any more (" + this.terms.onDuplicate() + "). Nothing was stored.",
				id);
	}

	/**
	 * Returns about how many bytes the row takes, with what is stored with it.
	 * @return for the bound of a batch
	 */
	public long size() {
		long size = 200L + ((this.payload != null) ? this.payload.length : 0)
				+ ((this.attributes != null) ? this.attributes.length() : 0);
		for (Insertion other : this.composition.others()) {
			size += other.size();
		}
		return size;
	}

	/**
	 * Returns how many rows it is.
	 * @return 1, or more with what is stored with it
	 */
	public int rows() {
		return 1 + this.composition.others().size();
	}

}
