package io.github.queuesqlite;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;

import io.github.queuesqlite.message.Names;
import io.github.queuesqlite.message.NewGroup;
import io.github.queuesqlite.message.NewMessage;
import io.github.queuesqlite.message.PayloadException;
import io.github.queuesqlite.store.Keys;
import io.github.queuesqlite.store.Wait;
import org.jspecify.annotations.Nullable;

/**
 * Makes the drafts of what is stored together: a chain is its first message, the links
 * behind it, and what is done when one fails, which may be chains too; a group is its
 * callback and its members, which may be chains too.
 */
final class Chains {

	/** The task of a group that has no callback: nobody runs it. */
	static final String GROUP = "queue:group";

	private static final long MOST_BYTES_OF_CHAIN = 8L * 1024 * 1024;

	private static final long MOST_BYTES_OF_GROUP = 32L * 1024 * 1024;

	/** Makes the draft of one message; says whether its result flows on. */
	private final BiFunction<NewMessage, Boolean, Draft> drafts;

	private final String what;

	private final int mostMessages;

	private final long mostBytes;

	private final List<Draft> links = new ArrayList<>();

	/** The first with a key that decides where all of them live. */
	private @Nullable Draft placed;

	private long bytes;

	private Chains(BiFunction<NewMessage, Boolean, Draft> drafts, String what, int mostMessages, long mostBytes) {
		this.drafts = drafts;
		this.what = what;
		this.mostMessages = mostMessages;
		this.mostBytes = mostBytes;
	}

	/**
	 * Makes the draft of a message with all that is stored with it.
	 * @param message the first one
	 * @param drafts makes the draft of one message; says whether its result flows on
	 */
	static Draft draft(NewMessage message, BiFunction<NewMessage, Boolean, Draft> drafts) {
		if (message.then().isEmpty() && message.onFailure() == null) {
			return drafts.apply(message, false);
		}
		return new Chains(drafts, "chain", NewMessage.MAX_LINKS, MOST_BYTES_OF_CHAIN).chain(message);
	}

	/**
	 * Makes the draft of a group.
	 * @param group the group
	 * @param drafts as above
	 * @return its callback, with the members
	 */
	static Draft draft(NewGroup group, BiFunction<NewMessage, Boolean, Draft> drafts) {
		return new Chains(drafts, "group", NewGroup.MAX_MESSAGES, MOST_BYTES_OF_GROUP).group(group);
	}

	private Draft chain(NewMessage message) {
		Draft first = count(this.drafts.apply(message, isResultWanted(message.then(), 0, false)));
		int last = addRest(message, 0, false);
		return checkWindow(first).with(this.links, last);
	}

	private Draft group(NewGroup group) {
		NewMessage callback = group.callback();
		boolean resultsWanted = callback == null || callback.payload() == null;
		List<Integer> members = new ArrayList<>();
		for (NewMessage member : group.members()) {
			boolean resultWanted = isResultWanted(member.then(), 0, resultsWanted);
			int place = add(this.drafts.apply(member, resultWanted).keyless());
			members.add(addRest(member, place, resultsWanted));
		}
		NewMessage first = (callback != null) ? callback : NewMessage.to(GROUP);
		Draft draft = count(this.drafts.apply(first, isResultWanted(first.then(), 0, false)));
		Wait.Kind kind = (callback != null) ? Wait.Kind.ALL : Wait.Kind.GATHER;
		Draft waiting = draft.waiting(waiting(first, draft, kind, members));
		int last = addRest(first, 0, false);
		return waiting.with(this.links, last);
	}

	/** Adds what comes behind a message; returns the place of the last link. */
	private int addRest(NewMessage first, int place, boolean lastWanted) {
		List<Handled> handled = new ArrayList<>(List.of(new Handled(place, first.onFailure())));
		int last = place;
		List<NewMessage> rest = first.then();
		for (int i = 0; i < rest.size(); i++) {
			NewMessage link = rest.get(i);
			last = add(link, Wait.Kind.THEN, List.of(last), isResultWanted(rest, i + 1, lastWanted));
			NewMessage own = link.onFailure();
			handled.add(new Handled(last, (own != null) ? own : first.onFailure()));
		}
		addHandlers(handled);
		return last;
	}

	/** One for all links that share it. */
	private void addHandlers(List<Handled> handled) {
		List<Handled> rest = new ArrayList<>(handled);
		rest.removeIf((one) -> one.handler() == null);
		while (!rest.isEmpty()) {
			NewMessage handler = rest.get(0).handler();
			List<Integer> waitsFor = rest.stream()
				.filter((one) -> one.handler() == handler)
				.map(Handled::place)
				.toList();
			rest.removeIf((one) -> one.handler() == handler);
			if (handler != null) {
				int place = add(handler, Wait.Kind.FAILURE, waitsFor, isResultWanted(handler.then(), 0, false));
				addRest(handler, place, false);
			}
		}
	}

	private static boolean isResultWanted(List<NewMessage> links, int next, boolean lastWanted) {
		return (next < links.size()) ? links.get(next).payload() == null : lastWanted;
	}

	private int add(NewMessage message, Wait.Kind kind, List<Integer> waitsFor, boolean resultWanted) {
		Draft draft = this.drafts.apply(message, resultWanted);
		return add(draft.waiting(waiting(message, draft, kind, waitsFor)));
	}

	private static Waiting waiting(NewMessage message, Draft draft, Wait.Kind kind, List<Integer> waitsFor) {
		Long delay = (message.delay() != null) ? Long.valueOf(draft.runAt() - draft.createdAt()) : null;
		Long runAt = (message.runAt() != null) ? Long.valueOf(draft.runAt()) : null;
		Long expiresAt = (message.expiresAt() == null) ? draft.expiresAt() : null;
		Long timeToLive = (expiresAt != null) ? Long.valueOf(expiresAt - draft.createdAt()) : null;
		return new Waiting(kind, waitsFor, message.payload() == null, delay, runAt, timeToLive);
	}

	/** Returns its place. */
	private int add(Draft draft) {
		if (1 + this.links.size() >= this.mostMessages) {
			throw new IllegalArgumentException("A " + this.what + " must have at most " + this.mostMessages
					+ " messages, with all links and those for failures. Nothing was stored.");
		}
		this.links.add(count(draft));
		return this.links.size();
	}

	private Draft count(Draft draft) {
		checkPlace(draft);
		this.bytes += draft.size();
		if (this.bytes > this.mostBytes) {
			throw new PayloadException("The payloads of a " + this.what + " have " + this.bytes
					+ " bytes up to the one of task '" + draft.keys().task() + "', more than the " + this.mostBytes
					+ " that are stored together. Nothing was stored.", null);
		}
		return draft;
	}

	/** They are stored in one transaction, so in one shard. */
	private void checkPlace(Draft draft) {
		if (!draft.keys().isPlaced()) {
			return;
		}
		if (this.placed == null) {
			this.placed = draft;
		}
		else if (!this.placed.keys().isPlacedLike(draft.keys())) {
			throw new IllegalArgumentException("All messages of a " + this.what
					+ " that have an ordering key or a concurrency key must have the same one, since they are stored"
					+ " together: task '" + this.placed.keys().task() + "' has " + text(this.placed.keys()) + ", task '"
					+ draft.keys().task() + "' has " + text(draft.keys()) + ". Nothing was stored.");
		}
	}

	private static String text(Keys keys) {
		String orderingKey = keys.orderingKey();
		return (orderingKey != null) ? "the ordering key '" + Names.oneLine(orderingKey) + "'"
				: "the concurrency key '" + Names.oneLine(String.valueOf(keys.concurrencyKey())) + "'";
	}

	/** As with a message that has such a key itself. */
	private Draft checkWindow(Draft first) {
		if (first.terms().window() != null && this.placed != null) {
			throw new IllegalArgumentException("'uniqueFor' and 'uniqueAfterEnd' cannot be had in a " + this.what
					+ " with an ordering key or a concurrency key, which may put it into another shard than the window"
					+ " of its unique key. Nothing was stored.");
		}
		return first;
	}

	/** A link, and what is done when it fails. */
	private record Handled(int place, @Nullable NewMessage handler) {

	}

}
