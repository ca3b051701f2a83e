package io.github.queuesqlite.worker;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Predicate;

import io.github.queuesqlite.event.FailureNote;
import io.github.queuesqlite.store.Quota;
import io.github.queuesqlite.store.StoreInstance;
import io.github.queuesqlite.store.StoredMessage;
import io.github.queuesqlite.store.Suspect;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.task.VirtualThreadTaskExecutor;

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

	private final AtomicLong outstanding = new AtomicLong();

	private final ReentrantLock lock = new ReentrantLock();

	// Guarded by the lock

	private final RunHeap waiting = new RunHeap();

	private final ClaimAhead ahead;

	private final Permits permits;

	private final Demand demand = new Demand();

	private final Crew crew;

	private boolean open;

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
		return this.engine.tasks.claimable();
	}

	@Override
	public void keysWait() {
		this.keysWaitUntil = Math.max(1, this.engine.now() + KEYS_WAIT_NANOS);
	}

	/** Nothing is claimed ahead while keys take turns. */
	private int ahead() {
		long until = this.keysWaitUntil;
		return (until != 0 && this.engine.now() < until) ? 0 : this.ahead.rows();
	}

	@Override
	public Quota quota() {
		return this.engine.limits.quota();
	}

	@Override
	public Set<String> unpermitted() {
		return this.engine.tasks.unpermitted();
	}

	@Override
	public void missesPermit(int shard, String task) {
		this.lock.lock();
		try {
			if (!mayClaim() || room() <= 0) {
				this.demand.putOff(shard);
				return;
			}
		}
		finally {
			this.lock.unlock();
		}
		this.engine.limits.want(task);
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
			return this.demand.promise(shard, room(), ahead() == 0, this.engine.now());
		}
		finally {
			this.lock.unlock();
		}
	}

	/** What is claimed without a sure lease would only be given back. */
	private boolean mayClaim() {
		return this.open && !this.paused && this.engine.environment.presence().holdsLease(owner());
	}

	private int room() {
		int more = (this.waiting.bytes() < ClaimAhead.MOST_BYTES) ? ahead() : 0;
		return this.permits.free() + more - this.waiting.size() - this.demand.promised();
	}

	@Override
	public void claimed(int shard, List<StoredMessage> messages) {
		if (messages.isEmpty()) {
			boolean poke;
			this.lock.lock();
			try {
				this.demand.answered(shard, messages);
				poke = isPokeDue(1L << shard);
			}
			finally {
				this.lock.unlock();
			}
			poke(poke);
			return;
		}
		// What may run out of memory comes first: all are taken, or none.
		List<Run> runs = runs(messages);
		boolean refused = false;
		int runners = 0;
		boolean poke = false;
		this.lock.lock();
		try {
			this.waiting.reserve(runs.size());
			this.demand.answered(shard, messages);
			this.outstanding.addAndGet(runs.size());
			if (this.open && !this.paused) {
				runners = accept(runs);
				poke = isPokeDue(1L << shard);
			}
			else {
				refused = true;
			}
		}
		finally {
			this.lock.unlock();
		}
		try {
			if (refused) {
				runs.forEach(Run::recall);
			}
			this.crew.wake(runners);
			poke(poke);
		}
		catch (Throwable ex) {
			// The watch sees runs that nobody starts.
			failed(ex);
		}
		if (messages.size() > runners) {
			this.engine.watch.within(TICK_NANOS);
		}
	}

	@Override
	public void quarantined(int shard) {
		List<Run> unstarted;
		boolean poke;
		this.lock.lock();
		try {
			this.demand.quarantined(shard);
			unstarted = this.waiting.removeIf((run) -> run.key().shard() == shard);
			poke = isPokeDue(1L << shard);
		}
		finally {
			this.lock.unlock();
		}
		for (Run run : unstarted) {
			run.lose();
			run.recall();
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
		return this.engine.probation.reserve(this, shard);
	}

	@Override
	public void claimedSuspect(@Nullable Suspect suspect) {
		Probation probation = this.engine.probation;
		if (suspect == null) {
			probation.cancel(this.engine.now());
			this.engine.watch.within(Probation.REST_NANOS);
			return;
		}
		// What may run out of memory comes first.
		Run run = run(suspect.message(), suspect.deaths(), owner(), this.engine.now());
		boolean accepted;
		this.lock.lock();
		try {
			this.waiting.reserve(1);
			accepted = this.open && !this.paused;
			if (accepted) {
				probation.begin(run, run.claimedAt);
				this.waiting.add(run);
			}
			this.outstanding.incrementAndGet();
		}
		finally {
			this.lock.unlock();
		}
		if (accepted) {
			this.crew.wake(1);
		}
		else {
			probation.cancel(run.claimedAt);
			run.recall();
		}
		this.engine.watch.within(Probation.TICK_NANOS);
	}

	private int accept(List<Run> runs) {
		boolean first = this.waiting.isEmpty();
		for (Run run : runs) {
			this.waiting.add(run);
			this.ahead.sized(run.bytes());
		}
		int useful = usefulRunners();
		// With nothing waiting before, runners that are busy now may be so for long.
		return (first && useful == 0) ? Math.min(1, Math.min(this.permits.free(), this.waiting.size())) : useful;
	}

	private List<Run> runs(List<StoredMessage> messages) {
		long now = this.engine.now();
		StoreInstance owner = owner();
		List<Run> runs = new ArrayList<>(messages.size());
		for (StoredMessage message : messages) {
			runs.add(run(message, 0, owner, now));
		}
		return runs;
	}

	private Run run(StoredMessage message, int deaths, StoreInstance owner, long now) {
		HostedTask task = this.engine.tasks.find(message.task());
		if (task == null) {
			throw new IllegalStateException("Claimed message " + message.id() + " of unknown task " + message.task());
		}
		Run run = new Run(this, message, task, owner, deaths, now);
		if (this.engine.limits.isLimited(message.task())) {
			run.takePermit();
		}
		if (message.owner() != owner.epoch()) {
			run.lose();
		}
		return run;
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
		return this.open && !this.paused && this.demand.isToAskAgain(room(), ahead(), except);
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
	@Nullable Run take(Runner runner, @Nullable Run ended) {
		Run next;
		boolean more = false;
		boolean poke;
		this.lock.lock();
		try {
			if (ended != null) {
				free(ended);
			}
			next = next();
			if (next != null) {
				this.permits.give(next);
				more = usefulRunners() > 0;
			}
			else {
				this.crew.rest(runner, this.open);
			}
			poke = isPokeDue((ended != null) ? 1L << ended.key().shard() : 0);
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

	private @Nullable Run next() {
		if (this.permits.free() == 0) {
			return null;
		}
		Run best = this.waiting.peek();
		return (best != null && this.engine.probation.mayStart(best)) ? this.waiting.poll() : null;
	}

	private void free(Run run) {
		if (this.permits.takeBack(run) && run.elapsed() > 0) {
			this.ahead.ran(run.elapsed());
		}
	}

	/** The permit of a run that did not end on a runner is free. */
	void freed(Run run) {
		boolean wake;
		boolean poke;
		this.lock.lock();
		try {
			free(run);
			wake = !this.waiting.isEmpty() && this.permits.free() > 0;
			poke = isPokeDue(1L << run.key().shard());
		}
		finally {
			this.lock.unlock();
		}
		run.givePermitBack();
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

	/** Gives a run, which keeps its permit, to an executor of the user. */
	void hand(Run run, Executor executor) {
		run.handedAt = Math.max(1, this.engine.now());
		this.engine.watch.within(HANDED_NANOS);
		try {
			executor.execute(run);
			this.refused = false;
		}
		catch (RuntimeException | Error ex) {
			if (!this.refused) {
				logger.warn("The executor of task '{}' refuses work: messages of queue '{}' wait until it takes them",
						run.row().task(), this.queue, ex);
			}
			this.refused = true;
			takeBack(run);
		}
	}

	private void takeBack(Run run) {
		this.engine.tasks.suspend(run.row().task(), this.engine.now() + REFUSED_NANOS);
		this.engine.watch.within(REFUSED_NANOS);
		if (run.recall()) {
			freed(run);
		}
	}

	// Settled runs

	/** Whether a suspect has ended in every respect. */
	boolean isOver(Run suspect) {
		this.lock.lock();
		try {
			return suspect.place < 0 && suspect.isOffHands();
		}
		finally {
			this.lock.unlock();
		}
	}

	@Override
	public boolean isQuiet() {
		this.lock.lock();
		try {
			return this.permits.free() == this.concurrency && this.outstanding.get() <= this.waiting.size();
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
		recallUnstarted((run) -> true);
	}

	/** Gives back what has not started of the tasks that are paused. */
	void recallPaused() {
		recallUnstarted((run) -> this.engine.tasks.isPaused(run.row().task()));
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
		recallUnstarted((run) -> true);
	}

	private void recallUnstarted(Predicate<Run> which) {
		List<Run> unstarted;
		List<Run> placed = new ArrayList<>();
		this.lock.lock();
		try {
			unstarted = this.waiting.removeIf(which);
			this.permits.collect((run) -> run.isNew() && which.test(run), placed);
		}
		finally {
			this.lock.unlock();
		}
		unstarted.forEach(Run::recall);
		placed.stream().filter(Run::recall).forEach(this::freed);
	}

	/** Runs something for each run that has not given back its permit. */
	void forEachRunning(Consumer<Run> action) {
		placed((run) -> !run.isNew()).forEach(action);
	}

	@Override
	public void forEachClaim(Consumer<Claim> action) {
		List<Run> runs = new ArrayList<>();
		this.lock.lock();
		try {
			for (int i = 0; i < this.waiting.size(); i++) {
				runs.add(this.waiting.at(i));
			}
			this.permits.collect((run) -> true, runs);
		}
		finally {
			this.lock.unlock();
		}
		runs.forEach(action);
	}

	private List<Run> placed(Predicate<Run> condition) {
		List<Run> runs = new ArrayList<>();
		this.lock.lock();
		try {
			this.permits.collect(condition, runs);
		}
		finally {
			this.lock.unlock();
		}
		return runs;
	}

	LaneState state() {
		this.lock.lock();
		try {
			return new LaneState(this.queue, this.concurrency, this.permits.inUse(), this.waiting.size(), this.paused);
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
		List<Run> running = new ArrayList<>();
		List<Run> late = new ArrayList<>();
		List<Run> handed = new ArrayList<>();
		List<Run> unstarted = List.of();
		long next = Long.MAX_VALUE;
		int runners = 0;
		boolean poke;
		this.lock.lock();
		try {
			this.permits.collect((run) -> true, running);
			boolean isAnyGiven = this.permits.wasAnyGiven();
			if (!this.waiting.isEmpty()) {
				unstarted = removeUnstarted(now);
				runners = isAnyGiven ? 0 : Math.min(this.permits.free(), this.waiting.size());
				next = (this.permits.free() > 0) ? TICK_NANOS : SCAN_NANOS;
			}
			if (this.demand.isYielding(now)) {
				next = Math.min(next, Demand.YIELD_NANOS);
			}
			poke = this.demand.isUnserved() && isPokeDue(0);
		}
		finally {
			this.lock.unlock();
		}
		for (Run run : running) {
			next = Math.min(next, look(run, now, late, handed));
		}
		this.crew.wake(runners);
		late.forEach((run) -> run.timeOut(now));
		handed.forEach(this::takeBack);
		unstarted.forEach(Run::recall);
		poke(poke);
		return (broken != null) ? Math.min(next, SCAN_NANOS) : next;
	}

	private static long look(Run run, long now, List<Run> late, List<Run> handed) {
		long handedAt = run.handedAt;
		if (handedAt != 0 && run.isNew()) {
			long left = handedAt + HANDED_NANOS - now;
			if (left <= 0) {
				handed.add(run);
				return Long.MAX_VALUE;
			}
			return left;
		}
		long left = run.untilDeadline(now);
		if (left <= 0) {
			late.add(run);
			return Long.MAX_VALUE;
		}
		return left;
	}

	private List<Run> removeUnstarted(long now) {
		if (now - this.scannedAt < SCAN_NANOS) {
			return List.of();
		}
		this.scannedAt = now;
		List<Run> unstarted = this.waiting
			.removeIf((run) -> now - run.claimedAt >= UNSTARTED_NANOS && !this.engine.probation.isKept(run, now));
		if (!unstarted.isEmpty()) {
			this.ahead.unused();
		}
		return unstarted;
	}

}
