package io.github.queuesqlite.store;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;

import io.github.queuesqlite.message.MessageQuery;
import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.message.QueueException;
import io.github.queuesqlite.store.MessageStoreContract.Settings;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Inserts: every field is kept, in every size, from many threads. */
abstract class InsertContract extends StoreSubject {

	InsertContract(Function<Settings, MessageStore> opener) {
		super(opener);
	}

	@Test
	void insertKeepsEveryField() {
		String attributes = Draft.attributes("web", Map.of("trace", "1"), Map.of("n", 1), "a", "b");
		Draft draft = new Draft("mail.send", "mail", 7, 60_000, 90_000L, 5, attributes, "json", new byte[] { 1, 0, -1 },
				true, "order-1", "customer-1", "account-1");
		long id = insert(draft);
		StoredMessage message = find(id);
		assertThat(message.id()).isEqualTo(id);
		assertThat(message.seq()).isEqualTo(id);
		assertThat(message.queue()).isEqualTo("mail");
		assertThat(message.task()).isEqualTo("mail.send");
		assertThat(message.state()).isEqualTo(MessageState.SCHEDULED);
		assertThat(message.priority()).isEqualTo(7);
		assertThat(message.createdAt()).isEqualTo(now());
		assertThat(message.runAt()).isEqualTo(now() + 60_000);
		assertThat(message.expiresAt()).isEqualTo(now() + 90_000);
		assertThat(message.maxAttempts()).isEqualTo(5);
		assertThat(message.attempt()).isZero();
		assertThat(message.run()).isZero();
		assertThat(message.owner()).isZero();
		assertThat(message.cancelRequested()).isFalse();
		assertThat(message.idempotencyKey()).isEqualTo("order-1");
		assertThat(message.uniqueKey()).isEqualTo("customer-1");
		assertThat(message.attributes()).isEqualTo(attributes);
		assertThat(message.codec()).isEqualTo("json");
		assertThat(message.payload()).containsExactly(1, 0, -1);
	}

	@Test
	void insertWhenNothingIsSetKeepsNulls() {
		StoredMessage message = find(insert(Draft.of(TASK)));
		assertThat(message.state()).isEqualTo(MessageState.READY);
		assertThat(message.startedAt()).isNull();
		assertThat(message.finishedAt()).isNull();
		assertThat(message.expiresAt()).isNull();
		assertThat(message.deadline()).isNull();
		assertThat(message.maxAttempts()).isNull();
		assertThat(message.idempotencyKey()).isNull();
		assertThat(message.uniqueKey()).isNull();
		assertThat(message.attributes()).isNull();
		assertThat(message.codec()).isNull();
		assertThat(message.payload()).isNull();
		assertThat(message.resultCodec()).isNull();
		assertThat(message.result()).isNull();
		assertThat(message.lastError()).isNull();
		assertThat(this.store.failures(message.id())).isEmpty();
	}

	@Test
	void insertWhenPayloadIsEmptyKeepsItApartFromNone() {
		StoredMessage message = find(insert(Draft.of(TASK).payload(new byte[0])));
		assertThat(message.codec()).isEqualTo("bytes");
		assertThat(message.payload()).isNotNull().isEmpty();
	}

	@Test
	void insertWhenPayloadIsHugeKeepsIt() {
		byte[] payload = new byte[12 * 1024 * 1024];
		for (int i = 0; i < payload.length; i++) {
			payload[i] = (byte) (i * 31);
		}
		long id = insert(Draft.of(TASK).payload(payload));
		assertThat(find(id).payload()).isEqualTo(payload);
		assertThat(claimOne().payload()).isEqualTo(payload);
	}

	@Test
	void insertWhenTextIsHostileKeepsIt() {
		String text = "'\"\\ ;--\n\t%_ é 漢 🐝 [] {} \u007f";
		long id = insert(Draft.of(TASK)
			.idempotencyKey(text)
			.uniqueKey(text + "u")
			.attributes(Draft.attributes(text, Map.of(text, text), Map.of(), text)));
		StoredMessage message = this.store.findByKey(text).orElseThrow();
		assertThat(message.id()).isEqualTo(id);
		assertThat(message.uniqueKey()).isEqualTo(text + "u");
		assertThat(AttributesCodec.decode(message.attributes()).source()).isEqualTo(text);
		assertThat(AttributesCodec.decode(message.attributes()).headers()).containsEntry(text, text);
		assertThat(this.store.list(MessageQuery.all().tag(text))).hasSize(1);
	}

	@Test
	void insertWhenRunAtIsPastIsReady() {
		assertThat(state(insert(Draft.of(TASK).delay(-3_600_000)))).isEqualTo(MessageState.READY);
		assertThat(state(insert(Draft.of(TASK).delay(0)))).isEqualTo(MessageState.READY);
		assertThat(state(insert(Draft.of(TASK).delay(1)))).isEqualTo(MessageState.SCHEDULED);
	}

	@Test
	void insertWhenValuesAreExtremeKeepsThem() {
		long id = insert(Draft.of("t".repeat(200)).queue("q".repeat(200)).priority(Integer.MIN_VALUE));
		assertThat(find(id).priority()).isEqualTo(Integer.MIN_VALUE);
		assertThat(find(id).task()).hasSize(200);
		long far = insert(Draft.of(TASK).delay(3_155_760_000_000L).priority(Integer.MAX_VALUE));
		assertThat(find(far).runAt()).isEqualTo(now() + 3_155_760_000_000L);
		assertThat(find(far).state()).isEqualTo(MessageState.SCHEDULED);
	}

	@Test
	void insertWhenThousandRowsStoresAll() {
		List<Long> ids = insertAll(Draft.of(TASK).payload("x".repeat(200)).times(1000));
		assertThat(listAll(MessageQuery.all())).extracting(StoredMessage::id).containsExactlyElementsOf(ids);
		assertThat(count(MessageState.READY)).isEqualTo(1000);
	}

	@Test
	void insertWhenRowHasUnusableIdFailsAloneOrWhole() {
		// An id is never given twice; a second insert under it must not touch the first.
		long id = insert(Draft.of(TASK).payload("first"));
		long next = this.store.assignIds(this.instance, 1)[0];
		Insertion again = Draft.of(TASK).payload("second").insertion(id, now());
		try {
			InsertResult result = insertRows(List.of(again)).get();
			assertThat(result.existing()[0] != 0 || result.failed().containsKey(0)).isTrue();
		}
		catch (QueueException ex) {
			assertThat(ex.getMessage()).isNotBlank();
		}
		assertThat(find(id).payload()).asString().isEqualTo("first");
		insertRows(List.of(Draft.of(TASK).insertion(next, now()))).get();
		assertThat(count(MessageState.READY)).isEqualTo(2);
	}

	@Test
	void insertWhenManyThreadsStoresExactlyWhatWasAcknowledged() throws Exception {
		Set<Long> acknowledged = new HashSet<>();
		List<Callable<List<Long>>> tasks = new ArrayList<>();
		for (int thread = 0; thread < 16; thread++) {
			tasks.add(() -> {
				List<Long> ids = new ArrayList<>();
				for (int i = 0; i < 50; i++) {
					ids.add(insert(Draft.of(TASK).payload("p")));
				}
				return ids;
			});
		}
		together(tasks).forEach(acknowledged::addAll);
		assertThat(acknowledged).hasSize(800);
		assertThat(ids(listAll(MessageQuery.all()))).containsExactlyInAnyOrderElementsOf(acknowledged);
	}

	@Test
	void insertWhenReadersRunBesideItNeverFails() throws Exception {
		AtomicLong done = new AtomicLong();
		Callable<Integer> writer = () -> {
			for (int i = 0; i < 40; i++) {
				insertAll(Draft.of(TASK).payload("x".repeat(300)).times(50));
			}
			done.set(1);
			return 0;
		};
		Callable<Integer> reader = () -> {
			int reads = 0;
			while (done.get() == 0) {
				this.store.list(MessageQuery.all().limit(50)).forEach((message) -> find(message.id()));
				this.store.counts();
				this.store.oldestReady();
				this.store.nextDueAt();
				reads++;
			}
			return reads;
		};
		assertThat(together(writer, reader, reader, reader)).hasSize(4);
		assertThat(count(MessageState.READY)).isEqualTo(2000);
	}

	@Test
	void insertIsKeptOverReopen() {
		String attributes = Draft.attributes("web", Map.of("trace", "1"), Map.of("n", 1), "a", "b");
		Draft draft = new Draft(TASK, QUEUE, 3, 60_000, 90_000L, 5, attributes, "json", new byte[] { 1, 2 }, false, "i",
				"u", "o");
		long id = insert(draft);
		StoredMessage before = find(id);
		reopen();
		assertThat(find(id)).usingRecursiveComparison().isEqualTo(before);
		assertThat(this.store.findByKey("i")).isPresent();
	}

}
