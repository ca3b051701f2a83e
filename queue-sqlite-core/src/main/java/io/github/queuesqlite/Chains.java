package io.github.queuesqlite;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;

import io.github.queuesqlite.message.NewMessage;
import io.github.queuesqlite.message.PayloadException;
import io.github.queuesqlite.store.Wait;
import org.jspecify.annotations.Nullable;

/**
 * Makes the drafts of a chain: the first message, the links behind it, and what is done
 * when one fails, which may be chains too.
 */
final class Chains {

	/** What one transaction writes at most. */
	private static final long MOST_BYTES = 8L * 1024 * 1024;

	/** Makes the draft of one message; says whether its result flows on. */
	private final BiFunction<NewMessage, Boolean, Draft> drafts;

	private final List<Link> links = new ArrayList<>();

	private long bytes;

	private Chains(BiFunction<NewMessage, Boolean, Draft> drafts) {
		this.drafts = drafts;
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
		return new Chains(drafts).first(message);
	}

	private Draft first(NewMessage message) {
		Draft first = this.drafts.apply(message, isResultWanted(message.then(), 0));
		count(first, message);
		int last = addRest(message, 0);
		return first.with(this.links, last);
	}

	/** Adds what comes behind a message; returns the place of the last link. */
	private int addRest(NewMessage first, int place) {
		List<Handled> handled = new ArrayList<>(List.of(new Handled(place, first.onFailure())));
		int last = place;
		List<NewMessage> rest = first.then();
		for (int i = 0; i < rest.size(); i++) {
			NewMessage link = rest.get(i);
			last = add(link, Wait.Kind.THEN, List.of(last), isResultWanted(rest, i + 1));
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
				int place = add(handler, Wait.Kind.FAILURE, waitsFor, isResultWanted(handler.then(), 0));
				addRest(handler, place);
			}
		}
	}

	private static boolean isResultWanted(List<NewMessage> links, int next) {
		return next < links.size() && links.get(next).payload() == null;
	}

	private int add(NewMessage message, Wait.Kind kind, List<Integer> waitsFor, boolean resultWanted) {
		if (1 + this.links.size() >= NewMessage.MAX_LINKS) {
			throw new IllegalArgumentException("A chain must have at most " + NewMessage.MAX_LINKS
					+ " messages, with those for its failures. Nothing was stored.");
		}
		Draft draft = this.drafts.apply(message, resultWanted);
		count(draft, message);
		Long delay = (message.delay() != null) ? Long.valueOf(draft.runAt() - draft.createdAt()) : null;
		Long runAt = (message.runAt() != null) ? Long.valueOf(draft.runAt()) : null;
		Long expiresAt = (message.expiresAt() == null) ? draft.expiresAt() : null;
		Long timeToLive = (expiresAt != null) ? Long.valueOf(expiresAt - draft.createdAt()) : null;
		this.links.add(new Link(draft.waiting(timeToLive != null), kind, waitsFor, message.payload() == null, delay,
				runAt, timeToLive));
		return this.links.size();
	}

	private void count(Draft draft, NewMessage message) {
		this.bytes += draft.size();
		if (this.bytes > MOST_BYTES) {
			throw new PayloadException("The payloads of a chain have " + this.bytes + " bytes up to the one of task '"
					+ message.task() + "', more than the " + MOST_BYTES + " that one transaction writes", null);
		}
	}

	/** A link, and what is done when it fails. */
	private record Handled(int place, @Nullable NewMessage handler) {

	}

}
