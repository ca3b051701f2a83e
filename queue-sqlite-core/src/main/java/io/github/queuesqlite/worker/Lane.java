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
import io.github.queuesqlite.store.Claimer;
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
final class Lane implements Claimer {

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

	/** A further runner is worth waking for so much work. */
	private static final double WORTH_NANOS = TimeUnit.MICROSECONDS.toNanos(200);

	/** How long a shard waits for one with better messages. */
	private static final long YIELD_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

	private static final int MOST_PER_CLAIM = 1000;

	private final Engine engine;

	private final String queue;

	private final int concurrency;

	private final int mostRunners;

	private final @Nullable VirtualThreadTaskExecutor virtualThreads;

	private final AtomicLong outstanding = new AtomicLong();

	private final ReentrantLock lock = new ReentrantLock();

	// Guarded by the lock

	private final RunHeap waiting = new RunHeap();

	private final ClaimAhead ahead;

	private final @Nullable Run[] places;

	private final int[] freePlaces;

	private int free;

	/** What each shard was told and has not answered. */
	private int[] promised = new int[2];

	private int promisedInAll;

	/** The highest priority that may be ready in each shard. */
	private int[] best = { Integer.MIN_VALUE, Integer.MIN_VALUE };

	/** Since when shards were made to wait for a better one; 0 when none was. */
	private long yieldingSince;

	/** Shards that may have more than they were asked for. */
	private long unserved;

	/** Shards that had less than they were asked for. */
	private long dry;

	/** Whether a suspect waits in a shard for room here. */
	private boolean suspectWaits;

	/** Whether the writers were told of free room and have not asked yet. */
	private boolean poked;

	private boolean open;

	/** The first of the runs whose end could not be said. */
	private @Nullable Run brokenOff;

	private final Deque<Runner> idle;

	private int active;

	private int threads;

	private long takes;

	private long takesSeen;

	private long scannedAt;

	private volatile boolean paused;

	private final FailureNote failure;

	private volatile boolean refused;

	Lane(Engine engine, String queue) {
		this.engine = engine;
		this.queue = queue;
		this.concurrency = engine.settings.concurrencyOf(queue);
		this.mostRunners = (engine.settings.executor() != null) ? 1 : this.concurrency;
		this.virtualThreads = (engine.settings.virtualThreads() && engine.settings.executor() == null)
				? new VirtualThreadTaskExecutor("queue-" + queue + "-") : null;
		this.ahead = new ClaimAhead(this.concurrency);
		this.places = new Run[this.concurrency];
		this.freePlaces = new int[this.concurrency];
		for (int i = 0; i < this.concurrency; i++) {
			this.freePlaces[i] = this.concurrency - 1 - i;
		}
		this.free = this.concurrency;
		this.idle = new ArrayDeque<>(this.concurrency + 1);
		this.failure = new FailureNote(logger, "Lane '{}' failed and goes on", queue);
	}

	Engine engine() {
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
	public StoreInstance owner() {
		return this.engine.environment.presence().current();
	}

	@Override
	public int wanted(int shard, int bestReady) {
		int promise = promise(shard, bestReady);
		if (promise < 0) {
			// Another shard has better ones: it is to ask first.
			poke(true);
			this.engine.watch.within(YIELD_NANOS);
			return 0;
		}
		return promise;
	}

	private int promise(int shard, int bestReady) {
		this.lock.lock();
		try {
			answered(shard);
			this.best[shard] = bestReady;
			this.poked = false;
			if (!mayClaim()) {
				return 0;
			}
			long bit = 1L << shard;
			int room = room();
			if (room <= 0 || this.engine.probation.isAlone() || isAnotherFirst(bit)) {
				this.unserved |= bit;
				return 0;
			}
			if (this.ahead.rows() == 0 && isBetterElsewhere(shard)) {
				this.unserved |= bit;
				this.poked = true;
				return -1;
			}
			this.yieldingSince = 0;
			int promise = Math.min(room, MOST_PER_CLAIM);
			this.promised[shard] = promise;
			this.promisedInAll += promise;
			return promise;
		}
		finally {
			this.lock.unlock();
		}
	}

	/** What is claimed without a sure lease would only be given back. */
	private boolean mayClaim() {
		return this.open && !this.paused && this.engine.environment.presence().holdsLease(owner());
	}

	/** A shard that had nothing lets one go first that was turned away meanwhile. */
	private boolean isAnotherFirst(long bit) {
		boolean another = (this.dry & bit) != 0 && (this.unserved & ~this.dry & ~bit) != 0;
		this.dry &= ~bit;
		return another;
	}

	/**
	 * Lets the shard with the best messages go first while there are permits for some
	 * only; not for long, since it may not be able to answer.
	 */
	private boolean isBetterElsewhere(int shard) {
		boolean better = false;
		for (int other = 0; other < this.best.length; other++) {
			better |= other != shard && (this.unserved & (1L << other)) != 0 && this.promised[other] == 0
					&& this.best[other] > this.best[shard];
		}
		if (!better) {
			return false;
		}
		long now = this.engine.now() + 1;
		if (this.yieldingSince == 0) {
			this.yieldingSince = now;
		}
		if (now - this.yieldingSince < YIELD_NANOS) {
			return true;
		}
		this.unserved &= 1L << shard;
		return false;
	}

	private int answered(int shard) {
		if (shard >= this.promised.length) {
			this.promised = Arrays.copyOf(this.promised, shard + 1);
			this.best = Arrays.copyOf(this.best, shard + 1);
		}
		int promise = this.promised[shard];
		this.promised[shard] = 0;
		this.promisedInAll -= promise;
		return promise;
	}

	private int room() {
		int more = (this.waiting.bytes() < ClaimAhead.MOST_BYTES) ? this.ahead.rows() : 0;
		return this.free + more - this.waiting.size() - this.promisedInAll;
	}

	@Override
	public void claimed(int shard, List<StoredMessage> messages) {
		if (messages.isEmpty()) {
			boolean poke;
			this.lock.lock();
			try {
				noteAnswer(shard, messages);
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
			noteAnswer(shard, messages);
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
			wakeRunners(runners);
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
			answered(shard);
			long bit = 1L << shard;
			this.best[shard] = Integer.MIN_VALUE;
			this.unserved &= ~bit;
			this.dry |= bit;
			unstarted = this.waiting.removeIf((run) -> run.key().shard() == shard);
			poke = isPokeDue(bit);
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
			this.poked = false;
			if (!mayClaim()) {
				return false;
			}
			this.suspectWaits = room() <= 0;
			if (this.suspectWaits) {
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
			wakeRunners(1);
		}
		else {
			probation.cancel(run.claimedAt);
			run.recall();
		}
		this.engine.watch.within(Probation.TICK_NANOS);
	}

	private void noteAnswer(int shard, List<StoredMessage> messages) {
		int rows = messages.size();
		int promise = answered(shard);
		this.best[shard] = (rows > 0 && rows >= promise) ? messages.get(rows - 1).priority() : Integer.MIN_VALUE;
		long bit = 1L << shard;
		if (rows < promise) {
			this.dry |= bit;
			this.unserved &= ~bit;
		}
		else {
			this.dry &= ~bit;
			this.unserved |= bit;
		}
	}

	private int accept(List<Run> runs) {
		boolean first = this.waiting.isEmpty();
		for (Run run : runs) {
			this.waiting.add(run);
			this.ahead.sized(run.bytes());
		}
		int useful = usefulRunners();
		// With nothing waiting before, runners that are busy now may be so for long.
		return (first && useful == 0) ? Math.min(1, Math.min(this.free, this.waiting.size())) : useful;
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
		if (message.owner() != owner.epoch()) {
			run.lose();
		}
		return run;
	}

	/** How many more runners would shorten the work at hand. */
	private int usefulRunners() {
		int startable = Math.min(this.waiting.size(), this.free);
		double work = this.waiting.size() * this.ahead.nanosPerRun();
		int useful = 1 + (int) Math.min(this.concurrency, work / WORTH_NANOS);
		return Math.max(0, Math.min(startable, useful - this.active));
	}

	/** Asks the writers again, when there is room for what they were not asked for. */
	private boolean isPokeDue(long except) {
		if (this.suspectWaits && this.open && !this.paused && room() > 0) {
			this.suspectWaits = false;
			return true;
		}
		if (this.poked || !this.open || this.paused || (this.unserved & ~except) == 0
				|| room() <= this.ahead.rows() / 2) {
			return false;
		}
		this.poked = true;
		return true;
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
				occupy(next);
				more = usefulRunners() > 0;
			}
			else {
				this.active--;
				runner.leaving = !this.open || this.virtualThreads != null;
				if (!runner.leaving) {
					runner.idle = true;
					this.idle.push(runner);
				}
			}
			poke = isPokeDue((ended != null) ? 1L << ended.key().shard() : 0);
		}
		finally {
			this.lock.unlock();
		}
		try {
			if (more) {
				wakeRunners(1);
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
		if (this.free == 0) {
			return null;
		}
		Run best = this.waiting.peek();
		return (best != null && this.engine.probation.mayStart(best)) ? this.waiting.poll() : null;
	}

	private void occupy(Run run) {
		int place = this.freePlaces[--this.free];
		this.places[place] = run;
		run.place = place;
		this.takes++;
	}

	private void free(Run run) {
		if (run.place >= 0) {
			this.places[run.place] = null;
			this.freePlaces[this.free++] = run.place;
			run.place = -1;
			if (run.elapsed() > 0) {
				this.ahead.ran(run.elapsed());
			}
		}
	}

	/** The permit of a run that did not end on a runner is free. */
	void freed(Run run) {
		boolean wake;
		boolean poke;
		this.lock.lock();
		try {
			free(run);
			wake = !this.waiting.isEmpty() && this.free > 0;
			poke = isPokeDue(1L << run.key().shard());
		}
		finally {
			this.lock.unlock();
		}
		if (wake) {
			wakeRunners(1);
		}
		poke(poke);
	}

	/** A suspect that waited for others may start. */
	void wakeForSuspect() {
		wakeRunners(1);
	}

	private void wakeRunners(int count) {
		for (int i = 0; i < count; i++) {
			Runner runner = nextRunner();
			if (runner == null) {
				return;
			}
			runner.wake();
		}
	}

	private @Nullable Runner nextRunner() {
		this.lock.lock();
		try {
			Runner runner = this.idle.poll();
			if (runner == null) {
				if (this.active >= this.mostRunners) {
					return null;
				}
				runner = new Runner(this);
			}
			runner.idle = false;
			this.active++;
			return runner;
		}
		finally {
			this.lock.unlock();
		}
	}

	void startThread(Runner runner) {
		try {
			if (this.virtualThreads != null) {
				this.virtualThreads.execute(runner);
				return;
			}
			// A daemon: a handler that never returns must not keep the process from its
			// end.
			Thread thread = new Thread(runner, "queue-" + this.queue + "-" + nextThread());
			thread.setDaemon(true);
			thread.start();
		}
		catch (Throwable ex) {
			failed(ex);
			this.lock.lock();
			try {
				this.active--;
			}
			finally {
				this.lock.unlock();
			}
			this.engine.watch.within(UNSTARTED_NANOS);
		}
	}

	private int nextThread() {
		this.lock.lock();
		try {
			return ++this.threads;
		}
		finally {
			this.lock.unlock();
		}
	}

	/** Lets an idle runner end, unless it was woken in this moment. */
	boolean isRetired(Runner runner) {
		this.lock.lock();
		try {
			return runner.idle && this.idle.remove(runner);
		}
		finally {
			this.lock.unlock();
		}
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

	/** Whether no handler runs and the end of each is committed. */
	boolean isQuiet() {
		this.lock.lock();
		try {
			return this.free == this.concurrency && this.outstanding.get() <= this.waiting.size();
		}
		finally {
			this.lock.unlock();
		}
	}

	/** A claimed message is off our hands. */
	void settled() {
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

	/**
	 * The end of a run could not be said or stored: the watch does it. Needs no memory,
	 * since that is what most likely lacks.
	 */
	void brokeOff(Run run, Throwable ex) {
		failed(ex);
		this.lock.lock();
		try {
			if (run.brokenBy == null) {
				run.brokenBy = ex;
				run.nextBrokenOff = this.brokenOff;
				this.brokenOff = run;
			}
		}
		finally {
			this.lock.unlock();
		}
		this.engine.watch.within(TICK_NANOS);
	}

	/** Ends what broke off; returns whether there is more to do. */
	private boolean finishBrokenOff() {
		while (true) {
			Run run;
			@Nullable Throwable ex;
			this.lock.lock();
			try {
				run = this.brokenOff;
				ex = (run != null) ? run.brokenBy : null;
				if (run == null || ex == null) {
					return false;
				}
				this.brokenOff = run.nextBrokenOff;
				run.nextBrokenOff = null;
				run.brokenBy = null;
			}
			finally {
				this.lock.unlock();
			}
			try {
				run.finish(ex);
			}
			catch (Throwable again) {
				brokeOff(run, again);
				return true;
			}
		}
	}

	/** A run ended as it should. */
	void worked() {
		this.failure.clear();
	}

	String failure() {
		return this.failure.text();
	}

	// Pause, start and stop

	boolean isPaused() {
		return this.paused;
	}

	void pause() {
		this.paused = true;
		recallUnstarted();
	}

	void resume() {
		this.paused = false;
	}

	void open() {
		this.lock.lock();
		try {
			this.open = true;
			this.unserved = 0;
			this.dry = 0;
			this.poked = false;
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
			leaving = List.copyOf(this.idle);
			this.idle.clear();
			this.active += leaving.size();
			leaving.forEach((runner) -> runner.idle = false);
		}
		finally {
			this.lock.unlock();
		}
		leaving.forEach(Runner::wake);
		recallUnstarted();
	}

	private void recallUnstarted() {
		List<Run> unstarted;
		List<Run> placed = new ArrayList<>();
		this.lock.lock();
		try {
			unstarted = this.waiting.removeIf((run) -> true);
			addPlaced(Run::isNew, placed);
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

	/** Runs something for each run whose permit or turn is not over. */
	void forEachRun(Consumer<Run> action) {
		List<Run> runs = new ArrayList<>();
		this.lock.lock();
		try {
			for (int i = 0; i < this.waiting.size(); i++) {
				runs.add(this.waiting.at(i));
			}
			addPlaced((run) -> true, runs);
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
			addPlaced(condition, runs);
		}
		finally {
			this.lock.unlock();
		}
		return runs;
	}

	private void addPlaced(Predicate<Run> condition, List<Run> runs) {
		for (Run run : this.places) {
			if (run != null && condition.test(run)) {
				runs.add(run);
			}
		}
	}

	LaneState state() {
		this.lock.lock();
		try {
			return new LaneState(this.queue, this.concurrency, this.concurrency - this.free, this.waiting.size(),
					this.paused);
		}
		finally {
			this.lock.unlock();
		}
	}

	// The watch

	/**
	 * Looks after what no event tells of: deadlines, messages that are not started,
	 * permits without a runner.
	 * @param now monotonic nanoseconds
	 * @return nanoseconds until it must look again, {@link Long#MAX_VALUE} when nothing
	 * is under way
	 */
	long look(long now) {
		boolean broken = finishBrokenOff();
		List<Run> late = new ArrayList<>();
		List<Run> handed = new ArrayList<>();
		List<Run> unstarted = List.of();
		long next = Long.MAX_VALUE;
		int runners = 0;
		boolean poke;
		this.lock.lock();
		try {
			for (Run run : this.places) {
				if (run != null) {
					next = Math.min(next, look(run, now, late, handed));
				}
			}
			if (!this.waiting.isEmpty()) {
				unstarted = removeUnstarted(now);
				runners = (this.takes == this.takesSeen) ? Math.min(this.free, this.waiting.size()) : 0;
				next = Math.min(next, (this.free > 0) ? TICK_NANOS : SCAN_NANOS);
			}
			this.takesSeen = this.takes;
			if (this.yieldingSince != 0) {
				// The better shard did not ask so far: whoever waits for it asks again.
				this.poked = false;
				this.yieldingSince = (now - this.yieldingSince < SCAN_NANOS) ? this.yieldingSince : 0;
				next = Math.min(next, YIELD_NANOS);
			}
			poke = this.unserved != 0 && isPokeDue(0);
		}
		finally {
			this.lock.unlock();
		}
		wakeRunners(runners);
		late.forEach((run) -> run.timeOut(now));
		handed.forEach(this::takeBack);
		unstarted.forEach(Run::recall);
		poke(poke);
		return broken ? Math.min(next, SCAN_NANOS) : next;
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
