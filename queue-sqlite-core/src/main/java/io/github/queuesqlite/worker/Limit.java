package io.github.queuesqlite.worker;

import java.util.concurrent.TimeUnit;

import io.github.queuesqlite.store.PermitState;
import io.github.queuesqlite.store.PermitWish;
import org.jspecify.annotations.Nullable;

/**
 * How many handlers may run at once under a name, and how many of these permits this
 * process has and uses. One is used from the claim of a message until its handler has
 * really returned.
 * <p>
 * A process keeps the permits it has for as long as nobody else wants one. Then it gives
 * back what is above its share, and what it does not use. Where there are fewer permits
 * than processes they go round: each keeps one for a turn at least.
 * <p>
 * <b>Threads:</b> safe for use by several threads.
 */
final class Limit implements SharedAllowance<PermitWish, PermitState> {

	/** How long a permit is kept that others wait for. */
	static final long TURN_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

	private static final long UNANSWERED_NANOS = TimeUnit.SECONDS.toNanos(1);

	private final String name;

	private final int declared;

	private final Runnable opened;

	// Guarded by this

	/** Under which instance the permits are held. */
	private long epoch = -1;

	private int held;

	private int used;

	/** How many may be used while some are to be given back. */
	private int usable = Integer.MAX_VALUE;

	/** Most of those used since a moment. */
	private int peak;

	private long peakSince;

	private long grantedAt;

	/** Whether more are wanted than are held. */
	private boolean wanted;

	/** What the store said last. */
	private PermitState state;

	/** Whether the store must be asked, whatever it said last. */
	private boolean unsettled;

	private boolean stopped;

	/** Whether the store is to be told under this epoch how many there are. */
	private boolean toDeclare;

	/**
	 * Creates a limit.
	 * @param name its name
	 * @param declared how many permits there are unless somebody chose another number
	 * @param opened called under the lock whenever there is a free permit and was none
	 */
	Limit(String name, int declared, Runnable opened) {
		this.name = name;
		this.declared = declared;
		this.opened = opened;
		this.state = new PermitState(declared, 0, declared, false, false, 1);
	}

	String name() {
		return this.name;
	}

	int declared() {
		return this.declared;
	}

	/** How many are in use; -1 when this process has none. */
	synchronized int used(long epoch) {
		return (epoch == this.epoch && this.held > 0) ? this.used : -1;
	}

	@Override
	public synchronized int free(long epoch) {
		return (epoch == this.epoch) ? Math.max(0, Math.min(this.held, this.usable) - this.used) : 0;
	}

	/** Tells when there is a free one now. */
	private void changedFrom(int before) {
		if (before == 0 && free(this.epoch) > 0) {
			this.opened.run();
		}
	}

	@Override
	public synchronized int take(long epoch, int max) {
		int taken = Math.min(max, free(epoch));
		this.used += taken;
		this.peak = Math.max(this.peak, this.used);
		return taken;
	}

	@Override
	public synchronized boolean giveBack(int n) {
		int free = free(this.epoch);
		this.used -= n;
		changedFrom(free);
		return this.held > Math.max(this.usable, this.used);
	}

	@Override
	public synchronized boolean isWorthAsking(long epoch) {
		return epoch != this.epoch || (!this.wanted && (this.held < this.state.most() || this.usable < this.held));
	}

	@Override
	public synchronized boolean want(long epoch) {
		boolean known = this.wanted && epoch == this.epoch;
		this.wanted = true;
		return !known;
	}

	@Override
	public synchronized void stop(boolean stopped) {
		this.stopped = stopped;
		this.wanted &= !stopped;
		this.unsettled |= stopped && this.held > 0;
	}

	@Override
	public synchronized @Nullable PermitWish wish(long epoch, boolean changed, long now) {
		int free = free(epoch);
		PermitWish wish = next(epoch, changed, now);
		changedFrom(free);
		return wish;
	}

	private @Nullable PermitWish next(long epoch, boolean changed, long now) {
		if (this.epoch != epoch) {
			this.epoch = epoch;
			this.toDeclare = true;
			this.held = 0;
			this.usable = Integer.MAX_VALUE;
		}
		int keep = Math.min(this.held, Math.max(this.used, target(now)));
		boolean asks = this.wanted && (this.toDeclare || !this.state.waits());
		boolean looks = changed && (this.held > 0 || this.state.waits());
		if (keep == this.held && !asks && !looks && !this.unsettled) {
			return null;
		}
		this.held = keep;
		this.unsettled = true;
		return new PermitWish(this.name, this.toDeclare ? this.declared : null, keep, this.wanted);
	}

	/** How many are kept if they are not in use. */
	private int target(long now) {
		this.usable = Integer.MAX_VALUE;
		if (this.stopped) {
			this.usable = 0;
			return 0;
		}
		boolean lowered = this.state.free() < 0;
		if (!this.state.othersWait() && !lowered) {
			return this.held;
		}
		int share = share(lowered || now - this.grantedAt >= TURN_NANOS);
		if (this.held > share) {
			this.usable = share;
			return share;
		}
		if (this.held > share(true)) {
			return this.held;
		}
		if (now - this.peakSince < TURN_NANOS) {
			return this.held;
		}
		int peak = this.peak;
		this.peak = this.used;
		this.peakSince = now;
		return peak;
	}

	/** The rest of an uneven division goes round. */
	private int share(boolean turnIsOver) {
		int claimants = this.state.claimants();
		return (this.state.most() + (turnIsOver ? 0 : claimants - 1)) / claimants;
	}

	@Override
	public synchronized void settled(PermitState state, long now) {
		int free = free(this.epoch);
		if (state.held() > this.held) {
			this.grantedAt = now;
			this.peakSince = now;
			this.peak = state.held();
			this.wanted = false;
		}
		this.held = state.held();
		this.state = state;
		this.toDeclare = false;
		this.unsettled = false;
		changedFrom(free);
	}

	@Override
	public synchronized long untilLook(long now) {
		if (this.unsettled) {
			return UNANSWERED_NANOS;
		}
		if (this.wanted && !this.state.waits()) {
			// A dead instance gets nothing: soon there is a new one.
			return TURN_NANOS;
		}
		if (this.usable < Integer.MAX_VALUE || this.held == 0 || !this.state.othersWait()) {
			// What is owed goes back when a use of it ends.
			return Long.MAX_VALUE;
		}
		long since = (this.held > share(true)) ? this.grantedAt : this.peakSince;
		return Math.max(TURN_NANOS / 10, since + TURN_NANOS - now);
	}

}
