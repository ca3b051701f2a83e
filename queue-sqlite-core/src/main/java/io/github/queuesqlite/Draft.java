package io.github.queuesqlite;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntToLongFunction;
import java.util.function.LongPredicate;

import io.github.queuesqlite.event.QueueRecorder;
import io.github.queuesqlite.message.OnDuplicate;
import io.github.queuesqlite.payload.Payloads.Encoded;
import io.github.queuesqlite.store.Composition;
import io.github.queuesqlite.store.Insertion;
import io.github.queuesqlite.store.Keys;
import io.github.queuesqlite.store.MessageStore;
import io.github.queuesqlite.store.StoreInstance;
import io.github.queuesqlite.store.Terms;
import io.github.queuesqlite.store.Wait;
import org.jspecify.annotations.Nullable;

/**
 * A message that is ready for the store but for its id. Times are epoch milliseconds.
 *
 * @param keys its task and keys
 * @param onDuplicate what happens when a key is taken
 * @param queue the queue
 * @param priority higher first
 * @param createdAt when it was handed in
 * @param runAt not before
 * @param expiresAt null for never
 * @param maxAttempts null when the claiming process decides
 * @param attributes null for none
 * @param payload its bytes
 * @param terms on what terms it is stored
 * @param waits what it waits for; null for nothing
 * @param links what is stored with it
 * @param last the place of the last link of its chain; 0 when it has none
 * @param shard the shard that somebody chose for it; null when its keys decide, or none
 */
record Draft(Keys keys, OnDuplicate onDuplicate, String queue, int priority, long createdAt, long runAt,
		@Nullable Long expiresAt, @Nullable Integer maxAttempts, @Nullable String attributes, Encoded payload,
		Terms terms, @Nullable Waiting waits, List<Draft> links, int last, @Nullable Integer shard) {

	private static final long[] NONE = {};

	/** Ties links to it. */
	Draft with(List<Draft> links, int last) {
		return new Draft(this.keys, this.onDuplicate, this.queue, this.priority, this.createdAt, this.runAt,
				this.expiresAt, this.maxAttempts, this.attributes, this.payload, this.terms, this.waits,
				List.copyOf(links), last, this.shard);
	}

	/**
	 * Makes it wait for others: it is not due, and is exempt from bounds.
	 * @param waits for which; its time to live counts from when it is set free
	 */
	Draft waiting(Waiting waits) {
		Boolean durable = this.terms.durable();
		Terms terms = (durable != null) ? new Terms(null, OnDuplicate.RETURN_EXISTING, null, durable) : Terms.NONE;
		return keyless(terms, Wait.NOT_DUE, (waits.timeToLive() != null) ? null : this.expiresAt, waits);
	}

	/** The keys that decide where it lives, with all that is stored with it. */
	Keys home() {
		if (!this.keys.isPlaced()) {
			for (Draft link : this.links) {
				if (link.keys.isPlaced()) {
					return link.keys;
				}
			}
		}
		return this.keys;
	}

	/** Puts it into a shard that somebody chose. */
	Draft in(int shard) {
		return new Draft(this.keys, this.onDuplicate, this.queue, this.priority, this.createdAt, this.runAt,
				this.expiresAt, this.maxAttempts, this.attributes, this.payload, this.terms, this.waits, this.links,
				this.last, shard);
	}

	/** Whether something says in which shard it lives. */
	boolean isPlaced() {
		return this.shard != null || !home().isEmpty();
	}

	/** Gives it an id where it is to live. */
	long assignId(MessageStore store, StoreInstance instance) {
		return (this.shard != null) ? store.assignId(instance, this.shard) : store.assignId(instance, home());
	}

	/** Takes away a unique key that its task makes. */
	Draft keyless() {
		return keyless(new Terms(this.terms.bound(), OnDuplicate.RETURN_EXISTING, null, this.terms.durable()),
				this.runAt, this.expiresAt, null);
	}

	private Draft keyless(Terms terms, long runAt, @Nullable Long expiresAt, @Nullable Waiting waits) {
		return new Draft(this.keys.placing(), OnDuplicate.RETURN_EXISTING, this.queue, this.priority, this.createdAt,
				runAt, expiresAt, this.maxAttempts, this.attributes, this.payload, terms, waits, List.of(), 0, null);
	}

	/** Exempts it from bounds. */
	Draft unbounded() {
		Terms terms = new Terms(null, this.terms.onDuplicate(), this.terms.window(), this.terms.durable());
		return new Draft(this.keys, this.onDuplicate, this.queue, this.priority, this.createdAt, this.runAt,
				this.expiresAt, this.maxAttempts, this.attributes, this.payload, terms, this.waits, this.links,
				this.last, this.shard);
	}

	/** The first that a bound holds for; itself when there is none. */
	Draft bounded() {
		if (this.terms.bound() == null) {
			for (Draft link : this.links) {
				if (link.terms.bound() != null) {
					return link;
				}
			}
		}
		return this;
	}

	/**
	 * Gives ids to its links.
	 * @param id its own
	 * @return in their order
	 */
	long[] assignLinks(StoreAccess access, long id) {
		if (this.links.isEmpty()) {
			return NONE;
		}
		long[] ids = new long[this.links.size()];
		for (int i = 0; i < ids.length; i++) {
			ids[i] = access.store().assignIdBeside(access.instance().get(), id);
		}
		return ids;
	}

	/** Whose end is the end of the chain. */
	long lastId(long id, long[] linkIds) {
		return idOf(this.last, id, linkIds);
	}

	private static long idOf(int place, long id, long[] linkIds) {
		return (place == 0) ? id : linkIds[place - 1];
	}

	/** The last message of the chain. */
	Draft lastDraft() {
		return (this.last == 0) ? this : this.links.get(this.last - 1);
	}

	/**
	 * Gives it and its links their ids.
	 * @param awaited whether somebody waits for the end of which message
	 */
	Insertion withIds(long id, long[] linkIds, LongPredicate awaited) {
		if (linkIds.length == 0) {
			return withId(id, awaited.test(id));
		}
		IntToLongFunction ids = (place) -> idOf(place, id, linkIds);
		List<Insertion> others = new ArrayList<>(linkIds.length);
		for (int i = 0; i < linkIds.length; i++) {
			Draft link = this.links.get(i);
			others.add(link.withId(linkIds[i], awaited.test(linkIds[i])).with(link.composition(ids, List.of())));
		}
		return withId(id, awaited.test(id)).with(composition(ids, others));
	}

	private Composition composition(IntToLongFunction ids, List<Insertion> others) {
		return (this.waits == null && others.isEmpty()) ? Composition.NONE
				: new Composition((this.waits != null) ? this.waits.with(ids) : null, others);
	}

	/** How many messages it is. */
	int rows() {
		return 1 + this.links.size();
	}

	/** Says that it is stored. */
	void record(QueueRecorder recorder) {
		recorder.enqueued(this.queue, this.keys.task(), 1);
		recordLinks(recorder);
	}

	void recordLinks(QueueRecorder recorder) {
		for (Draft link : this.links) {
			link.record(recorder);
		}
	}

	Insertion withId(long id, boolean awaited) {
		return new Insertion(id, this.keys, this.queue, this.keys.task(), this.priority, this.createdAt, this.runAt,
				this.expiresAt, this.maxAttempts, this.attributes, this.payload.codec(), this.payload.bytes(), awaited,
				this.terms);
	}

	boolean isAlike(Draft other) {
		return this.queue.equals(other.queue) && this.keys.task().equals(other.keys.task());
	}

	long size() {
		byte[] bytes = this.payload.bytes();
		long size = ((bytes != null) ? bytes.length : 0) + ((this.attributes != null) ? this.attributes.length() : 0);
		for (Draft link : this.links) {
			size += link.size();
		}
		return size;
	}

}
