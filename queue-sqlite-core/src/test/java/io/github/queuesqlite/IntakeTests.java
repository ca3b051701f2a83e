package io.github.queuesqlite;

import java.time.Duration;
import java.util.List;
import java.util.Set;

import io.github.queuesqlite.message.NewMessage;
import io.github.queuesqlite.message.OnDuplicate;
import io.github.queuesqlite.payload.JsonPayloadCodec;
import io.github.queuesqlite.payload.Payloads;
import io.github.queuesqlite.store.Terms;
import io.github.queuesqlite.task.TaskRegistry;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** On what terms the store gets a message. */
class IntakeTests {

	private final TaskRegistry tasks = new TaskRegistry();

	private Terms terms(NewMessage message, int maxLength, OnFull onFull) {
		Intake intake = new Intake(this.tasks, new Payloads(new JsonPayloadCodec(), 1000), 1000, new MovableClock(),
				List.of(), new Lanes(this.tasks, Set.of(), (queue) -> true),
				new Bounds(maxLength, onFull, Duration.ZERO, 4));
		return intake.draft(intake.accept(message, 5000), 5000).terms();
	}

	private Terms terms(NewMessage message) {
		return terms(message, -1, OnFull.BLOCK);
	}

	@Test
	void termsWhenNothingIsSaidAreNone() {
		assertThat(terms(NewMessage.to("task").uniqueKey("u").onDuplicate(OnDuplicate.THROW))).isSameAs(Terms.NONE);
	}

	@Test
	void termsAreWhatTheSenderSaid() {
		NewMessage message = NewMessage.to("task").uniqueKey("u");
		assertThat(terms(message.durable(true)).durable()).isTrue();
		assertThat(terms(message.durable(false)).durable()).isFalse();
		assertThat(terms(message.onDuplicate(OnDuplicate.DEBOUNCE)).onDuplicate()).isEqualTo(OnDuplicate.DEBOUNCE);
		assertThat(terms(message.uniqueAfterEnd(Duration.ofHours(1)).uniqueFor(Duration.ofSeconds(2))).window())
			.isEqualTo(new Terms.Window(null, 7000L));
		assertThat(terms(message.uniqueFor(Duration.ofHours(1)).uniqueAfterEnd(Duration.ofSeconds(2))).window())
			.isEqualTo(new Terms.Window(2000L, null));
	}

	@Test
	void boundIsAnEqualPartRoundedUp() {
		assertThat(terms(NewMessage.to("task"), 10, OnFull.REJECT).bound()).isEqualTo(new Terms.Bound(3, false));
		assertThat(terms(NewMessage.to("task"), 1, OnFull.DROP_OLDEST).bound()).isEqualTo(new Terms.Bound(1, true));
		assertThat(terms(NewMessage.to("task"), Integer.MAX_VALUE, OnFull.BLOCK).bound().most()).isEqualTo(1L << 29);
	}

}
