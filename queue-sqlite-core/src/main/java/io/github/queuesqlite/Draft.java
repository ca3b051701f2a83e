package io.github.queuesqlite;

import java.util.ArrayList;
import java.util.List;
import java.util.function.LongPredicate;

import io.github.queuesqlite.event.QueueRecorder;
import io.github.queuesqlite.message.OnDuplicate;
import io.github.queuesqlite.payload.Payloads.Encoded;
import io.github.queuesqlite.store.Composition;
import io.github.queuesqlite.store.Insertion;
import io.github.queuesqlite.store.Keys;
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
 * @param links what is stored with it, and waits for others
 * @param last the place of the last link of its chain; 0 when it has none
 */
record Draft(Keys keys, OnDuplicate onDuplicate, String queue, int priority, long createdAt, long runAt,
		@Nullable Long expiresAt, @Nullable Integer maxAttempts, @Nullable String attributes, Encoded payload,
		Terms terms, List<Link> links, int last) {

	private static final long[] NONE = {};

	/** Ties links to it. */
	Draft with(List<Link> links, int last) {
		return new Draft(this.keys, this.onDuplicate, this.queue, this.priority, this.createdAt, this.runAt,
				this.expiresAt, this.maxAttempts, this.attributes, this.payload, this.terms, List.copyOf(links), last);
	}

	/**
	 * Makes it wait for others: it is not due, is exempt from bounds, and has no unique
	 * key that its task would make.
	 * @param expiresLater whether its time to live counts from when it is set free
	 */
	Draft waiting(boolean expiresLater) {
		Boolean durable = this.terms.durable();
		Terms terms = (durable != null) ? new Terms(null, OnDuplicate.RETURN_EXISTING, null, durable) : Terms.NONE;
		return new Draft(new Keys(this.keys.task(), null, null), OnDuplicate.RETURN_EXISTING, this.queue, this.priority,
				this.createdAt, Wait.NOT_DUE, expiresLater ? null : this.expiresAt, this.maxAttempts, this.attributes,
				this.payload, terms, List.of(), 0);
	}

	/** Exempts it from bounds. */
	Draft unbounded() {
		Terms terms = new Terms(null, this.terms.onDuplicate(), this.terms.window(), this.terms.durable());
		return new Draft(this.keys, this.onDuplicate, this.queue, this.priority, this.createdAt, this.runAt,
				this.expiresAt, this.maxAttempts, this.attributes, this.payload, terms, this.links, this.last);
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
		return (this.last == 0) ? this : this.links.get(this.last - 1).draft();
	}

	/**
	 * Gives it and its links their ids.
	 * @param awaited whether somebody waits for the end of which message
	 */
	Insertion withIds(long id, long[] linkIds, LongPredicate awaited) {
		Insertion first = withId(id, awaited.test(id));
		if (linkIds.length == 0) {
			return first;
		}
		List<Insertion> others = new ArrayList<>(linkIds.length);
		for (int i = 0; i < linkIds.length; i++) {
			others.add(this.links.get(i)
				.withId(linkIds[i], awaited.test(linkIds[i]), (place) -> idOf(place, id, linkIds)));
		}
		return first.with(new Composition(null, others));
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
		for (Link link : this.links) {
			link.draft().record(recorder);
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
		for (Link link : this.links) {
			size += link.draft().size();
		}
		return size;
	}

}
