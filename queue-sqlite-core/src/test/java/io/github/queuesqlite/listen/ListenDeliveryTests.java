package io.github.queuesqlite.listen;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

import io.github.queuesqlite.listen.ListenFixture.Process;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static io.github.queuesqlite.listen.ListenFixture.listener;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;

class ListenDeliveryTests {

	@TempDir
	Path directory;

	private ListenFixture fixture;

	private final Queue<String> seen = new ConcurrentLinkedQueue<>();

	@BeforeEach
	void open() {
		this.fixture = new ListenFixture(this.directory);
	}

	@AfterEach
	void close() {
		this.fixture.close();
	}

	private void see(DataChange<?> change) {
		this.seen.add(change.key() + "=" + change.newValue());
	}

	private void awaitSeen(String... changes) {
		await().untilAsserted(() -> assertThat(this.seen).containsExactly(changes));
	}

	@Test
	void putWhenListenerRunsDeliversOldAndNewValue() {
		Queue<DataChange<?>> changes = new ConcurrentLinkedQueue<>();
		Process process = this.fixture.process().listen(listener("l", "k", changes::add)).start();
		process.values.put("k", "a");
		process.values.put("k", "b");
		process.values.remove("k");
		await().until(() -> changes.size() == 3);
		assertThat(changes).containsExactly(new DataChange<>("k", null, "a", 1, this.fixture.now.get()),
				new DataChange<>("k", "a", "b", 2, this.fixture.now.get()),
				new DataChange<>("k", "b", null, 3, this.fixture.now.get()));
	}

	@Test
	void putWhenValueEqualDeliversNothing() {
		Process process = this.fixture.process().listen(listener("l", "*", this::see)).start();
		assertThat(process.values.put("k", Map.of("a", 1))).isEqualTo(1);
		assertThat(process.values.put("k", Map.of("a", 1))).isEqualTo(1);
		assertThat(process.values.remove("other")).isFalse();
		process.values.put("end", 1);
		awaitSeen("k={a=1}", "end=1");
	}

	@Test
	void putAlwaysWhenValueEqualIsDeliveredByWhicheverProcessListensAndAfterARestart() {
		Queue<DataChange<?>> changes = new ConcurrentLinkedQueue<>();
		Process other = this.fixture.process();
		try (Process process = this.fixture.process().listen(listener("l", "*", changes::add)).start()) {
			process.values.putAlways("k", "a");
			other.values.putAlways("k", "a");
			await().until(() -> changes.size() == 2);
		}
		other.values.putAlways("k", "a");
		other.values.put("k", "a");
		other.values.putAlways("k", "a");
		this.fixture.process().listen(listener("l", "*", changes::add)).start();
		await().until(() -> changes.size() == 4);
		assertThat(changes)
			.extracting((change) -> change.version() + ": " + change.oldValue() + " to " + change.newValue())
			.containsExactly("1: null to a", "2: a to a", "3: a to a", "4: a to a");
	}

	@Test
	void putWhenListenerRegisteredButNotStartedIsDeliveredAfterStart() {
		Process process = this.fixture.process();
		process.values.put("k", "before");
		process.listen(listener("l", "k", this::see));
		process.values.put("k", "after");
		process.start();
		awaitSeen("k=after");
	}

	@Test
	void registerWhenRunningStartsAtEndOfLog() {
		Process process = this.fixture.process().start();
		process.values.put("k", "before");
		process.listen(listener("l", "k", this::see));
		process.values.put("k", "after");
		awaitSeen("k=after");
	}

	@Test
	void registerWhenNameIsTakenIsRefused() {
		Process process = this.fixture.process().listen(listener("l", "k", this::see));
		assertThatIllegalStateException().isThrownBy(() -> process.listen(listener("l", "other", this::see)))
			.withMessageContaining("'l'");
	}

	@Test
	void putWhenSeveralListenersDeliversToEach() {
		Queue<String> others = new ConcurrentLinkedQueue<>();
		Process process = this.fixture.process()
			.listen(listener("one", "k", this::see))
			.listen(listener("two", "k", (change) -> others.add(change.key())))
			.start();
		process.values.put("k", 1);
		awaitSeen("k=1");
		await().untilAsserted(() -> assertThat(others).containsExactly("k"));
	}

	@Test
	void patternWhenKeysMatchPartlyDeliversOnlyThose() {
		Process process = this.fixture.process()
			.listen(new ListenerDefinition("l", List.of("orders.*.eu", "exact", "a?[b]*"), Object.class, false,
					this::see))
			.start();
		for (String key : List.of("orders.1.eu", "orders.1.us", "exact", "exacts", "axb", "a?[b]c", "Orders.2.eu",
				"orders..eu")) {
			process.values.put(key, 1);
		}
		awaitSeen("orders.1.eu=1", "exact=1", "a?[b]c=1", "orders..eu=1");
	}

	@Test
	void startWhenChangesWereMadeWhileNothingRanDeliversThem() {
		try (Process first = this.fixture.process().listen(listener("l", "*", this::see)).start()) {
			first.values.put("k", 1);
			awaitSeen("k=1");
		}
		try (Process producer = this.fixture.process()) {
			producer.values.put("k", 2);
			producer.values.put("k", 3);
		}
		this.fixture.process().listen(listener("l", "*", this::see)).start();
		awaitSeen("k=1", "k=2", "k=3");
	}

	@Test
	void replayWhenListenerIsNewDeliversCurrentValuesOnce() {
		Process process = this.fixture.process();
		process.values.put("a", 1);
		process.values.put("b", 1);
		process.values.put("a", 2);
		process.values.put("gone", 1);
		process.values.remove("gone");
		process.values.put("unmatched", 1);
		ListenerDefinition replaying = new ListenerDefinition("l", List.of("a", "b", "gone"), Object.class, true,
				this::see);
		process.listen(replaying).start();
		process.values.put("c", 1);
		awaitSeen("b=1", "a=2");
		process.close();
		Process second = this.fixture.process().listen(replaying).start();
		second.values.put("a", 3);
		awaitSeen("b=1", "a=2", "a=3");
		assertThat(second.data.status()).singleElement().extracting(ListenerStatus::coalesced).isEqualTo(0L);
	}

	@Test
	void failureWhenTransientIsRetriedInOrderAndOthersGoOn() {
		AtomicInteger failures = new AtomicInteger(2);
		Process process = this.fixture.process().listen(listener("l", "*", (change) -> {
			if (change.key().equals("bad") && failures.getAndDecrement() > 0) {
				throw new IllegalStateException("not now");
			}
			see(change);
		})).start();
		process.values.put("bad", 1);
		process.values.put("bad", 2);
		process.values.put("good", 1);
		await().untilAsserted(() -> assertThat(this.seen).contains("bad=1", "bad=2", "good=1").hasSize(3));
		assertThat(this.seen.stream().filter((change) -> change.startsWith("bad"))).containsExactly("bad=1", "bad=2");
		await().untilAsserted(() -> assertThat(process.data.status()).singleElement()
			.satisfies((status) -> assertThat(status.retrying() + status.parkedCount()).isZero()));
	}

	@Test
	void failureWhenLastingParksKeyWithLaterChangesAndOthersGoOn() {
		AtomicBoolean failing = new AtomicBoolean(true);
		AtomicInteger calls = new AtomicInteger();
		Process process = this.fixture.process().listen(listener("l", "*", (change) -> {
			if (change.key().equals("bad") && failing.get()) {
				calls.incrementAndGet();
				throw new IllegalStateException("never");
			}
			see(change);
		})).start();
		process.values.put("bad", 1);
		process.values.put("bad", 2);
		await().until(() -> process.data.status().get(0).parkedCount() == 1);
		assertThat(calls.get()).isGreaterThanOrEqualTo(3);
		assertThat(process.data.status().get(0).parked()).containsEntry("bad",
				"java.lang.IllegalStateException: never");
		process.values.put("good", 1);
		process.values.put("bad", 3);
		awaitSeen("good=1");
		failing.set(false);
		awaitSeen("good=1", "bad=1", "bad=2", "bad=3");
		await().until(() -> process.data.status().get(0).parkedCount() == 0);
	}

	@Test
	void restartWhenKeyIsParkedTriesItAgain() {
		this.fixture.settings = new ListenSettings(ListenFixture.FAST.retry(), Duration.ofHours(1),
				Duration.ofMillis(20), Duration.ofSeconds(5));
		try (Process process = this.fixture.process().listen(listener("l", "*", (change) -> {
			throw new AssertionError("broken");
		})).start()) {
			process.values.put("k", 1);
			process.values.put("k", 2);
			await().until(() -> process.data.status().get(0).parkedCount() == 1);
		}
		this.fixture.process().listen(listener("l", "*", this::see)).start();
		awaitSeen("k=1", "k=2");
	}

	@Test
	void valueWhenUndecodableParksOnlyItsKey() {
		Process process = this.fixture.process()
			.listen(new ListenerDefinition("l", List.of("*"), Integer.class, false, this::see))
			.listen(listener("other", "*", (change) -> {
			}))
			.start();
		process.values.put("bad", "no number");
		process.values.put("good", 1);
		awaitSeen("good=1");
		await().untilAsserted(() -> assertThat(process.data.status()).filteredOn((status) -> status.name().equals("l"))
			.singleElement()
			.satisfies((status) -> assertThat(status.parked()).containsOnlyKeys("bad")));
		assertThat(process.data.status()).filteredOn((status) -> status.name().equals("other"))
			.singleElement()
			.extracting(ListenerStatus::parkedCount)
			.isEqualTo(0);
	}

	@Test
	void oldValueWhenUndecodableDoesNotKeepNewValueBack() {
		Process process = this.fixture.process();
		process.values.put("k", "no number");
		process.listen(new ListenerDefinition("l", List.of("*"), Integer.class, false, this::see)).start();
		process.values.put("k", 1);
		awaitSeen("k=1");
	}

	@Test
	void listenerWhenItFellOutOfLogGetsOneChangePerKey() {
		this.fixture.maxChanges = 3;
		this.fixture.process().listen(listener("l", "*", this::see)).close();
		Process process = this.fixture.process();
		process.values.put("removed", 1);
		for (int i = 1; i <= 5; i++) {
			process.values.put("a", i);
			process.values.put("b", i);
		}
		process.values.remove("removed");
		process.values.put("log", 1);
		process.values.put("log", 2);
		assertThat(process.store.prune()).isEqualTo(11);
		process.listen(listener("l", "*", this::see)).start();
		awaitSeen("a=5", "b=5", "removed=null", "log=1", "log=2");
		assertThat(process.data.status()).singleElement().extracting(ListenerStatus::coalesced).isEqualTo(2L);
	}

	@Test
	void heldKeyWhenItFellOutOfLogGetsOneChange() {
		this.fixture.maxChanges = 1;
		AtomicBoolean failing = new AtomicBoolean(true);
		AtomicInteger calls = new AtomicInteger();
		Process process = this.fixture.process().listen(listener("l", "*", (change) -> {
			if (change.key().equals("k") && failing.get()) {
				calls.incrementAndGet();
				throw new IllegalStateException("not now");
			}
			see(change);
		})).start();
		process.values.put("k", 1);
		process.values.put("k", 2);
		process.values.put("k", 3);
		process.values.put("end", 1);
		awaitSeen("end=1");
		process.store.prune();
		int before = calls.get();
		// The first of them may have been read before the log was cut.
		await().until(() -> calls.get() >= before + 2);
		failing.set(false);
		awaitSeen("end=1", "k=3");
	}

	@Test
	void takeOverWhenOwnerIsDeadDeliversFromSavedCursor() {
		Process first = this.fixture.process()
			.listen(listener("l", "*", (change) -> this.seen.add("1:" + change.key())));
		Process second = this.fixture.process()
			.listen(listener("l", "*", (change) -> this.seen.add("2:" + change.key())));
		first.start();
		await().until(() -> first.data.status().get(0).active());
		second.start();
		second.values.put("a", 1);
		awaitSeen("1:a");
		await().until(() -> !second.data.status().get(0).active());
		// Frozen: the first does nothing more, as seen by the second.
		first.declareDead();
		second.data.wake();
		await().until(() -> second.data.status().get(0).active());
		first.takeNewEpoch();
		first.data.wake();
		await().until(() -> !first.data.status().get(0).active());
		second.values.put("b", 1);
		first.values.put("c", 1);
		await().untilAsserted(() -> assertThat(this.seen).contains("2:b", "2:c"));
		assertThat(this.seen).doesNotContain("1:b", "1:c");
	}

	@Test
	void deliverWhenStoodStillForALeaseLeavesTheRestToWhoTookOver() {
		Process first = this.fixture.process();
		Process second = this.fixture.process()
			.listen(listener("l", "*", (change) -> this.seen.add("2:" + change.key())));
		first.listen(listener("l", "*", (change) -> {
			this.seen.add("1:" + change.key());
			if (change.key().equals("a")) {
				// Frozen in its midst, until the second has taken over.
				first.standStill(true);
				first.declareDead();
				second.start();
				awaitSeen("1:a", "2:a", "2:b");
			}
		}));
		first.values.put("a", 1);
		first.values.put("b", 1);
		first.start();
		awaitSeen("1:a", "2:a", "2:b");
		first.takeNewEpoch();
		await().until(() -> !first.data.status().get(0).active());
		assertThat(this.seen).doesNotContain("1:b");
	}

	@Test
	void deliverWhenLeaseIsSureAgainGoesOn() {
		Process process = this.fixture.process();
		process.listen(listener("l", "*", (change) -> {
			see(change);
			if (change.key().equals("a")) {
				process.standStill(true);
			}
		}));
		process.values.put("a", 1);
		process.values.put("b", 1);
		process.start();
		awaitSeen("a=1");
		await().until(() -> process.data.status().get(0).behind() == 1);
		process.standStill(false);
		awaitSeen("a=1", "b=1");
	}

	@Test
	void retryWhenStoodStillForALeaseKeepsTheKey() {
		Process process = this.fixture.process();
		AtomicBoolean failing = new AtomicBoolean(true);
		process.listen(listener("l", "*", (change) -> {
			if (failing.get()) {
				throw new IllegalStateException("not yet");
			}
			see(change);
			process.standStill(change.version() == 2);
		}));
		process.values.put("k", 1);
		process.start();
		process.values.put("k", 2);
		process.values.put("k", 3);
		await().until(() -> process.data.status().get(0).behind() == 0);
		failing.set(false);
		awaitSeen("k=1", "k=2");
		process.standStill(false);
		awaitSeen("k=1", "k=2", "k=3");
	}

	@Test
	void takeOverWhenOwnerStopsHappensAtOnce() {
		Process first = this.fixture.process().listen(listener("l", "*", this::see)).start();
		await().until(() -> first.data.status().get(0).active());
		Process second = this.fixture.process().listen(listener("l", "*", this::see)).start();
		first.values.put("a", 1);
		awaitSeen("a=1");
		first.data.stop();
		first.values.put("b", 1);
		awaitSeen("a=1", "b=1");
		assertThat(second.data.status().get(0).active()).isTrue();
	}

	@Test
	void saveWhenOwnerChangedIsRefused() {
		Process first = this.fixture.process();
		Process second = this.fixture.process();
		assertThat(first.store.acquire("l", false, first)).isPresent();
		assertThat(second.store.acquire("l", false, second)).isEmpty();
		first.declareDead();
		assertThat(second.store.acquire("l", false, second)).isPresent();
		assertThat(first.store.save("l", first.epoch(), new ListenStore.Progress(5, List.of(), List.of()))).isFalse();
		assertThat(second.store.save("l", second.epoch(), new ListenStore.Progress(0, List.of(), List.of()))).isTrue();
	}

	@Test
	void listenerWhenSlowDelaysNeitherCommitsNorOthers() throws Exception {
		CountDownLatch release = new CountDownLatch(1);
		Process process = this.fixture.process()
			.listen(listener("slow", "*", (change) -> release.await(2, TimeUnit.MINUTES)))
			.listen(listener("fast", "*", this::see))
			.start();
		process.values.put("a", 1);
		process.values.put("b", 1);
		awaitSeen("a=1", "b=1");
		release.countDown();
	}

	@Test
	void listenerWhenItPutsGetsItsOwnChange() {
		Process process = this.fixture.process();
		process.listen(listener("l", "*", (change) -> {
			see(change);
			if (change.version() < 3) {
				process.values.put("k", change.version());
			}
		})).start();
		process.values.put("k", 0);
		awaitSeen("k=0", "k=1", "k=2");
	}

	@Test
	void stopWhenListenerIgnoresItInterruptsAndLosesNothing() {
		this.fixture.settings = new ListenSettings(ListenFixture.FAST.retry(), Duration.ofMillis(50),
				Duration.ofMillis(20), Duration.ofMillis(50));
		CountDownLatch started = new CountDownLatch(1);
		Process process = this.fixture.process().listen(listener("l", "*", (change) -> {
			started.countDown();
			new CountDownLatch(1).await();
		})).start();
		process.values.put("k", 1);
		await().until(() -> started.getCount() == 0);
		process.close();
		this.fixture.process().listen(listener("l", "*", this::see)).start();
		awaitSeen("k=1");
	}

	@Test
	void sweepWhenListenerIsGoneForADayDropsItsCursor() {
		Process process = this.fixture.process();
		process.listen(listener("gone", "*", this::see));
		ListenerDispatcher dispatcher = new ListenerDispatcher(process.store, this.fixture.payloads, process,
				this.fixture.settings, this.fixture.clock, Thread::new);
		dispatcher.sweep();
		this.fixture.forward(Duration.ofHours(23));
		dispatcher.sweep();
		assertThat(process.store.cursors()).hasSize(1);
		process.store.declare("gone", false);
		this.fixture.forward(Duration.ofHours(2));
		dispatcher.sweep();
		assertThat(process.store.cursors()).hasSize(1);
		this.fixture.forward(Duration.ofHours(25));
		dispatcher.sweep();
		assertThat(process.store.cursors()).isEmpty();
	}

	@Test
	void sweepWhenAnotherProcessHasTheListenerKeepsItsCursor() {
		Process other = this.fixture.process().listen(listener("l", "*", this::see)).start();
		await().until(() -> other.data.status().get(0).active());
		Process process = this.fixture.process();
		ListenerDispatcher dispatcher = new ListenerDispatcher(process.store, this.fixture.payloads, process,
				this.fixture.settings, this.fixture.clock, Thread::new);
		dispatcher.sweep();
		this.fixture.forward(Duration.ofHours(25));
		dispatcher.sweep();
		assertThat(process.store.cursors()).hasSize(1);
	}

	@Test
	void deliveryWhenLoadIsRandomAndListenersFailIsInOrderPerKeyAndComplete() throws Exception {
		long seed = System.nanoTime();
		System.out.println("seed " + seed);
		RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
		Map<String, List<Long>> delivered = new ConcurrentHashMap<>();
		Process first = this.fixture.process();
		Process second = this.fixture.process();
		RandomGenerator failing = RandomGeneratorFactory.of("L64X128MixRandom").create(seed + 1);
		for (Process process : List.of(first, second)) {
			process.listen(listener("l", "key-*", (change) -> {
				synchronized (failing) {
					if (failing.nextInt(10) == 0) {
						throw new IllegalStateException("one in ten");
					}
				}
				delivered.computeIfAbsent(change.key(), (key) -> new CopyOnWriteArrayList<>()).add(change.version());
			})).start();
		}
		Map<String, Long> latest = new ConcurrentHashMap<>();
		List<Thread> producers = new ArrayList<>();
		for (int p = 0; p < 4; p++) {
			long producerSeed = random.nextLong();
			Process process = (p % 2 == 0) ? first : second;
			producers.add(new Thread(() -> {
				RandomGenerator own = RandomGeneratorFactory.of("L64X128MixRandom").create(producerSeed);
				for (int i = 0; i < 300; i++) {
					String key = "key-" + own.nextInt(10);
					latest.merge(key, process.values.put(key, own.nextLong()), Math::max);
				}
			}));
		}
		producers.forEach(Thread::start);
		for (int i = 0; i < 5; i++) {
			Process owner = first.data.status().get(0).active() ? first : second;
			owner.data.stop();
			owner.start();
		}
		for (Thread producer : producers) {
			producer.join();
		}
		await().untilAsserted(() -> latest
			.forEach((key, version) -> assertThat(delivered.getOrDefault(key, List.of())).endsWith(version)));
		delivered.forEach((key, versions) -> assertThat(versions).as("seed %d, %s", seed, key)
			.containsExactlyElementsOf(java.util.stream.LongStream.rangeClosed(1, latest.get(key)).boxed().toList()));
	}

}
