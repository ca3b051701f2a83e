package io.github.queuesqlite;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.stream.IntStream;

import io.github.queuesqlite.message.DuplicateMessageException;
import io.github.queuesqlite.message.Message;
import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.message.NewMessage;
import io.github.queuesqlite.message.OnDuplicate;
import io.github.queuesqlite.message.PartialEnqueueException;
import io.github.queuesqlite.message.PayloadException;
import io.github.queuesqlite.message.QueueException;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

/** Tests of bulk enqueue. */
class EnqueueAllTests extends QueueTester {

	@Test
	void enqueueAllWhenEmptyReturnsNothing() {
		open();
		assertThat(this.operations.enqueueAll(List.of())).isEmpty();
	}

	@Test
	void enqueueAllWhenManyReturnsIdsInTheOrderOfTheInput() {
		open((builder) -> builder.shards(3));
		List<NewMessage> messages = IntStream.range(0, 5000).mapToObj((i) -> message().payload(i)).toList();
		List<MessageId> ids = this.operations.enqueueAll(messages);
		assertThat(new HashSet<>(ids)).hasSize(5000);
		for (int i = 0; i < ids.size(); i += 37) {
			assertThat(find(ids.get(i)).payload(Integer.class)).isEqualTo(i);
		}
		assertThat(this.operations.length()).isEqualTo(5000);
	}

	@Test
	void enqueueAllWhen100000StoresAll() {
		open();
		List<NewMessage> messages = Collections.nCopies(100_000, message().payload("x"));
		assertThat(new HashSet<>(this.operations.enqueueAll(messages))).hasSize(100_000);
		assertThat(this.operations.length()).isEqualTo(100_000);
	}

	@Test
	void enqueueAllWhenInboxIsSmallerThanTheBatchStoresAll() {
		open((builder) -> builder.maxPending(10).shards(2));
		assertThat(this.operations.enqueueAll(Collections.nCopies(2000, message()))).hasSize(2000);
		assertThat(this.operations.length()).isEqualTo(2000);
	}

	@Test
	void enqueueAllWhenKeysRepeatTheFirstWins() {
		open((builder) -> builder.shards(4));
		List<NewMessage> messages = new ArrayList<>();
		for (int i = 0; i < 3000; i++) {
			messages.add(message().idempotencyKey("key-" + i % 1000).payload(i));
		}
		List<MessageId> ids = this.operations.enqueueAll(messages);
		assertThat(this.operations.length()).isEqualTo(1000);
		for (int i = 0; i < 1000; i++) {
			assertThat(ids.get(i + 1000)).isEqualTo(ids.get(i));
			assertThat(ids.get(i + 2000)).isEqualTo(ids.get(i));
		}
		Message first = find(ids.get(1005));
		assertThat(first.payload(Integer.class)).isEqualTo(5);
	}

	@Test
	void enqueueAllWhenBothKeysRepeatTheFirstWins() {
		open((builder) -> builder.shards(4));
		List<NewMessage> messages = new ArrayList<>();
		for (int i = 0; i < 200; i++) {
			messages.add(message().uniqueKey("unique-" + i).idempotencyKey("key-" + i % 100).payload(i));
		}
		List<MessageId> ids = this.operations.enqueueAll(messages);
		assertThat(this.operations.length()).isEqualTo(100);
		for (int i = 0; i < 100; i++) {
			assertThat(ids.get(i + 100)).isEqualTo(ids.get(i));
		}
	}

	@Test
	void enqueueAllWhenSomeAreBadStoresTheOthersAndSaysWhich() {
		open();
		MessageId taken = this.operations.enqueue(message().idempotencyKey("taken"));
		List<NewMessage> messages = List.of(message().payload("0"), message().payload(new EnqueueTests.Unwritable()),
				message().idempotencyKey("taken").onDuplicate(OnDuplicate.THROW), message().payload("3"));
		assertThatExceptionOfType(PartialEnqueueException.class).isThrownBy(() -> this.operations.enqueueAll(messages))
			.withMessageContaining("2 of 4")
			.satisfies((ex) -> {
				assertThat(ex.accepted()).containsOnlyKeys(0, 3);
				assertThat(find(ex.accepted().get(3)).payload(String.class)).isEqualTo("3");
				assertThat(ex.failed()).containsOnlyKeys(1, 2);
				assertThat(ex.failed().get(1)).isInstanceOf(PayloadException.class);
				assertThat(ex.failed().get(2)).isInstanceOfSatisfying(DuplicateMessageException.class,
						(duplicate) -> assertThat(duplicate.existingId()).isEqualTo(taken));
			});
		assertThat(this.operations.length()).isEqualTo(3);
	}

	@Test
	void enqueueAllWhenTheOnlyOneIsBadThrowsItsFailure() {
		open();
		assertThatExceptionOfType(PayloadException.class)
			.isThrownBy(() -> this.operations.enqueueAll(List.of(message().payload(new EnqueueTests.Unwritable()))));
	}

	@Test
	void enqueueAllWhenItHoldsNullStoresNothing() {
		open();
		List<NewMessage> messages = new ArrayList<>(Collections.nCopies(1000, message()));
		messages.add(null);
		assertThatNullPointerException().isThrownBy(() -> this.operations.enqueueAll(messages));
		assertThatNullPointerException().isThrownBy(() -> this.operations.enqueueAll(null));
		assertThat(this.operations.length()).isZero();
	}

	@Test
	void enqueueAllWhenInterruptedSaysWhatIsStored() {
		open();
		Thread.currentThread().interrupt();
		List<NewMessage> messages = Collections.nCopies(3000, message());
		assertThatExceptionOfType(QueueException.class).isThrownBy(() -> this.operations.enqueueAll(messages))
			.withMessageContaining("nterrupted");
		assertThat(Thread.interrupted()).isTrue();
	}

}
