package io.github.queuesqlite.worker;

import java.util.concurrent.TimeUnit;

import io.github.queuesqlite.store.TokenState;
import io.github.queuesqlite.store.TokenWish;
import io.github.queuesqlite.task.RateLimit;
import org.jspecify.annotations.Nullable;

/**
 * How many handlers may begin in how long, and which tokens this process has of that. One
 * is taken by the claim of a message, and used up when its handler begins.
 * <p>
 * A process asks for tokens when a message waits for one: at the time when the store says
 * that there is one, but not more often than 40 times a second. As often it tells what it
 * has used, since what it has not leaves no room for further ones. What nobody needs goes
 * back.
 * <p>
 * <b>Threads:</b> safe for use by several threads.
 */
final class Rate implements SharedAllowance<TokenWish, TokenState> {

	/** How long it is at least from one question to the next. */
	static final long PACE_NANOS = TimeUnit.MILLISECONDS.toNanos(25);

	/** How long tokens are kept that no message is claimed with. */
	static final long KEPT_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

	private static final long UNANSWERED_NANOS = TimeUnit.SECONDS.toNanos(1);

	private final String name;

	private final RateLimit declared;

	private final Runnable opened;

	// Guarded by this

	/** Under which instance the tokens are held. */
	private long epoch = -1;

	/** Those that no handler has begun with. */
	private int held;

	/** Those of them that a message is claimed with. */
	private int taken;

	/** How many the store takes to be held. */
	private int known;

	/** How many the store was told last. */
	private int told;

	private long grantedAt;

	/** How long they are kept: on a slow disk a claim takes its time. */
	private long kept = KEPT_NANOS;

	private long askedAt;

	/** When it may be asked again at the earliest. */
	private long mayAskAt;

	/** Whether it was asked for more and has not given any: who waits is told. */
	private boolean waits;

	/** Whether it was asked for more last. */
	private boolean asked;

	/** When there may be a token again. */
	private long nextAt;

	/** Whether that depends on what others do. */
	private boolean blocked;

	/** Whether more are wanted than are held. */
	private boolean wanted;

	/** Whether the store must be asked, whatever it said last. */
	private boolean unsettled;

	private boolean stopped;

	/** Whether the store is to be told under this epoch what the rate is. */
	private boolean toDeclare;

	/**
	 * Creates a rate.
	 * @param name its name
	 * @param declared what it is unless somebody chose another number
	 * @param opened called under the lock whenever there is a free token and was none
	 */
	Rate(String name, RateLimit declared, Runnable opened) {
		this.name = name;
		this.declared = declared;
		this.opened = opened;
	}

	String name() {
		return this.name;
	}

	@Override
	public synchronized int free(long epoch) {
		return (epoch == this.epoch && !this.stopped) ? Math.max(0, this.held - this.taken) : 0;
	}

	/** Tells when there is a free one now. */
	private void changedFrom(int before) {
		if (before == 0 && free(this.epoch) > 0) {
			this.opened.run();
		}
	}

	@Override
	public synchronized int take(long epoch, int max) {
		int some = Math.min(max, free(epoch));
		this.taken += some;
		return some;
	}

	@Override
	public synchronized boolean giveBack(int n) {
		int free = free(this.epoch);
		this.taken -= n;
		changedFrom(free);
		return false;
	}

	/**
	 * A handler begins with one that was taken.
	 * @return whether the thread of limits has to look
	 */
	synchronized boolean useUp() {
		this.taken--;
		this.held = Math.max(0, this.held - 1);
		return this.known - this.held == 1;
	}

	@Override
	public synchronized boolean isWorthAsking(long epoch) {
		return !this.stopped && (epoch != this.epoch || !this.wanted);
	}

	@Override
	public synchronized boolean want(long epoch) {
		boolean news = !this.wanted || epoch != this.epoch;
		this.wanted = true;
		return news;
	}

	@Override
	public synchronized void stop(boolean stopped) {
		int free = free(this.epoch);
		this.stopped = stopped;
		this.wanted &= !stopped;
		changedFrom(free);
	}

	@Override
	public synchronized @Nullable TokenWish wish(long epoch, boolean changed, long now) {
		if (this.epoch != epoch) {
			this.epoch = epoch;
			this.toDeclare = true;
			this.held = 0;
			this.known = 0;
			this.waits = false;
			this.mayAskAt = now;
		}
		boolean asks = this.wanted && (changed || untilAsked(now) <= 0);
		boolean tells = this.known > this.held && now - this.askedAt >= PACE_NANOS;
		int back = unneeded(now);
		if (!asks && !tells && back == 0 && !this.unsettled) {
			return null;
		}
		this.held -= back;
		this.told = this.held;
		this.askedAt = now;
		this.asked = this.wanted;
		this.unsettled = true;
		return new TokenWish(this.name, this.toDeclare ? this.declared : null, this.held, back, this.wanted);
	}

	/** In how many nanoseconds more is asked for, if it is wanted. */
	private long untilAsked(long now) {
		if (!this.waits) {
			return this.mayAskAt - now;
		}
		return this.blocked ? Long.MAX_VALUE : this.nextAt - now;
	}

	private int unneeded(long now) {
		return (this.stopped || now - this.grantedAt >= this.kept) ? Math.max(0, this.held - this.taken) : 0;
	}

	@Override
	public synchronized void settled(TokenState state, long now) {
		int free = free(this.epoch);
		// What it does not know of is not there.
		int lost = this.told - (state.held() - state.granted());
		this.held = Math.max(0, this.held - lost) + state.granted();
		this.known = state.held();
		this.toDeclare = false;
		this.unsettled = false;
		if (state.granted() > 0) {
			this.grantedAt = now;
			this.kept = Math.max(KEPT_NANOS, 4 * (now - this.askedAt));
			this.wanted = false;
		}
		this.waits = this.asked && state.granted() == 0;
		this.mayAskAt = this.askedAt + PACE_NANOS;
		changedFrom(free);
		this.blocked = state.untilNext() == TokenState.UNKNOWN;
		this.nextAt = Math.max(this.mayAskAt, now + TimeUnit.MILLISECONDS.toNanos(Math.max(0, state.untilNext())));
	}

	@Override
	public synchronized long untilLook(long now) {
		if (this.unsettled) {
			return UNANSWERED_NANOS;
		}
		long next = Long.MAX_VALUE;
		if (this.wanted) {
			next = untilAsked(now);
		}
		if (this.known > this.held) {
			next = Math.min(next, this.askedAt + PACE_NANOS - now);
		}
		if (this.held > this.taken) {
			next = Math.min(next, this.grantedAt + this.kept - now);
		}
		else if (this.held > 0) {
			next = Math.min(next, KEPT_NANOS);
		}
		return next;
	}

}
