package io.github.queuesqlite.worker;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Predicate;

import io.github.queuesqlite.event.FailureNote;
import io.github.queuesqlite.store.ClaimOrder;
import io.github.queuesqlite.store.Quota;
import io.github.queuesqlite.store.StoreInstance;
import io.github.queuesqlite.store.StoredMessage;
import io.github.queuesqlite.store.Suspect;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The worker side of one queue: asks all shards together for what its permits and its
 * claim-ahead allow, keeps what it got in one heap, best first, and has its runners start
 * it.
 * <p>
 * <b>Threads:</b> safe for use by several threads. One lock, held for moments only and
 * never while the store, a thread to be woken or user code is called.
 */
final class Lane implements Holder {

	private static final Logger logger = LoggerFactory.getLogger(Lane.class);

	/** A claimed message goes back when it was not started for so long. */
	static final long UNSTARTED_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

	/** As above, for one that waits in an executor of the user. */
	static final long HANDED_NANOS = TimeUnit.SECONDS.toNanos(1);

	/** How long nothing is claimed for a task whose executor refused. */
	static final long REFUSED_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

	/** How long waiting messages beside free permits are tolerated. */
	private static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

	private static final long SCAN_NANOS = TimeUnit.MILLISECONDS.toNanos(25);

	/** How long it counts that messages with concurrency keys wait. */
	private static final long KEYS_WAIT_NANOS = TimeUnit.SECONDS.toNanos(1);

	/** A further runner is worth waking for so much work. */
	private static final double WORTH_NANOS = TimeUnit.MICROSECONDS.toNanos(200);

	private final Engine engine;

	private final String queue;

	private final int concurrency;

	/** Null for a queue without. */
	private final @Nullable Rate rate;

	private final boolean newestFirst;

	/** After how long a message goes before better ones; 0 for never. */
	private final long ageingMillis;

	/** Null for a queue in no pool. */
	private final @Nullable SharedPlaces places;

	private final AtomicLong outstanding = new AtomicLong();

	/** That of the pool, if there is one. */
	private final ReentrantLock lock;

	// Guarded by the lock

	private final CallHeap waiting;

	private final ClaimAhead ahead;

	private final Permits permits;

	private final Demand demand = new Demand();

	private final Crew crew;

	private boolean open;

	/** Whether a place is kept for a suspect that is being claimed. */
	private boolean suspectComes;

	private long scannedAt;

	private volatile boolean paused;

	/** Until when nothing is claimed ahead; 0 while no message has a concurrency key. */
	private volatile long keysWaitUntil;

	private final BrokenOffClaims brokenOff = new BrokenOffClaims();

	private final FailureNote failure;

	private volatile boolean refused;

	Lane(Engine engine, String queue) {
		this.engine = engine;
		this.queue = queue;
		this.concurrency = engine.settings.concurrencyOf(queue);
		this.rate = engine.limits.rateOf(queue);
		this.newestFirst = engine.settings.order().newestFirst().contains(queue);
		this.ageingMillis = engine.settings.order().ageingMillis(queue);
		this.places = engine.places.get(queue);
		this.lock = (this.places != null) ? this.places.lock() : new ReentrantLock();
		this.waiting = new CallHeap(this.newestFirst);
		this.ahead = new ClaimAhead(this.concurrency);
		this.permits = new Permits(this.concurrency);
		this.crew = new Crew(this, this.lock, engine.settings);
		this.failure = new FailureNote(logger, "Lane '{}' failed and goes on", queue);
	}

	@Override
	public Engine engine() {
		return this.engine;
	}

	// The demand

	@Override
	public String queue() {
		return this.queue;
	}

	@Override
	public Set<String> tasks() {
		return this.engine.limits.isOpen(this.rate) ? this.engine.tasks.claimable() : Set.of();
	}

	@Override
	public void keysWait() {
		this.keysWaitUntil = Math.max(1, this.engine.now() + KEYS_WAIT_NANOS);
	}

	/**
	 * Nothing is claimed ahead while keys take turns, where newer ones go first, or where
	 * it would take places of others.
	 */
	private int ahead() {
		if (this.newestFirst || this.places != null) {
			return 0;
		}
		long until = this.keysWaitUntil;
		return (until != 0 && this.engine.now() < until) ? 0 : this.ahead.rows();
	}

	@Override
	public Quota quota() {
		return this.engine.limits.quota(this.queue);
	}

	@Override
	public Set<String> unpermitted() {
		if (this.engine.limits.isOpen(this.rate)) {
			return this.engine.tasks.unpermitted();
		}
		return isRateWorthAsking() ? this.engine.tasks.wantable() : Set.of();
	}

	private boolean isRateWorthAsking() {
		return this.rate != null && this.engine.limits.isWorthAsking(this.rate);
	}

	@Override
	public void missesPermit(int shard, String task) {
		this.lock.lock();
		try {
			if (!mayClaim() || room() - kept() <= 0) {
				this.demand.putOff(shard);
				return;
			}
		}
		finally {
			this.lock.unlock();
		}
		this.engine.limits.want(this.queue, task);
	}

	@Override
	public StoreInstance owner() {
		return this.engine.environment.presence().current();
	}

	@Override
	public int wanted(int shard, int bestReady) {
		int promise = promise(shard, bestReady);
		if (promise == Demand.LATER) {
			poke(true);
			this.engine.watch.within(Demand.YIELD_NANOS);
			return 0;
		}
		if (promise == 0 && this.places != null) {
			giveWay(this.places, shard);
		}
		return promise;
	}

	private int promise(int shard, int bestReady) {
		this.lock.lock();
		try {
			this.demand.asks(shard, bestReady);
			if (!mayClaim()) {
				return 0;
			}
			if (this.engine.probation.isAlone()) {
				this.demand.putOff(shard);
				return 0;
			}
			long now = this.engine.now();
			int room = (this.places != null) ? this.places.granted(this, now) : room();
			return this.demand.promise(shard, room - kept(), ahead() == 0, now);
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * A free place may be kept for another lane: it is to be asked, or this one again.
	 */
	private void giveWay(SharedPlaces places, int shard) {
		boolean yielding;
		boolean poke;
		this.lock.lock();
		try {
			yielding = places.isYielding(this.engine.now());
			poke = yielding && places.isFirstToBePoked(this, 1L << shard);
		}
		finally {
			this.lock.unlock();
		}
		poke(poke);
		if (yielding) {
			this.engine.watch.within(Demand.YIELD_NANOS);
		}
	}

	// The places that it shares with others, with the lock held

	/** Shares the places of its pool, if it has one. */
	void join() {
		if (this.places == null) {
			return;
		}
		this.lock.lock();
		try {
			this.places.join(this);
		}
		finally {
			this.lock.unlock();
		}
	}

	@Override
	public boolean sharesRoom() {
		return this.places != null;
	}

	@Override
	public void ready(int shard, int bestReady) {
		boolean poke;
		this.lock.lock();
		try {
			if (this.places != null && bestReady != Integer.MIN_VALUE) {
				this.places.heardOf(this);
			}
			poke = this.demand.isNothingMore(shard, bestReady) && isPokeDue(1L << shard);
		}
		finally {
			this.lock.unlock();
		}
		poke(poke);
	}

	/** How many places of its pool it has. */
	int held() {
		return running() + toCome();
	}

	int running() {
		return this.permits.inUse();
	}

	/** What is to begin: calls, or messages as far as they are known. */
	int toBegin(boolean calls) {
		return this.demand.promised() + (calls ? this.waiting.size() : this.waiting.messages());
	}

	/** Whether a shard may have something for it that it has permits for. */
	boolean isWanting() {
		return this.demand.isUnserved() && mayClaim() && ownRoom() > 0;
	}

	/** How many places it could use. */
	int ownRoom() {
		return this.permits.free() - toCome();
	}

	/** What has a place and does not run yet. */
	private int toCome() {
		return this.waiting.size() + this.demand.promised() + (this.suspectComes ? 1 : 0);
	}

	boolean isOwnPokeDue(int room, long except) {
		return this.open && !this.paused && this.demand.isToAskAgain(room, kept(), ahead(), except);
	}

	/** What is claimed without a sure lease would only be given back. */
	private boolean mayClaim() {
		return this.open && !this.paused && this.engine.environment.presence().holdsLease(owner());
	}

	/** How many places are left to a suspect that may come. */
	private int kept() {
		return this.engine.probation.awaits(this) ? 1 : 0;
	}

	private int room() {
		if (this.places != null) {
			return Math.min(ownRoom(), this.places.free());
		}
		boolean mayBeMore = this.waiting.bytes() < ClaimAhead.MOST_BYTES
				&& this.waiting.messages() < ClaimAhead.MOST_ROWS;
		int more = mayBeMore ? ahead() : 0;
		return this.permits.free() + more - this.waiting.size() - this.demand.promised();
	}

	@Override
	public void claimed(int shard, List<StoredMessage> messages) {
		if (messages.isEmpty()) {
			boolean poke;
			this.lock.lock();
			try {
				this.demand.answered(shard, messages, 0);
				poke = isPokeDue(1L << shard);
			}
			finally {
				this.lock.unlock();
			}
			poke(poke);
			return;
		}
		// What may run out of memory comes first: all are taken, or none.
		List<Call> calls = calls(messages);
		boolean refused = false;
		int runners = 0;
		boolean poke;
		this.lock.lock();
		try {
			this.waiting.reserve(calls.size());
			this.demand.answered(shard, messages, calls.size());
			this.outstanding.addAndGet(messages.size());
			if (this.open && !this.paused) {
				runners = accept(calls);
			}
			else {
				refused = true;
			}
			poke = isPokeDue(1L << shard);
		}
		finally {
			this.lock.unlock();
		}
		try {
			if (refused) {
				calls.forEach(Call::recall);
			}
			this.crew.wake(runners);
			poke(poke);
		}
		catch (Throwable ex) {
			// The watch sees runs that nobody starts.
			failed(ex);
		}
		if (calls.size() > runners) {
			this.engine.watch.within(TICK_NANOS);
		}
	}

	@Override
	public void quarantined(int shard) {
		List<Call> unstarted;
		boolean poke;
		this.lock.lock();
		try {
			this.demand.quarantined(shard);
			unstarted = this.waiting.removeIf((call) -> call.first().key().shard() == shard);
			poke = isPokeDue(1L << shard);
		}
		finally {
			this.lock.unlock();
		}
		for (Call call : unstarted) {
			call.forEach(Claim::lose);
			call.recall();
		}
		poke(poke);
	}

	@Override
	public boolean wantsSuspect(int shard, long seq) {
		this.lock.lock();
		try {
			boolean room = this.demand.isRoomForSuspect(room());
			if (!mayClaim() || !room) {
				return false;
			}
		}
		finally {
			this.lock.unlock();
		}
		this.engine.watch.within(Probation.CHOICE_NANOS);
		return this.engine.probation.isChosen(this, shard, seq, this.engine.now());
	}

	@Override
	public boolean reserveForSuspect(int shard) {
		if (this.places == null) {
			return this.engine.probation.reserve(this, shard);
		}
		this.lock.lock();
		try {
			this.suspectComes = this.demand.isRoomForSuspect(room()) && this.engine.probation.reserve(this, shard);
			return this.suspectComes;
		}
		finally {
			this.lock.unlock();
		}
	}

	@Override
	public void claimedSuspect(@Nullable Suspect suspect) {
		Probation probation = this.engine.probation;
		if (suspect == null) {
			noSuspectComes();
			probation.cancel(this.engine.now());
			this.engine.watch.within(Probation.REST_NANOS);
			return;
		}
		// What may run out of memory comes first.
		long now = this.engine.now();
		Call call = call(hosted(suspect.message()), suspect.message(), suspect.deaths(), owner(), now);
		boolean accepted;
		this.lock.lock();
		try {
			this.waiting.reserve(1);
			this.suspectComes = false;
			accepted = this.open && !this.paused;
			if (accepted) {
				probation.begin(call.first(), now);
				this.waiting.add(call);
			}
			this.outstanding.incrementAndGet();
		}
		finally {
			this.lock.unlock();
		}
		try {
			if (accepted) {
				this.crew.wake(1);
			}
			else {
				probation.cancel(now);
				call.recall();
				pokeForOthers();
			}
		}
		catch (Throwable ex) {
			// The watch sees a run that nobody starts.
			failed(ex);
		}
		this.engine.watch.within(Probation.TICK_NANOS);
	}

	private void noSuspectComes() {
		this.lock.lock();
		try {
			this.suspectComes = false;
		}
		finally {
			this.lock.unlock();
		}
		pokeForOthers();
	}

	private int accept(List<Call> calls) {
		boolean first = this.waiting.isEmpty();
		for (Call call : calls) {
			this.waiting.add(call);
			this.ahead.sized(call.bytes());
		}
		int useful = usefulRunners();
		// With nothing waiting before, runners that are busy now may be so for long.
		return (first && useful == 0) ? Math.min(1, Math.min(this.permits.free(), this.waiting.size())) : useful;
	}

	private List<Call> calls(List<StoredMessage> messages) {
		long now = this.engine.now();
		StoreInstance owner = owner();
		List<Call> calls = new ArrayList<>(messages.size());
		Map<HostedTask, Batch> batches = new HashMap<>(0);
		for (StoredMessage message : messages) {
			HostedTask task = hosted(message);
			Batch batch = (task.batchHandler() != null) ? batches.get(task) : null;
			if (batch != null && !batch.isFull()) {
				lost(batch.add(message, owner, 0, now), owner);
				continue;
			}
			Call call = call(task, message, 0, owner, now);
			calls.add(call);
			if (call instanceof Batch begun) {
				batches.put(task, begun);
			}
		}
		return calls;
	}

	private HostedTask hosted(StoredMessage message) {
		HostedTask task = this.engine.tasks.find(message.task());
		if (task == null) {
			throw new IllegalStateException("Claimed message " + message.id() + " of unknown task " + message.task());
		}
		return task;
	}

	/** Of a task with a batch handler a batch with one message so far. */
	private Call call(HostedTask task, StoredMessage message, int deaths, StoreInstance owner, long now) {
		Call call;
		if (task.batchHandler() != null) {
			Batch batch = new Batch(this, task);
			batch.add(message, owner, deaths, now);
			call = batch;
		}
		else {
			call = new Run(this, message, task, owner, deaths, now);
		}
		if (this.engine.limits.isLimited(this.queue, message.task())) {
			call.takePermit();
		}
		lost(call.first(), owner);
		if (this.ageingMillis != 0 && this.engine.millis() - ClaimOrder.millis(message.seq()) >= this.ageingMillis) {
			call.first().age();
		}
		return call;
	}

	/** What was claimed under an epoch before is somebody else's by now. */
	private static void lost(Claim claim, StoreInstance owner) {
		if (claim.row().owner() != owner.epoch()) {
			claim.lose();
		}
	}

	/** How many more runners would shorten the work at hand. */
	private int usefulRunners() {
		int startable = Math.min(this.waiting.size(), this.permits.free());
		double work = this.waiting.size() * this.ahead.nanosPerRun();
		int useful = 1 + (int) Math.min(this.concurrency, work / WORTH_NANOS);
		return Math.max(0, Math.min(startable, useful - this.crew.active()));
	}

	/** Asks the writers again, when there is room for what they were not asked for. */
	private boolean isPokeDue(long except) {
		return (this.places != null) ? this.places.isPokeDue(except) : isOwnPokeDue(room(), except);
	}

	private void poke(boolean due) {
		if (due) {
			this.engine.environment.store().demandChanged();
		}
	}

	// The runners

	/**
	 * Gives a runner its next run and a permit for it.
	 * @param runner who asks; among the idle ones when there is nothing
	 * @param ended its run before, whose permit is free now; null for none
	 * @return null when there is nothing or no permit
	 */
	@Nullable Call take(Runner runner, @Nullable Call ended) {
		Call next;
		boolean more = false;
		boolean poke;
		this.lock.lock();
		try {
			if (ended != null) {
				free(ended);
			}
			next = next();
			if (next != null) {
				begin(next);
				more = usefulRunners() > 0;
			}
			else {
				this.crew.rest(runner, this.open);
			}
			poke = isPokeDue((ended != null) ? asking(ended) : 0);
		}
		finally {
			this.lock.unlock();
		}
		try {
			if (ended != null) {
				ended.givePermitBack();
			}
			if (more) {
				this.crew.wake(1);
			}
			poke(poke);
		}
		catch (Throwable ex) {
			// The watch sees runs that nobody starts; what was taken must not be lost.
			failed(ex);
		}
		return next;
	}

	private void begin(Call call) {
		this.permits.give(call);
		if (this.places != null) {
			this.places.begun(this, call);
		}
	}

	private @Nullable Call next() {
		if (this.permits.free() == 0 || (this.places != null && !this.places.mayStart())) {
			return null;
		}
		Call best = this.waiting.peek();
		return (best != null && this.engine.probation.mayStart(best.first())) ? this.waiting.poll() : null;
	}

	/** The shard that asks by itself, with the end that is about to be handed to it. */
	private static long asking(Call ended) {
		return ended.isToSubmit() ? 1L << ended.first().key().shard() : 0;
	}

	private void free(Call call) {
		if (this.permits.takeBack(call) && call.elapsed() > 0) {
			this.ahead.ran(call.elapsed());
		}
	}

	/** The permit of a call that did not end on a runner is free. */
	void freed(Call call) {
		boolean wake;
		boolean poke;
		this.lock.lock();
		try {
			free(call);
			wake = !this.waiting.isEmpty() && this.permits.free() > 0;
			poke = isPokeDue(asking(call));
		}
		finally {
			this.lock.unlock();
		}
		call.givePermitBack();
		if (wake) {
			this.crew.wake(1);
		}
		poke(poke);
	}

	@Override
	public void wakeForSuspect() {
		this.crew.wake(1);
	}

	/** A runner has no thread: the watch sees what it does not start. */
	void runnerMissing(Throwable ex) {
		failed(ex);
		this.engine.watch.within(UNSTARTED_NANOS);
	}

	/** Gives a call, which keeps its permit, to an executor of the user. */
	void hand(Call call, Executor executor) {
		call.handedAt(Math.max(1, this.engine.now()));
		this.engine.watch.within(HANDED_NANOS);
		try {
			executor.execute(call);
			this.refused = false;
		}
		catch (RuntimeException | Error ex) {
			if (!this.refused) {
				logger.warn("The executor of task '{}' refuses work: messages of queue '{}' wait until it takes them",
						call.first().row().task(), this.queue, ex);
			}
			this.refused = true;
			takeBack(call);
		}
	}

	/** Runs a call on a thread of the user's executor. */
	void runHanded(Call call) {
		boolean over = true;
		boolean before = HandlerThread.isCurrent();
		HandlerThread.enter();
		try {
			over = call.execute();
			worked();
		}
		catch (Throwable ex) {
			allBrokeOff(call, ex);
		}
		finally {
			HandlerThread.leave(before);
		}
		if (over) {
			freed(call);
			call.submit();
		}
	}

	private void takeBack(Call call) {
		this.engine.tasks.suspend(call.first().row().task(), this.engine.now() + REFUSED_NANOS);
		this.engine.watch.within(REFUSED_NANOS);
		if (call.recall()) {
			freed(call);
		}
	}

	// Settled runs

	/** Whether a suspect has ended in every respect. */
	boolean isOver(Call call, Claim suspect) {
		this.lock.lock();
		try {
			return call.place() < 0 && suspect.isOffHands();
		}
		finally {
			this.lock.unlock();
		}
	}

	@Override
	public boolean isQuiet() {
		this.lock.lock();
		try {
			return this.permits.free() == this.concurrency && this.outstanding.get() <= this.waiting.messages();
		}
		finally {
			this.lock.unlock();
		}
	}

	@Override
	public void settled(Claim claim) {
		this.outstanding.decrementAndGet();
	}

	/** Whether nothing claimed is without its committed end. */
	boolean isIdle() {
		return this.outstanding.get() == 0;
	}

	/** How many messages or permits a stop waits for. */
	long busy() {
		// A run that timed out is settled, but its handler may still be at it.
		return Math.max(this.outstanding.get(), state().running());
	}

	/** As above, and what a shard was promised room for. */
	long busyOrClaiming() {
		this.lock.lock();
		try {
			return busy() + this.demand.promised();
		}
		finally {
			this.lock.unlock();
		}
	}

	/** A defect of ours or a lack of memory, survived: shown until a run ends well. */
	void failed(Throwable ex) {
		this.failure.note(ex);
	}

	@Override
	public void brokeOff(Claim claim, Throwable ex) {
		failed(ex);
		this.brokenOff.add(claim, ex);
		this.engine.watch.within(TICK_NANOS);
	}

	/** As above, of all messages of a call. */
	void allBrokeOff(Call call, Throwable ex) {
		call.forEach((claim) -> brokeOff(claim, ex));
	}

	/** A run ended as it should. */
	void worked() {
		this.failure.clear();
	}

	String failure() {
		return this.failure.text();
	}

	// Pause, start and stop

	@Override
	public boolean isPaused() {
		return this.paused;
	}

	void pause() {
		this.paused = true;
		recallUnstarted((call) -> true);
	}

	/** Gives back what has not started of the tasks and keys that are paused. */
	void recallPaused() {
		recallUnstarted(Call::isPaused);
	}

	void resume() {
		this.paused = false;
	}

	void open() {
		this.lock.lock();
		try {
			this.open = true;
			this.demand.reset();
		}
		finally {
			this.lock.unlock();
		}
		this.failure.clear();
	}

	/** Claims and starts nothing more; idle runners end. */
	void close() {
		List<Runner> leaving;
		this.lock.lock();
		try {
			this.open = false;
			leaving = this.crew.dismiss();
		}
		finally {
			this.lock.unlock();
		}
		leaving.forEach(Runner::wake);
		recallUnstarted((call) -> true);
	}

	private void recallUnstarted(Predicate<Call> which) {
		List<Call> unstarted;
		List<Call> placed = new ArrayList<>();
		this.lock.lock();
		try {
			unstarted = this.waiting.removeIf(which);
			this.permits.collect((call) -> call.isNew() && which.test(call), placed);
		}
		finally {
			this.lock.unlock();
		}
		unstarted.forEach(Call::recall);
		placed.stream().filter(Call::recall).forEach(this::freed);
		pokeForOthers();
	}

	/** What it gave back, or wants no more, may be for other lanes. */
	private void pokeForOthers() {
		if (this.places == null) {
			return;
		}
		boolean poke;
		this.lock.lock();
		try {
			poke = isPokeDue(0);
		}
		finally {
			this.lock.unlock();
		}
		poke(poke);
	}

	/** Runs something for each call that has not given back its permit. */
	void forEachRunning(Consumer<Call> action) {
		placed((call) -> !call.isNew()).forEach(action);
	}

	@Override
	public void forEachClaim(Consumer<Claim> action) {
		List<Call> calls = new ArrayList<>();
		this.lock.lock();
		try {
			for (int i = 0; i < this.waiting.size(); i++) {
				calls.add(this.waiting.at(i));
			}
			this.permits.collect((call) -> true, calls);
		}
		finally {
			this.lock.unlock();
		}
		calls.forEach((call) -> call.forEach(action));
	}

	private List<Call> placed(Predicate<Call> condition) {
		List<Call> calls = new ArrayList<>();
		this.lock.lock();
		try {
			this.permits.collect(condition, calls);
		}
		finally {
			this.lock.unlock();
		}
		return calls;
	}

	LaneState state() {
		this.lock.lock();
		try {
			return new LaneState(this.queue, this.concurrency, running(), this.waiting.messages(), this.paused,
					(this.places != null) ? this.places.state() : null);
		}
		finally {
			this.lock.unlock();
		}
	}

	// The watch

	/** Deadlines, messages that are not started, permits without a runner. */
	@Override
	public long look(long now) {
		Throwable broken = this.brokenOff.finish();
		if (broken != null) {
			failed(broken);
		}
		List<Call> running = new ArrayList<>();
		List<Call> late = new ArrayList<>();
		List<Call> handed = new ArrayList<>();
		List<Call> unstarted = List.of();
		long next = Long.MAX_VALUE;
		int runners = 0;
		boolean poke;
		this.lock.lock();
		try {
			this.permits.collect((call) -> true, running);
			boolean isAnyGiven = this.permits.wasAnyGiven();
			if (!this.waiting.isEmpty()) {
				unstarted = removeUnstarted(now);
				runners = isAnyGiven ? 0 : Math.min(this.permits.free(), this.waiting.size());
				next = (this.permits.free() > 0) ? TICK_NANOS : SCAN_NANOS;
			}
			if (this.demand.isYielding(now) || (this.places != null && this.places.isYielding(now))) {
				next = Math.min(next, Demand.YIELD_NANOS);
			}
			poke = this.demand.isUnserved() && isPokeDue(0);
		}
		finally {
			this.lock.unlock();
		}
		for (Call call : running) {
			next = Math.min(next, look(call, now, late, handed));
		}
		this.crew.wake(runners);
		handed.forEach(this::takeBack);
		unstarted.forEach(Call::recall);
		poke(poke);
		for (Call call : late) {
			next = Math.min(next, timeOut(call, now));
		}
		return (broken != null) ? Math.min(next, SCAN_NANOS) : next;
	}

	/**
	 * Returns in how many nanoseconds to look again: some of its messages may have more
	 * time.
	 */
	private long timeOut(Call call, long now) {
		try {
			call.timeOut(now);
		}
		catch (Throwable ex) {
			// The others' deadlines count.
			failed(ex);
			return SCAN_NANOS;
		}
		long left = call.untilDeadline(now);
		return (left > 0) ? left : Long.MAX_VALUE;
	}

	private static long look(Call call, long now, List<Call> late, List<Call> handed) {
		long handedAt = call.handedAt();
		if (handedAt != 0 && call.isNew()) {
			long left = handedAt + HANDED_NANOS - now;
			if (left <= 0) {
				handed.add(call);
				return Long.MAX_VALUE;
			}
			return left;
		}
		long left = call.untilDeadline(now);
		if (left <= 0) {
			late.add(call);
			return Long.MAX_VALUE;
		}
		return left;
	}

	private List<Call> removeUnstarted(long now) {
		if (now - this.scannedAt < SCAN_NANOS) {
			return List.of();
		}
		this.scannedAt = now;
		List<Call> unstarted = this.waiting.removeIf((call) -> now - call.first().claimedAt >= UNSTARTED_NANOS
				&& !this.engine.probation.isKept(call.first(), now));
		if (!unstarted.isEmpty()) {
			this.ahead.unused();
		}
		return unstarted;
	}

}
