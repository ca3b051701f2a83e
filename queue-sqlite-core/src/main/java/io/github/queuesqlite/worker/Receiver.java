package io.github.queuesqlite.worker;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

import io.github.queuesqlite.event.FailureNote;
import io.github.queuesqlite.message.QueueException;
import io.github.queuesqlite.message.StoreUnavailableException;
import io.github.queuesqlite.store.BlockingCompletion;
import io.github.queuesqlite.store.Completion;
import io.github.queuesqlite.store.StoreInstance;
import io.github.queuesqlite.store.StoredMessage;
import io.github.queuesqlite.store.Suspect;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where those wait who pull from one queue, and what they have pulled until it is off
 * their hands. Asks the shards for as many messages as are waited for, of whatever task,
 * and for none ahead.
 * <p>
 * <b>Threads:</b> safe for use by several threads. One lock, held for moments only and
 * never while the store is called.
 */
final class Receiver implements Holder {

	private static final Logger logger = LoggerFactory.getLogger(Receiver.class);

	/** What was given to a caller begins in this time, or goes back. */
	private static final long BEGIN_NANOS = TimeUnit.SECONDS.toNanos(1);

	/** How much longer than it wants a caller waits for a suspect that was found. */
	private static final long SUSPECT_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

	private final Engine engine;

	private final String queue;

	/** Claimed and not off our hands. */
	private final Set<PulledClaim> out = ConcurrentHashMap.newKeySet();

	private final ReentrantLock lock = new ReentrantLock();

	// Guarded by the lock

	private final Demand demand = new Demand(true);

	private final Deque<Caller> callers = new ArrayDeque<>();

	/** How many messages the callers wait for. */
	private int wanted;

	/** A suspect that waits for its trial or for a caller. */
	private @Nullable PulledClaim suspect;

	/** When a suspect was found while somebody waited; 0 for never. */
	private long suspectFoundAt;

	private volatile boolean idle = true;

	private volatile boolean paused;

	private volatile boolean closed;

	private final BrokenOffClaims brokenOff = new BrokenOffClaims();

	private final FailureNote failure;

	Receiver(Engine engine, String queue) {
		this.engine = engine;
		this.queue = queue;
		this.failure = new FailureNote(logger, "The receiver of '{}' failed and goes on", queue);
	}

	@Override
	public Engine engine() {
		return this.engine;
	}

	// Receiving

	/**
	 * Waits for messages and begins to run them.
	 * @param max how many at most
	 * @param nanos how long at most
	 * @return empty when there was none; what is there when it is called is found,
	 * however short the wait
	 * @throws InterruptedException if the thread is interrupted and there is none
	 */
	List<PulledClaim> receive(int max, long nanos) throws InterruptedException {
		long until = System.nanoTime() + nanos;
		while (true) {
			List<PulledClaim> given = await(max, until);
			List<PulledClaim> begun = begin(given);
			// What could not begin, since this thread stood still, is there again.
			if (!begun.isEmpty() || (given.isEmpty() && until - System.nanoTime() <= 0)) {
				return begun;
			}
		}
	}

	/**
	 * Takes one message, whatever goes before it, and begins to run it. Waits for a
	 * commit, and for nothing else.
	 * @param message as it was found
	 * @return it alone; empty when it is not to be had
	 */
	List<PulledClaim> receive(StoredMessage message) {
		refuseClosed();
		if (!mayClaim() || this.engine.probation.isAlone()) {
			return List.of();
		}
		Taking taking = new Taking();
		this.engine.environment.store().claim(owner(), message, taking);
		return begin(taking.await());
	}

	private List<PulledClaim> begin(List<PulledClaim> claims) {
		List<PulledClaim> begun = new ArrayList<>(claims.size());
		for (PulledClaim claim : claims) {
			if (claim.start()) {
				begun.add(claim);
				this.engine.limits.begun(claim);
			}
			else {
				claim.submit();
			}
		}
		return begun;
	}

	private List<PulledClaim> await(int max, long until) throws InterruptedException {
		Caller caller = join(max);
		try {
			this.engine.environment.store().demandChanged();
			if (!awaitGiven(caller, until)) {
				// Not every shard may have been asked.
				this.engine.environment.store().askClaimers();
				awaitSuspect(caller);
			}
		}
		catch (InterruptedException ex) {
			if (leave(caller).isEmpty()) {
				throw ex;
			}
			Thread.currentThread().interrupt();
		}
		catch (QueueException ex) {
			if (leave(caller).isEmpty()) {
				throw ex;
			}
		}
		return leave(caller);
	}

	private Caller join(int max) {
		this.lock.lock();
		try {
			refuseClosed();
			Caller caller = new Caller(max, this.lock.newCondition());
			this.callers.add(caller);
			this.wanted += max;
			noteIdle();
			return caller;
		}
		finally {
			this.lock.unlock();
		}
	}

	/** Returns what was given to a caller, who waits no more. */
	private List<PulledClaim> leave(Caller caller) {
		this.lock.lock();
		try {
			if (this.callers.remove(caller)) {
				this.wanted -= caller.max;
				noteIdle();
			}
			return caller.given;
		}
		finally {
			this.lock.unlock();
		}
	}

	private boolean awaitGiven(Caller caller, long until) throws InterruptedException {
		this.lock.lockInterruptibly();
		try {
			while (caller.given.isEmpty()) {
				refuseClosed();
				long left = until - System.nanoTime();
				if (left <= 0) {
					return false;
				}
				caller.condition.awaitNanos(left);
			}
			return true;
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * A suspect that was found is chosen among all of this process first. One that is to
	 * run alone begins although others still run, rather than never.
	 */
	private void awaitSuspect(Caller caller) throws InterruptedException {
		if (!isSuspectFoundFor(caller) || awaitGiven(caller, System.nanoTime() + SUSPECT_NANOS)) {
			return;
		}
		this.lock.lock();
		try {
			if (this.suspect != null && this.callers.contains(caller)) {
				this.engine.probation.clear(this.suspect, this.engine.now());
				giveSuspect();
			}
		}
		finally {
			this.lock.unlock();
		}
	}

	private boolean isSuspectFoundFor(Caller caller) {
		this.lock.lock();
		try {
			return caller.given.isEmpty() && this.suspectFoundAt != 0 && this.suspectFoundAt - caller.since >= 0;
		}
		finally {
			this.lock.unlock();
		}
	}

	private void refuseClosed() {
		if (this.closed) {
			throw new StoreUnavailableException("The queue is closed: nobody receives from '" + this.queue + "'", null);
		}
	}

	// The demand

	@Override
	public String queue() {
		return this.queue;
	}

	@Override
	public Set<String> tasks() {
		return EVERY_TASK;
	}

	@Override
	public StoreInstance owner() {
		return this.engine.environment.presence().current();
	}

	@Override
	public boolean wantsNothing() {
		return this.idle;
	}

	@Override
	public int wanted(int shard, int bestReady) {
		int promise = promise(shard, bestReady);
		if (promise == Demand.LATER) {
			poke(true);
			this.engine.watch.within(Demand.TURN_NANOS);
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
			return this.demand.promise(shard, room(), true, this.engine.now());
		}
		finally {
			noteIdle();
			this.lock.unlock();
		}
	}

	/** A shard that was promised room must ask again, or answer. */
	private void noteIdle() {
		this.idle = this.callers.isEmpty() && this.demand.promised() == 0;
	}

	private boolean mayClaim() {
		return !this.closed && !this.paused && this.engine.environment.presence().holdsLease(owner());
	}

	private int room() {
		return this.wanted - this.demand.promised();
	}

	@Override
	public void claimed(int shard, List<StoredMessage> messages) {
		// What may run out of memory comes first: all are taken, or none.
		List<PulledClaim> claims = claims(messages);
		this.out.addAll(claims);
		List<PulledClaim> rest;
		boolean poke;
		this.lock.lock();
		try {
			this.demand.answered(shard, messages, messages.size());
			noteIdle();
			rest = give(claims);
			poke = this.demand.isToAskAgain(mayClaim() ? room() : 0, 0, 0, 1L << shard);
		}
		finally {
			this.lock.unlock();
		}
		rest.forEach(PulledClaim::recall);
		poke(poke);
	}

	private List<PulledClaim> claims(List<StoredMessage> messages) {
		long now = this.engine.now();
		StoreInstance owner = owner();
		List<PulledClaim> claims = new ArrayList<>(messages.size());
		for (StoredMessage message : messages) {
			claims.add(claim(message, owner, 0, now));
		}
		return claims;
	}

	private PulledClaim claim(StoredMessage message, StoreInstance owner, int deaths, long now) {
		PulledClaim claim = new PulledClaim(this, message, owner, deaths, now);
		if (message.owner() != owner.epoch()) {
			claim.lose();
		}
		return claim;
	}

	/**
	 * Gives claims to those who wait longest; returns what nobody may or wants to have.
	 */
	private List<PulledClaim> give(List<PulledClaim> claims) {
		if (!mayClaim() || this.engine.probation.isAlone()) {
			return claims;
		}
		int from = 0;
		while (from < claims.size() && !this.callers.isEmpty()) {
			int to = Math.min(claims.size(), from + this.callers.element().max);
			giveToFirst(claims.subList(from, to));
			from = to;
		}
		return claims.subList(from, claims.size());
	}

	private void giveToFirst(List<PulledClaim> claims) {
		Caller caller = this.callers.remove();
		this.wanted -= caller.max;
		noteIdle();
		caller.given = claims;
		caller.condition.signal();
	}

	private void poke(boolean due) {
		if (due) {
			this.engine.environment.store().demandChanged();
		}
	}

	@Override
	public void quarantined(int shard) {
		List<PulledClaim> unstarted;
		this.lock.lock();
		try {
			this.demand.quarantined(shard);
			noteIdle();
			unstarted = this.out.stream().filter((claim) -> claim.isNew() && claim.key().shard() == shard).toList();
		}
		finally {
			this.lock.unlock();
		}
		for (PulledClaim claim : unstarted) {
			claim.lose();
			claim.recall();
		}
	}

	// Suspects

	@Override
	public boolean wantsSuspect(int shard, long seq) {
		long now = this.engine.now();
		this.lock.lock();
		try {
			boolean room = this.demand.isRoomForSuspect(room());
			if (!mayClaim() || !room) {
				return false;
			}
			this.suspectFoundAt = System.nanoTime();
		}
		finally {
			this.lock.unlock();
		}
		this.engine.watch.within(Probation.CHOICE_NANOS);
		return this.engine.probation.isChosen(this, shard, seq, now);
	}

	@Override
	public boolean reserveForSuspect(int shard) {
		return this.engine.probation.reserve(this, shard);
	}

	@Override
	public void claimedSuspect(@Nullable Suspect claimed) {
		Probation probation = this.engine.probation;
		if (claimed == null) {
			probation.cancel(this.engine.now());
			this.engine.watch.within(Probation.REST_NANOS);
			return;
		}
		// What may run out of memory comes first.
		PulledClaim claim = claim(claimed.message(), owner(), claimed.deaths(), this.engine.now());
		this.out.add(claim);
		boolean accepted;
		this.lock.lock();
		try {
			accepted = mayClaim();
			if (accepted) {
				probation.begin(claim, claim.claimedAt);
				this.suspect = claim;
				giveSuspect();
			}
		}
		finally {
			this.lock.unlock();
		}
		if (!accepted) {
			probation.cancel(claim.claimedAt);
			claim.recall();
		}
		this.engine.watch.within(Probation.TICK_NANOS);
	}

	@Override
	public void wakeForSuspect() {
		this.lock.lock();
		try {
			giveSuspect();
		}
		finally {
			this.lock.unlock();
		}
	}

	/** Gives the suspect, by itself, if it may begin. */
	private void giveSuspect() {
		PulledClaim claim = this.suspect;
		if (claim != null && claim.isNew() && !this.callers.isEmpty() && this.engine.probation.mayStart(claim)) {
			this.suspect = null;
			giveToFirst(List.of(claim));
		}
	}

	// What is out

	@Override
	public void settled(Claim claim) {
		this.out.remove(claim);
	}

	@Override
	public boolean isQuiet() {
		return this.out.stream().allMatch(PulledClaim::isNew);
	}

	@Override
	public void forEachClaim(Consumer<Claim> action) {
		this.out.forEach(action);
	}

	/** How many messages are in the hands of those who pulled them. */
	int outstanding() {
		return this.out.size();
	}

	@Override
	public void brokeOff(Claim claim, Throwable ex) {
		this.failure.note(ex);
		this.brokenOff.add(claim, ex);
		this.engine.watch.within(Probation.TICK_NANOS);
	}

	String failure() {
		return this.failure.text();
	}

	// Pause and close

	@Override
	public boolean isPaused() {
		return this.paused;
	}

	void pause() {
		this.paused = true;
		recallUnstarted();
	}

	/** Gives back what has not begun of the tasks that are paused. */
	void recallPaused() {
		this.out.stream().filter(Claim::isPaused).forEach(PulledClaim::recall);
	}

	void resume() {
		this.paused = false;
	}

	/** Gives nothing more, and sends those away who wait. */
	void close() {
		this.lock.lock();
		try {
			this.closed = true;
			this.callers.forEach((caller) -> caller.condition.signal());
		}
		finally {
			this.lock.unlock();
		}
		recallUnstarted();
	}

	private void recallUnstarted() {
		this.out.forEach(PulledClaim::recall);
	}

	// The watch

	@Override
	public long look(long now) {
		Throwable broken = this.brokenOff.finish();
		if (broken != null) {
			this.failure.note(broken);
		}
		else {
			this.failure.clear();
		}
		long next = (broken != null) ? Probation.TICK_NANOS : Long.MAX_VALUE;
		for (PulledClaim claim : this.out) {
			next = Math.min(next, look(claim, now));
		}
		boolean poke;
		this.lock.lock();
		try {
			if (this.demand.isYielding(now)) {
				next = Math.min(next, Demand.TURN_NANOS);
			}
			poke = this.demand.isUnserved() && this.demand.isToAskAgain(mayClaim() ? room() : 0, 0, 0, 0);
		}
		finally {
			this.lock.unlock();
		}
		poke(poke);
		return next;
	}

	private long look(PulledClaim claim, long now) {
		if (claim.isNew()) {
			return lookAtUnstarted(claim, now);
		}
		long left = claim.untilDeadline(now);
		if (left <= 0) {
			claim.timeOut(now);
			return Long.MAX_VALUE;
		}
		return left;
	}

	private long lookAtUnstarted(PulledClaim claim, long now) {
		boolean suspect = claim.deaths() > 0;
		long left = claim.claimedAt + (suspect ? Lane.UNSTARTED_NANOS : BEGIN_NANOS) - now;
		if (left > 0) {
			return left;
		}
		if (suspect && this.engine.probation.isKept(claim, now)) {
			return Probation.TICK_NANOS;
		}
		claim.recall();
		return Long.MAX_VALUE;
	}

	/**
	 * What was claimed for one who does not wait any more goes back as any that has not
	 * begun.
	 */
	private final class Taking implements Completion<List<StoredMessage>> {

		private final BlockingCompletion<List<PulledClaim>> told = new BlockingCompletion<>();

		@Override
		public void succeeded(List<StoredMessage> messages) {
			List<PulledClaim> claims = claims(messages);
			Receiver.this.out.addAll(claims);
			Receiver.this.engine.watch.within(BEGIN_NANOS);
			this.told.succeeded(claims);
		}

		@Override
		public void failed(QueueException failure) {
			this.told.failed(failure);
		}

		List<PulledClaim> await() {
			return this.told.await(() -> new QueueException("Interrupted while a message is claimed"));
		}

	}

	/** Somebody who waits. Guarded by the lock. */
	private static final class Caller {

		private final int max;

		private final Condition condition;

		private final long since = System.nanoTime();

		private List<PulledClaim> given = List.of();

		Caller(int max, Condition condition) {
			this.max = max;
			this.condition = condition;
		}

	}

}
