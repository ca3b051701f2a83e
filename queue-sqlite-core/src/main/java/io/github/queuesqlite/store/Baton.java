package io.github.queuesqlite.store;

import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * Says who does a writer's work: its thread or, while that rests, a caller. Whoever holds
 * the baton sees all that holders before did.
 * <p>
 * <b>Threads:</b> safe for use by several threads.
 */
final class Baton {

	private final Thread writer;

	private final AtomicReference<Holder> holder = new AtomicReference<>(Holder.WRITER);

	/**
	 * Creates a baton, which the writer holds.
	 * @param writer its thread
	 */
	Baton(Thread writer) {
		this.writer = writer;
	}

	/**
	 * Lays the baton down until somebody wakes the writer. On its thread only.
	 * @param wanted looked at once anybody can wake it: if so, it does not rest
	 * @param nanos how long at most
	 */
	void rest(BooleanSupplier wanted, long nanos) {
		this.holder.set(Holder.NOBODY);
		if (!wanted.getAsBoolean()) {
			LockSupport.parkNanos(this, nanos);
		}
		while (!isBack()) {
			LockSupport.park(this);
		}
	}

	private boolean isBack() {
		while (true) {
			switch (holder()) {
				case WRITER -> {
					return true;
				}
				case WRITER_NEXT -> {
					return false;
				}
				case NOBODY -> {
					if (swap(Holder.NOBODY, Holder.WRITER)) {
						return true;
					}
				}
				case CALLER -> {
					if (swap(Holder.CALLER, Holder.WRITER_NEXT)) {
						return false;
					}
				}
			}
		}
	}

	/** Makes the writer look, now or once the caller who has the baton is done. */
	void wake() {
		while (true) {
			switch (holder()) {
				case WRITER, WRITER_NEXT -> {
					return;
				}
				case NOBODY -> {
					if (swap(Holder.NOBODY, Holder.WRITER)) {
						LockSupport.unpark(this.writer);
						return;
					}
				}
				case CALLER -> {
					if (swap(Holder.CALLER, Holder.WRITER_NEXT)) {
						return;
					}
				}
			}
		}
	}

	/**
	 * Takes the baton if the writer rests.
	 * @return whether it was there; then {@link #giveBack} must follow
	 */
	boolean take() {
		return this.holder.get() == Holder.NOBODY && swap(Holder.NOBODY, Holder.CALLER);
	}

	/**
	 * Lays down what was taken.
	 * @param wake whether there is something for the writer to do
	 */
	void giveBack(boolean wake) {
		if (wake || !swap(Holder.CALLER, Holder.NOBODY)) {
			this.holder.set(Holder.WRITER);
			LockSupport.unpark(this.writer);
		}
	}

	private Holder holder() {
		return Objects.requireNonNull(this.holder.get());
	}

	private boolean swap(Holder from, Holder to) {
		return this.holder.compareAndSet(from, to);
	}

	/** Who has it. */
	private enum Holder {

		/** The writer's thread. */
		WRITER,

		/** Nobody: the writer rests. */
		NOBODY,

		/** A caller, in place of the writer. */
		CALLER,

		/** A caller, and the writer is woken by him in the end. */
		WRITER_NEXT

	}

}
