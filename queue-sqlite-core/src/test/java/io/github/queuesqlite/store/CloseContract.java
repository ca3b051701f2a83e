package io.github.queuesqlite.store;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;

import io.github.queuesqlite.message.MessageQuery;
import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.message.QueueException;
import io.github.queuesqlite.message.StoreUnavailableException;
import io.github.queuesqlite.store.MessageStoreContract.Settings;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/** Close: what was handed in is committed, what comes later is refused. */
abstract class CloseContract extends StoreSubject {

	CloseContract(Function<Settings, MessageStore> opener) {
		super(opener);
	}

	@Test
	void closeCommitsWhatWasHandedIn() {
		List<Outcome<InsertResult>> outcomes = new ArrayList<>();
		List<Long> ids = new ArrayList<>();
		for (int i = 0; i < 1000; i++) {
			Draft draft = Draft.of(TASK).idempotencyKey("k" + i);
			long id = this.store.assignId(this.instance, draft.keys());
			ids.add(id);
			outcomes.add(insertRows(List.of(draft.insertion(id, now()))));
		}
		close();
		assertThat(outcomes).allSatisfy((outcome) -> {
			assertThat(outcome.isDone()).isTrue();
			assertThat(outcome.get().existing()).containsExactly(0);
		});
		openStore();
		assertThat(ids(listAll(MessageQuery.all()))).containsExactlyInAnyOrderElementsOf(ids);
	}

	@Test
	void closeCommitsSettlementsHandedIn() {
		insertAll(Draft.of(TASK).times(300));
		List<Outcome<SettleResult>> outcomes = claim(300).stream()
			.map((message) -> settleLater(complete(message)))
			.toList();
		close();
		assertThat(outcomes).allSatisfy((outcome) -> assertThat(outcome.get()).isEqualTo(SettleResult.APPLIED));
		openStore();
		assertThat(count(MessageState.COMPLETED)).isEqualTo(300);
	}

	@Test
	void closeWhenClosedDoesNothing() {
		insert(Draft.of(TASK));
		close();
		this.store.close();
		this.store.close();
	}

	@Test
	void closeWhenSeveralThreadsCloseReturnsToAll() throws Exception {
		insertAll(Draft.of(TASK).times(100));
		Callable<Integer> closing = () -> {
			close();
			return 0;
		};
		together(closing, closing, closing);
		openStore();
		assertThat(count(MessageState.READY)).isEqualTo(100);
	}

	@Test
	void callWhenClosedThrowsStoreUnavailable() {
		StoredMessage running = running(Draft.of(TASK));
		long id = this.store.assignIds(this.instance, 1)[0];
		Peer peer = peer(this.instance);
		close();
		List<Runnable> calls = List.of(() -> this.store.find(id), () -> this.store.findByKey("k"),
				() -> this.store.findAll(List.of(id)), () -> this.store.list(MessageQuery.all()),
				() -> this.store.browse(MessageQuery.all()), () -> this.store.endedLately(MessageState.DEAD, 1),
				() -> this.store.failures(id), () -> this.store.cancel(id), () -> this.store.retry(id),
				() -> this.store.retryAll(MessageQuery.all()), () -> this.store.delete(id),
				() -> this.store.purge(MessageQuery.all()), () -> this.store.updatePayload(id, null, null),
				() -> this.store.reschedule(id, 1), () -> this.store.pause("a"), () -> this.store.resume("a"),
				() -> this.store.promoteDue(), () -> this.store.prune(), () -> this.store.register("x"),
				() -> this.store.claim(this.instance, QUEUE, Set.of(TASK), 1), () -> this.store.counts(),
				() -> this.store.extend(running.runKey(), 1), () -> this.store.beat(this.instance),
				() -> this.store.rescue(peer, (task) -> 1), () -> this.store.peers(),
				() -> insertRows(List.of(Draft.of(TASK).insertion(id, now()))).get(), () -> settle(complete(running)));
		for (int i = 0; i < calls.size(); i++) {
			Runnable call = calls.get(i);
			assertThatExceptionOfType(StoreUnavailableException.class).as("call " + i).isThrownBy(call::run);
		}
		openStore();
		assertThat(this.store.find(id)).isEmpty();
		assertThat(state(running.id())).isEqualTo(MessageState.READY);
	}

	@Test
	void insertWhenClosedNamesTheMessage() {
		long id = this.store.assignIds(this.instance, 1)[0];
		close();
		assertThatExceptionOfType(StoreUnavailableException.class)
			.isThrownBy(() -> insertRows(List.of(Draft.of(TASK).insertion(id, now()))).get())
			.satisfies((ex) -> assertThat(ex.messageId()).isNotNull()
				.satisfies((named) -> assertThat(named.value()).isEqualTo(id)));
	}

	@Test
	void insertWhenClosedIsRefusedMoreOftenThanTheInboxHasPlaces() {
		reopen(this.settings.inbox(5, Duration.ofSeconds(1)));
		long[] ids = this.store.assignIds(this.instance, 20);
		close();
		for (long id : ids) {
			assertThatExceptionOfType(StoreUnavailableException.class)
				.isThrownBy(() -> insertRows(List.of(Draft.of(TASK).insertion(id, now()))).get());
		}
	}

	@Test
	void closeWhenThreadsKeepInsertingStoresExactlyWhatSucceeded() throws Exception {
		Map<Long, Boolean> stored = new ConcurrentHashMap<>();
		AtomicBoolean closed = new AtomicBoolean();
		List<Callable<Integer>> tasks = new ArrayList<>();
		for (int thread = 0; thread < 6; thread++) {
			tasks.add(() -> {
				for (int i = 0; !closed.get() || i < 50; i++) {
					long id;
					try {
						id = this.store.assignIds(this.instance, 1)[0];
					}
					catch (QueueException ex) {
						return i;
					}
					try {
						insertRows(List.of(Draft.of(TASK).insertion(id, now()))).get();
						stored.put(id, true);
					}
					catch (QueueException ex) {
						stored.put(id, false);
					}
				}
				return 0;
			});
		}
		tasks.add(() -> {
			while (stored.size() < 200) {
				Thread.onSpinWait();
			}
			close();
			closed.set(true);
			return 0;
		});
		together(tasks);
		openStore();
		List<Long> succeeded = stored.entrySet().stream().filter(Map.Entry::getValue).map(Map.Entry::getKey).toList();
		assertThat(ids(listAll(MessageQuery.all()))).containsExactlyInAnyOrderElementsOf(succeeded);
	}

	@Test
	void reopenKeepsEverything() {
		long ready = insert(Draft.of(TASK).payload("p").tags("a").priority(2));
		insert(Draft.of(TASK).delay(5000).timeToLive(9000L).maxAttempts(4));
		ended(Draft.of("a"), MessageState.COMPLETED);
		ended(Draft.of("a").idempotencyKey("i"), MessageState.DEAD);
		ended(Draft.of("a").uniqueKey("u"), MessageState.CANCELLED);
		ended(Draft.of("a"), MessageState.EXPIRED);
		this.store.pause("mail");
		List<StoredMessage> before = listAll(MessageQuery.all());
		Set<Object> counts = Set.copyOf(this.store.counts());
		long next = this.store.nextDueAt();
		reopen();
		assertThat(listAll(MessageQuery.all())).usingRecursiveComparison().isEqualTo(before);
		assertThat(Set.<Object>copyOf(this.store.counts())).isEqualTo(counts);
		assertThat(this.store.nextDueAt()).isEqualTo(next);
		assertThat(this.store.pauses().queues()).containsOnlyKeys("mail");
		assertThat(claimOne().id()).isEqualTo(ready);
	}

}
