package io.github.queuesqlite.worker;

import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.UnaryOperator;

import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.store.FailureRecord;
import io.github.queuesqlite.store.Peer;
import io.github.queuesqlite.store.StoreInstance;
import io.github.queuesqlite.store.StoredMessage;
import io.github.queuesqlite.task.RetryPolicy;
import io.github.queuesqlite.task.TaskDefinition;
import io.github.queuesqlite.task.TaskHandler;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** What runs beside a message whose process died while it ran. */
@Timeout(value = 120, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ProbationTests {

	private static final String QUEUE = "default";

	@TempDir
	Path directory;

	private TestQueue queue;

	private final CountDownLatch goOn = new CountDownLatch(1);

	private final AtomicInteger running = new AtomicInteger();

	private void open(UnaryOperator<TestQueue.Settings> settings) {
		this.queue = TestQueue.open(this.directory, settings);
	}

	@AfterEach
	void close() {
		this.goOn.countDown();
		if (this.queue != null) {
			this.queue.close();
		}
	}

	/** Has a process die while it runs all that is ready of the task. */
	private void die(String queue, String task) {
		StoreInstance other = this.queue.store.register("other");
		for (StoredMessage message : this.queue.store.claim(other, queue, Set.of(task), 1000)) {
			other.started(message.runKey());
		}
		Peer peer = this.queue.store.peers()
			.stream()
			.filter((candidate) -> candidate.epoch() == other.epoch())
			.findFirst()
			.orElseThrow();
		this.queue.store.rescue(peer, (name) -> 10);
	}

	private List<Long> suspects(String task, int count, int deaths) {
		List<Long> ids = new ArrayList<>();
		for (int i = 0; i < count; i++) {
			ids.add(this.queue.enqueue(task, i));
		}
		for (int i = 0; i < deaths; i++) {
			die(QUEUE, task);
		}
		return ids;
	}

	private long suspect(String task, int deaths) {
		return suspects(task, 1, deaths).get(0);
	}

	private void register(String task, TaskHandler<Integer> handler) {
		this.queue.tasks.register(task, Integer.class, handler);
	}

	/** Runs until the test lets it end. */
	private void registerLong(String task) {
		register(task, (number, context) -> {
			this.running.incrementAndGet();
			this.goOn.await();
			return null;
		});
	}

	private void awaitCompleted(List<Long> ids) {
		await().until(
				() -> this.queue.store.findAll(ids).stream().allMatch((row) -> row.state() == MessageState.COMPLETED));
	}

	@Test
	void suspectsOfAllLanesRunOneAfterTheOther() {
		open((settings) -> settings.probation(Duration.ofMinutes(10)).queue("mail", 4));
		AtomicInteger most = new AtomicInteger();
		TaskHandler<Integer> handler = (number, context) -> {
			most.accumulateAndGet(this.running.incrementAndGet(), Math::max);
			LockSupport.parkNanos(1_000_000);
			this.running.decrementAndGet();
			return null;
		};
		register("work", handler);
		register("mail.work", handler);
		List<Long> ids = suspects("work", 6, 1);
		for (int i = 0; i < 6; i++) {
			ids.add(this.queue.enqueue("mail.work", i, (draft) -> draft.queue("mail")));
		}
		die("mail", "mail.work");
		this.queue.start();
		awaitCompleted(ids);
		assertThat(most).hasValue(1);
		assertThat(this.queue.store.findAll(ids)).allMatch((row) -> row.attempt() == 2);
	}

	/** Whoever takes back may not know the task yet. */
	@Test
	void suspectWithoutAnAttemptLeftEndsDeadWithTheDeathOfItsProcessAsReason() {
		open((settings) -> settings);
		long suspect = suspect("killer", 2);
		this.queue.tasks.register(TaskDefinition.builder("killer", Integer.class, (number, context) -> null)
			.retryPolicy(new RetryPolicy(1, Duration.ZERO, 1, Duration.ZERO, 0))
			.build());
		this.queue.start();
		this.queue.awaitState(suspect, MessageState.DEAD);
		List<FailureRecord> failures = this.queue.store.failures(suspect);
		FailureRecord reason = failures.get(failures.size() - 1);
		assertThat(reason.type()).isEqualTo("ProcessDied");
		assertThat(reason.message()).contains("No attempt is left: 2 spent, 2 allowed", "died");
	}

	@Test
	void suspectRunsBesideMessagesThatAreNone() {
		open((settings) -> settings);
		registerLong("suspect");
		register("work", (number, context) -> null);
		long suspect = suspect("suspect", 1);
		this.queue.start();
		await().until(() -> this.running.get() == 1);
		awaitCompleted(this.queue.enqueueAll("work", 20));
		assertThat(this.queue.find(suspect).state()).isEqualTo(MessageState.RUNNING);
	}

	@Test
	void suspectOfTwoDeathsRunsWithNoOtherBesideIt() {
		open((settings) -> settings.probation(Duration.ofMinutes(10)));
		AtomicInteger others = new AtomicInteger();
		AtomicInteger beside = new AtomicInteger();
		CountDownLatch suspectMayEnd = new CountDownLatch(1);
		register("work", (number, context) -> {
			others.incrementAndGet();
			this.goOn.await();
			others.decrementAndGet();
			return null;
		});
		this.queue.start();
		List<Long> ids = this.queue.enqueueAll("work", 2);
		await().until(() -> others.get() == 2);
		long suspect = suspect("suspect", 2);
		register("suspect", (number, context) -> {
			beside.addAndGet(others.get());
			this.running.incrementAndGet();
			suspectMayEnd.await();
			beside.addAndGet(others.get());
			return null;
		});
		this.queue.awaitState(suspect, MessageState.RUNNING);
		await().during(Duration.ofMillis(100)).until(() -> this.running.get() == 0);
		this.goOn.countDown();
		await().until(() -> this.running.get() == 1);
		ids.addAll(this.queue.enqueueAll("work", 20));
		await().during(Duration.ofMillis(100)).until(() -> others.get() == 0);
		suspectMayEnd.countDown();
		this.queue.awaitState(suspect, MessageState.COMPLETED);
		awaitCompleted(ids);
		assertThat(beside).hasValue(0);
	}

	@Test
	void suspectThatRunsAloneForLongGetsCompanyAfterItsProbation() {
		open((settings) -> settings.probation(Duration.ofMillis(200)));
		registerLong("suspect");
		register("work", (number, context) -> null);
		List<Long> suspects = suspects("suspect", 2, 2);
		List<Long> ids = this.queue.enqueueAll("work", 20);
		this.queue.start();
		awaitCompleted(ids);
		await().until(() -> this.running.get() == 2);
		this.goOn.countDown();
		awaitCompleted(suspects);
	}

	@Test
	void suspectOfTwoDeathsWaitsForThoseThatRunNoLongerThanItsProbation() {
		open((settings) -> settings.probation(Duration.ofMillis(200)));
		registerLong("work");
		this.queue.start();
		this.queue.enqueue("work", 0);
		await().until(() -> this.running.get() == 1);
		long suspect = suspect("suspect", 2);
		register("suspect", (number, context) -> this.running.get());
		this.queue.awaitState(suspect, MessageState.COMPLETED);
		assertThat(this.queue.result(suspect)).isEqualTo(1);
	}

	/** Has a suspect of two deaths wait for a handler that goes on. */
	private long waitingSuspect(UnaryOperator<TestQueue.Draft> draft, AtomicBoolean ran) {
		this.queue.start();
		this.queue.enqueue("work", 0, (other) -> other.queue("mail"));
		await().until(() -> this.running.get() == 1);
		long suspect = this.queue.enqueue("suspect", 0, draft);
		die(QUEUE, "suspect");
		die(QUEUE, "suspect");
		register("suspect", (number, context) -> {
			ran.set(true);
			return null;
		});
		this.queue.awaitState(suspect, MessageState.RUNNING);
		await().until(this.queue.pool.engine().probation::isAlone);
		return suspect;
	}

	@Test
	void suspectThatIsCancelledWhileItWaitsForOthersDoesNotRun() {
		open((settings) -> settings.probation(Duration.ofMinutes(10)).queue("mail", 2));
		registerLong("work");
		AtomicBoolean ran = new AtomicBoolean();
		long suspect = waitingSuspect((draft) -> draft, ran);
		this.queue.store.cancel(suspect);
		this.queue.awaitState(suspect, MessageState.CANCELLED);
		this.queue.enqueue("work", 0, (other) -> other.queue("mail"));
		await().until(() -> this.running.get() == 2);
		assertThat(ran).isFalse();
	}

	@Test
	void suspectWhoseTimeIsOverWhileItWaitsForOthersExpires() {
		open((settings) -> settings.probation(Duration.ofMinutes(10)).queue("mail", 2));
		registerLong("work");
		AtomicBoolean ran = new AtomicBoolean();
		long suspect = waitingSuspect((draft) -> draft.timeToLive(Duration.ofHours(1)), ran);
		this.queue.clock.advance(Duration.ofHours(2));
		this.goOn.countDown();
		this.queue.awaitState(suspect, MessageState.EXPIRED);
		assertThat(ran).isFalse();
	}

	@Test
	void suspectThatIsPausedWhileItWaitsForOthersGoesBackAndStaysOne() {
		open((settings) -> settings.probation(Duration.ofMinutes(10)).queue("mail", 2));
		registerLong("work");
		AtomicBoolean ran = new AtomicBoolean();
		long suspect = waitingSuspect((draft) -> draft, ran);
		this.queue.store.pause(QUEUE);
		this.queue.awaitState(suspect, MessageState.READY);
		assertThat(this.queue.find(suspect).attempt()).isEqualTo(2);
		this.queue.enqueue("work", 0, (other) -> other.queue("mail"));
		await().until(() -> this.running.get() == 2);
		this.queue.store.resume(QUEUE);
		this.queue.awaitState(suspect, MessageState.RUNNING);
		assertThat(ran).isFalse();
		this.goOn.countDown();
		assertThat(this.queue.awaitState(suspect, MessageState.COMPLETED).attempt()).isEqualTo(3);
	}

	@Test
	void stopGivesBackASuspectThatWaitsForOthers() {
		open((settings) -> settings.probation(Duration.ofMinutes(10)).drainTimeout(Duration.ZERO).queue("mail", 2));
		registerLong("work");
		AtomicBoolean ran = new AtomicBoolean();
		long suspect = waitingSuspect((draft) -> draft, ran);
		this.queue.pool.stop();
		assertThat(this.queue.awaitState(suspect, MessageState.READY).attempt()).isEqualTo(2);
		assertThat(ran).isFalse();
		this.queue.awaitIdle();
		this.goOn.countDown();
		this.queue.pool.start();
		this.queue.awaitState(suspect, MessageState.COMPLETED);
	}

	@Test
	void suspectThatFailsIsAsGoodAsAnyOther() {
		open((settings) -> settings.probation(Duration.ofMinutes(10)));
		CyclicBarrier together = new CyclicBarrier(3);
		register("work", (number, context) -> {
			if (context.attempt() == 2) {
				throw new IllegalStateException("survived");
			}
			together.await();
			return null;
		});
		List<Long> ids = suspects("work", 3, 1);
		this.queue.start();
		awaitCompleted(ids);
		assertThat(this.queue.store.findAll(ids)).allMatch((row) -> row.attempt() == 3);
	}

	@Test
	void suspectsAreKeptApartNoLongerThanTheirProbation() {
		open((settings) -> settings.probation(Duration.ofMillis(100)));
		CyclicBarrier together = new CyclicBarrier(3);
		register("work", (number, context) -> together.await());
		List<Long> ids = suspects("work", 3, 1);
		this.queue.start();
		awaitCompleted(ids);
	}

	@Test
	void suspectsAreNotKeptApartWithoutProbation() {
		open((settings) -> settings.probation(Duration.ZERO));
		CyclicBarrier together = new CyclicBarrier(4);
		register("work", (number, context) -> together.await());
		List<Long> ids = suspects("work", 4, 2);
		this.queue.start();
		awaitCompleted(ids);
	}

	@ParameterizedTest
	@ValueSource(ints = { 0, 12_000 })
	void suspectsGetTheirTurnInALaneThatIsNeverIdle(int handlerMicros) {
		open((settings) -> settings.concurrency(1));
		AtomicBoolean enough = new AtomicBoolean();
		register("flood", (number, context) -> {
			LockSupport.parkNanos(handlerMicros * 1000L);
			if (!enough.get()) {
				this.queue.enqueueLater("flood", number);
			}
			return null;
		});
		register("suspect", (number, context) -> null);
		List<Long> ids = suspects("suspect", 3, 1);
		this.queue.enqueueAll("flood", 2000);
		this.queue.start();
		try {
			awaitCompleted(ids);
		}
		finally {
			enough.set(true);
			this.queue.store.pause(QUEUE);
		}
	}

	@Test
	void suspectsOfTwoDeathsHoldUpOthersForATimeOnly() {
		open((settings) -> settings.probation(Duration.ofMillis(300)));
		registerLong("suspect");
		register("work", (number, context) -> null);
		suspects("suspect", 3, 2);
		this.queue.start();
		for (int i = 1; i <= 3; i++) {
			int suspects = i;
			await().until(() -> this.running.get() >= suspects);
			awaitCompleted(this.queue.enqueueAll("work", 10));
		}
	}

	@Test
	void suspectThatWasNamedMeanwhileIsChosenAsSoonAsTheOneBeforeEnds() {
		open((settings) -> settings);
		AtomicInteger asked = new AtomicInteger();
		Probation probation = new Probation(Long.MAX_VALUE, asked::incrementAndGet);
		Holder one = holder();
		Holder other = holder();
		assertThat(probation.isChosen(other, 0, 2, 0)).isFalse();
		assertThat(probation.isChosen(one, 0, 1, 0)).isFalse();
		probation.look(Probation.CHOICE_NANOS, List.of(one, other));
		assertThat(probation.isChosen(other, 0, 2, 0)).isFalse();
		assertThat(probation.isChosen(one, 0, 1, 0)).isTrue();
		assertThat(probation.reserve(one, 0)).isTrue();
		EndedClaim suspect = new EndedClaim(one);
		probation.begin(suspect, Probation.CHOICE_NANOS);
		assertThat(probation.isChosen(one, 1, 3, 0)).isFalse();
		probation.look(Probation.CHOICE_NANOS, List.of(one, other));
		assertThat(probation.isChosen(other, 0, 2, 0)).isTrue();
		assertThat(probation.isChosen(one, 1, 3, 0)).isFalse();
		assertThat(asked).hasValue(2);
	}

	@Test
	void placeThatWasKeptInVainIsNotKeptAgainForASecond() {
		open((settings) -> settings);
		Probation probation = new Probation(Long.MAX_VALUE, () -> {
		});
		Holder holder = holder();
		List<Holder> holders = List.of(holder);
		long now = 1;
		assertThat(probation.isChosen(holder, 0, 1, now)).isFalse();
		assertThat(probation.awaits(holder)).isTrue();
		assertThat(probation.awaits(holder())).isFalse();
		probation.look(now += Probation.CHOICE_NANOS, holders);
		assertThat(probation.awaits(holder)).isTrue();
		probation.look(now += Probation.REST_NANOS, holders);
		assertThat(probation.awaits(holder)).isFalse();
		probation.isChosen(holder, 0, 1, now);
		assertThat(probation.awaits(holder)).isFalse();
		probation.look(now += Probation.CHOICE_NANOS, holders);
		assertThat(probation.awaits(holder)).isFalse();
		assertThat(probation.reserve(holder, 0)).isTrue();
		probation.cancel(now);
		probation.look(now += TimeUnit.SECONDS.toNanos(1), holders);
		probation.isChosen(holder, 0, 1, now);
		assertThat(probation.awaits(holder)).isTrue();
	}

	private static Holder holder() {
		return (Holder) Proxy.newProxyInstance(Holder.class.getClassLoader(), new Class<?>[] { Holder.class },
				(proxy, method, arguments) -> method.getName().equals("equals") ? proxy == arguments[0]
						: System.identityHashCode(proxy));
	}

	/** A suspect whose run began and is over. */
	private final class EndedClaim extends Claim {

		EndedClaim(Holder holder) {
			this(holder, ProbationTests.this.queue.store.register("other"));
		}

		private EndedClaim(Holder holder, StoreInstance owner) {
			super(holder, claimed(owner), owner, 1, 0);
		}

		@Override
		boolean isOver() {
			return true;
		}

		@Override
		boolean hasStarted() {
			return true;
		}

		@Override
		RetryPolicy retry() {
			throw new UnsupportedOperationException();
		}

		@Override
		boolean isRetryable(Throwable failure) {
			throw new UnsupportedOperationException();
		}

		@Override
		long nanosToDeadline() {
			throw new UnsupportedOperationException();
		}

		@Override
		FailureRecord timeoutFailure(long nanos) {
			throw new UnsupportedOperationException();
		}

	}

	private StoredMessage claimed(StoreInstance owner) {
		this.queue.enqueue("work", 0);
		return this.queue.store.claim(owner, QUEUE, Set.of("work"), 1).get(0);
	}

}
