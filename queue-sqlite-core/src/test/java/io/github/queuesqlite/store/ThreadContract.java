package io.github.queuesqlite.store;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;

import io.github.queuesqlite.message.MessageQuery;
import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.message.QueueException;
import io.github.queuesqlite.message.QueueFullException;
import io.github.queuesqlite.store.MessageStoreContract.Settings;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

/** Which thread may do what, full inboxes, and callbacks that misbehave. */
abstract class ThreadContract extends StoreSubject {

	ThreadContract(Function<Settings, MessageStore> opener) {
		super(opener);
	}

	private Map<String, Runnable> blockingCalls() {
		Map<String, Runnable> calls = new LinkedHashMap<>();
		Peer peer = peer(this.instance);
		DemandContract.Lane lane = new DemandContract.Lane(this.instance, QUEUE, 0);
		RunKey key = new RunKey(0, 1, 1, 1, QUEUE, TASK);
		calls.put("register", () -> this.store.register("x"));
		calls.put("deregister", () -> this.store.deregister(this.instance));
		calls.put("claim", () -> this.store.claim(this.instance, QUEUE, Set.of(TASK), 1));
		calls.put("askClaimers", () -> this.store.askClaimers());
		calls.put("detach", () -> this.store.detach(lane));
		calls.put("extend", () -> this.store.extend(key, 1));
		calls.put("find", () -> this.store.find(1));
		calls.put("findAll", () -> this.store.findAll(List.of(1L)));
		calls.put("findByKey", () -> this.store.findByKey("k"));
		calls.put("list", () -> this.store.list(MessageQuery.all()));
		calls.put("failures", () -> this.store.failures(1));
		calls.put("cancel", () -> this.store.cancel(1));
		calls.put("retry", () -> this.store.retry(1));
		calls.put("retryAll", () -> this.store.retryAll(MessageQuery.all()));
		calls.put("delete", () -> this.store.delete(1));
		calls.put("purge", () -> this.store.purge(MessageQuery.all().task("nobody")));
		calls.put("updatePayload", () -> this.store.updatePayload(1, null, null));
		calls.put("reschedule", () -> this.store.reschedule(1, 1));
		calls.put("pause", () -> this.store.pause("x"));
		calls.put("resume", () -> this.store.resume("x"));
		calls.put("counts", () -> this.store.counts());
		calls.put("oldestReady", () -> this.store.oldestReady());
		calls.put("probe", () -> this.store.probe());
		calls.put("promoteDue", () -> this.store.promoteDue());
		calls.put("prune", () -> this.store.prune());
		calls.put("beat", () -> this.store.beat(this.instance));
		calls.put("peers", () -> this.store.peers());
		calls.put("rescue", () -> this.store.rescue(peer, (task) -> 1));
		calls.put("checkpoint", () -> this.store.checkpoint());
		calls.put("close", () -> this.store.close());
		return calls;
	}

	/** Makes every call and returns those that did not throw as they should. */
	private static List<String> allowed(Map<String, Runnable> calls) {
		List<String> allowed = new ArrayList<>();
		calls.forEach((name, call) -> {
			try {
				call.run();
				allowed.add(name);
			}
			catch (IllegalStateException ex) {
				// As promised.
			}
			catch (RuntimeException ex) {
				allowed.add(name + " (" + ex + ")");
			}
		});
		return allowed;
	}

	@Test
	void blockingCallWhenMadeFromCompletionThrows() throws Exception {
		Map<String, Runnable> calls = blockingCalls();
		CompletableFuture<List<String>> allowed = new CompletableFuture<>();
		long id = this.store.assignIds(this.instance, 1)[0];
		this.store.insert(this.instance, List.of(Draft.of(TASK).insertion(id, now())), new Completion<>() {
			@Override
			public void succeeded(InsertResult result) {
				allowed.complete(allowed(calls));
			}

			@Override
			public void failed(QueueException failure) {
				allowed.completeExceptionally(failure);
			}
		});
		assertThat(allowed.get(2, TimeUnit.MINUTES)).isEmpty();
		assertThat(state(id)).isEqualTo(MessageState.READY);
	}

	@Test
	void blockingCallWhenMadeFromListenerThrows() throws Exception {
		Map<String, Runnable> calls = blockingCalls();
		CompletableFuture<List<String>> allowed = new CompletableFuture<>();
		this.store.addListener(new StoreListener() {
			@Override
			public void ended(List<Ended> messages) {
				allowed.complete(allowed(calls));
			}
		});
		ended(Draft.of(TASK), MessageState.COMPLETED);
		assertThat(allowed.get(2, TimeUnit.MINUTES)).isEmpty();
	}

	@Test
	void blockingCallWhenMadeFromClaimerThrows() throws Exception {
		Map<String, Runnable> calls = blockingCalls();
		CompletableFuture<List<String>> allowed = new CompletableFuture<>();
		DemandContract.Lane lane = new DemandContract.Lane(this.instance, QUEUE, 10);
		lane.onClaimed = (message) -> allowed.complete(allowed(calls));
		this.store.attach(lane);
		insert(Draft.of(TASK));
		assertThat(allowed.get(2, TimeUnit.MINUTES)).isEmpty();
	}

	@Test
	void settleWhenCalledFromCompletionIsDone() {
		StoredMessage message = running(Draft.of(TASK));
		Outcome<SettleResult> settled = outcome();
		long id = this.store.assignIds(this.instance, 1)[0];
		this.store.insert(this.instance, List.of(Draft.of(TASK).insertion(id, now())), new Completion<>() {
			@Override
			public void succeeded(InsertResult result) {
				ThreadContract.this.store.settle(complete(message), settled);
			}

			@Override
			public void failed(QueueException failure) {
				settled.failed(failure);
			}
		});
		assertThat(settled.get()).isEqualTo(SettleResult.APPLIED);
	}

	@Test
	void callbackWhenItThrowsHarmsNobodyElse() {
		CountDownLatch thrown = new CountDownLatch(3);
		this.store.addListener(new StoreListener() {
			@Override
			public void ended(List<Ended> messages) {
				thrown.countDown();
				throw new IllegalStateException("listener");
			}
		});
		AtomicReference<MessageState> told = new AtomicReference<>();
		this.store.addListener(new StoreListener() {
			@Override
			public void ended(List<Ended> messages) {
				told.set(messages.get(0).state());
			}
		});
		DemandContract.Lane lane = new DemandContract.Lane(this.instance, "mail", 10);
		lane.onClaimed = (message) -> {
			thrown.countDown();
			throw new IllegalStateException("claimer");
		};
		this.store.attach(lane);
		insert(Draft.of(TASK).queue("mail"));
		long id = this.store.assignIds(this.instance, 1)[0];
		this.store.insert(this.instance, List.of(Draft.of(TASK).insertion(id, now())), new Completion<>() {
			@Override
			public void succeeded(InsertResult result) {
				thrown.countDown();
				throw new IllegalStateException("completion");
			}

			@Override
			public void failed(QueueException failure) {
				throw new IllegalStateException("completion");
			}
		});
		StoredMessage message = claimOne();
		assertThat(message.id()).isEqualTo(id);
		assertThat(settle(complete(message))).isEqualTo(SettleResult.APPLIED);
		await().untilAsserted(() -> assertThat(thrown.getCount()).isZero());
		await().untilAsserted(() -> assertThat(told.get()).isEqualTo(MessageState.COMPLETED));
		insert(Draft.of(TASK));
		await().untilAsserted(() -> assertThat(this.store.probe()).isEmpty());
	}

	// --- full inbox

	/** Holds the writers of all shards until the latch opens. */
	private CountDownLatch stall() {
		CountDownLatch open = new CountDownLatch(1);
		CountDownLatch held = new CountDownLatch(shards());
		Set<Integer> shards = java.util.concurrent.ConcurrentHashMap.newKeySet();
		this.store.attach(new DemandContract.Lane(this.instance, "stall", 1) {
			@Override
			public int wanted(int shard, int bestReady) {
				if (open.getCount() > 0 && shards.add(shard)) {
					held.countDown();
					try {
						open.await(4, TimeUnit.MINUTES);
					}
					catch (InterruptedException ex) {
						Thread.currentThread().interrupt();
					}
				}
				return 0;
			}
		});
		this.store.demandChanged();
		List<Insertion> wake = new ArrayList<>();
		Set<Integer> woken = new java.util.HashSet<>();
		for (int i = 0; woken.size() < shards(); i++) {
			Draft draft = Draft.of(TASK).queue("stall").idempotencyKey("wake-" + i);
			long id = this.store.assignId(this.instance, draft.keys());
			if (woken.add(shardOf(id))) {
				wake.add(draft.insertion(id, now()));
			}
		}
		byShard(wake).values().forEach(this::insertRows);
		try {
			assertThat(held.await(2, TimeUnit.MINUTES)).isTrue();
		}
		catch (InterruptedException ex) {
			throw new AssertionError(ex);
		}
		return open;
	}

	@Test
	void insertWhenInboxStaysFullThrowsAndStoresNothing() {
		reopen(this.settings.inbox(5, Duration.ofMillis(50)));
		StoredMessage running = running(Draft.of(TASK));
		CountDownLatch open = stall();
		List<Outcome<InsertResult>> accepted = new ArrayList<>();
		List<Long> acceptedIds = new ArrayList<>();
		long refused = 0;
		Outcome<SettleResult> settled;
		try {
			for (int i = 0; i < 200 && refused == 0; i++) {
				long id = this.store.assignIds(this.instance, 1)[0];
				try {
					accepted.add(insertRows(List.of(Draft.of(TASK).insertion(id, now()))));
					acceptedIds.add(id);
				}
				catch (QueueFullException ex) {
					refused = id;
				}
			}
			assertThat(refused).isNotZero();
			assertThat(accepted).isNotEmpty().hasSizeLessThanOrEqualTo(5 * shards());
			// Completions never count against the inbox, so this does not wait.
			settled = settleLater(complete(running));
			assertThat(settled.isDone()).isFalse();
			assertThat(this.store.shardStats()).anyMatch((shard) -> shard.pending() > 0);
		}
		finally {
			open.countDown();
		}
		accepted.forEach((outcome) -> assertThat(outcome.get().existing()).containsExactly(0));
		assertThat(settled.get()).isEqualTo(SettleResult.APPLIED);
		assertThat(ids(this.store.list(MessageQuery.all().queue(QUEUE).state(MessageState.READY))))
			.containsExactlyInAnyOrderElementsOf(acceptedIds);
		assertThat(this.store.find(refused)).isEmpty();
		insert(Draft.of(TASK));
	}

	@Test
	void insertWhenInboxHasRoomAgainGoesOn() throws Exception {
		reopen(this.settings.inbox(5, Duration.ofMinutes(2)));
		CountDownLatch open = stall();
		CompletableFuture<Integer> producer = CompletableFuture.supplyAsync(() -> {
			int handedIn = 0;
			for (int i = 0; i < 60; i++) {
				insertRows(List.of(Draft.of(TASK).insertion(this.store.assignIds(this.instance, 1)[0], now())));
				handedIn++;
			}
			return handedIn;
		});
		open.countDown();
		assertThat(producer.get(2, TimeUnit.MINUTES)).isEqualTo(60);
		this.store.probe();
		await().untilAsserted(() -> assertThat(this.store.list(MessageQuery.all().queue(QUEUE)).size()).isEqualTo(60));
	}

	@Test
	void insertWhenInterruptedWhileWaitingThrowsAndKeepsTheFlag() throws Exception {
		reopen(this.settings.inbox(2, Duration.ofMinutes(3)));
		CountDownLatch open = stall();
		CompletableFuture<Boolean> interrupted = new CompletableFuture<>();
		AtomicReference<Long> waiting = new AtomicReference<>();
		Thread producer = new Thread(() -> {
			try {
				while (true) {
					long id = this.store.assignIds(this.instance, 1)[0];
					waiting.set(id);
					insertRows(List.of(Draft.of(TASK).insertion(id, now())));
				}
			}
			catch (QueueException ex) {
				interrupted.complete(Thread.currentThread().isInterrupted());
			}
			catch (RuntimeException ex) {
				interrupted.completeExceptionally(ex);
			}
		});
		producer.start();
		try {
			await().until(() -> producer.getState() == Thread.State.TIMED_WAITING
					|| producer.getState() == Thread.State.WAITING);
			producer.interrupt();
			assertThat(interrupted.get(2, TimeUnit.MINUTES)).isTrue();
		}
		finally {
			open.countDown();
			producer.interrupt();
			producer.join(120_000);
		}
		this.store.probe();
		assertThat(this.store.find(waiting.get())).isEmpty();
	}

	@Test
	void insertWhenRowsNameSeveralShardsOrAreTooManyThrows() {
		List<Insertion> tooMany = new ArrayList<>();
		for (long id : this.store.assignIds(this.instance, 1001)) {
			tooMany.add(Draft.of(TASK).insertion(id, now()));
		}
		assertThatThrownBy(() -> insertRows(tooMany)).isInstanceOf(IllegalArgumentException.class);
		if (shards() > 1) {
			List<Insertion> mixed = new ArrayList<>();
			Set<Integer> seen = new java.util.HashSet<>();
			for (int i = 0; seen.size() < 2; i++) {
				Draft draft = Draft.of(TASK).idempotencyKey("m" + i);
				long id = this.store.assignId(this.instance, draft.keys());
				if (seen.add(shardOf(id))) {
					mixed.add(draft.insertion(id, now()));
				}
			}
			assertThatThrownBy(() -> insertRows(mixed)).isInstanceOf(IllegalArgumentException.class);
		}
		assertThat(this.store.counts()).isEmpty();
	}

}
