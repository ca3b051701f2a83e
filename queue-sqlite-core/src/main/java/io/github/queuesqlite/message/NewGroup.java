package io.github.queuesqlite.message;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;

import org.jspecify.annotations.Nullable;

/**
 * Messages to hand in together, and what is done when all have ended, however they ended.
 * Immutable: each call returns a copy. <pre>{@code
 * NewGroup.of(pages.stream().map((page) -> NewMessage.to("render").payload(page)).toList())
 *     .then(NewMessage.to("bind"))
 * }</pre>
 * <p>
 * A group is stored in one transaction, or nothing of it. Its members run like any other
 * messages, as many at once as the queues allow; each may begin a chain, and then counts
 * with the end of its last link. The end of the last member and the callback that is due
 * by it are one transaction: the callback runs once.
 *
 * @since 0.1.0
 */
public final class NewGroup {

	/** How many messages a group may have, with the links of chains and the callback. */
	public static final int MAX_MESSAGES = 10_000;

	private final List<NewMessage> members;

	private final @Nullable NewMessage callback;

	private NewGroup(List<NewMessage> members, @Nullable NewMessage callback) {
		this.members = members;
		this.callback = callback;
	}

	/**
	 * Returns a group.
	 * @param members at least one, without idempotency keys and unique keys: one that a
	 * task makes does not count. All of a group that have an ordering key or a
	 * concurrency key have the same one
	 * @return without callback: it is a message that is COMPLETED when all members have
	 * ended, with a {@link GroupResult} as its result
	 * @throws IllegalArgumentException if there is none or there are more than 10,000, or
	 * one has an idempotency key or a unique key
	 */
	public static NewGroup of(NewMessage... members) {
		return of(List.of(members));
	}

	/**
	 * Returns a group.
	 * @param members as for {@link #of(NewMessage...)}
	 * @return without callback
	 * @throws IllegalArgumentException as there
	 */
	public static NewGroup of(Collection<NewMessage> members) {
		Objects.requireNonNull(members, "'members' must not be null");
		List<NewMessage> all = new ArrayList<>(members.size());
		for (NewMessage member : members) {
			all.add(NewMessage.link(Objects.requireNonNull(member, "a member must not be null")));
		}
		if (all.isEmpty() || all.size() >= MAX_MESSAGES) {
			throw new IllegalArgumentException(
					"A group must have 1 to " + (MAX_MESSAGES - 1) + " members, had " + all.size());
		}
		return new NewGroup(List.copyOf(all), null);
	}

	/**
	 * Sets the callback: it runs when all members have ended, and is given a
	 * {@link GroupResult} unless it has a payload of its own. Called once more, it adds a
	 * link behind the callback.
	 * @param next as a member; its ordering key or concurrency key counts from when all
	 * members have ended. May begin a chain
	 * @return a copy
	 * @throws IllegalArgumentException if it has an idempotency key or a unique key
	 */
	public NewGroup then(NewMessage next) {
		Objects.requireNonNull(next, "'next' must not be null");
		return new NewGroup(this.members, (this.callback != null) ? this.callback.then(next) : NewMessage.link(next));
	}

	/**
	 * Returns the members.
	 * @return at least one
	 */
	public List<NewMessage> members() {
		return this.members;
	}

	/**
	 * Returns the callback.
	 * @return null for none
	 */
	public @Nullable NewMessage callback() {
		return this.callback;
	}

	@Override
	public String toString() {
		return "NewGroup[members=" + this.members.size() + "]";
	}

}
