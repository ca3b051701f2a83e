package io.github.queuesqlite.worker;

import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;

import org.jspecify.annotations.Nullable;

/**
 * Where a call of a handler is: on a thread, or at the stage that it has returned. What
 * there is to interrupt.
 * <p>
 * <b>Threads:</b> safe for use by several threads.
 */
final class Handling {

	/** The handler's thread while it is in the handler. Guarded by this. */
	private @Nullable Thread thread;

	/** Whether that thread got our interrupt. Guarded by this. */
	private boolean interrupted;

	private volatile @Nullable CompletionStage<?> stage;

	/** Whether it was to be interrupted before it was on a thread. Guarded by this. */
	private boolean asked;

	/** The current thread goes into the handler. */
	synchronized void enter() {
		this.thread = Thread.currentThread();
		if (this.asked) {
			interruptThread(this.thread);
		}
	}

	/** It is out again; returns whether it got our interrupt. */
	synchronized boolean leave() {
		this.thread = null;
		return this.interrupted;
	}

	void isAt(CompletionStage<?> stage) {
		this.stage = stage;
	}

	void interrupt() {
		synchronized (this) {
			this.asked = true;
			if (this.thread != null) {
				interruptThread(this.thread);
			}
		}
		if (this.stage instanceof Future<?> future) {
			future.cancel(true);
		}
	}

	private synchronized void interruptThread(Thread thread) {
		this.interrupted = true;
		thread.interrupt();
	}

	synchronized @Nullable Thread thread() {
		return this.thread;
	}

	/** Empty when it is on none. */
	String threadName() {
		Thread thread = thread();
		return (thread != null) ? thread.getName() : "";
	}

	/** Where the thread is at the moment; empty when it is on none. */
	String stack() {
		Thread thread = thread();
		if (thread == null) {
			return "";
		}
		StringBuilder text = new StringBuilder();
		for (StackTraceElement element : thread.getStackTrace()) {
			text.append("\tat ").append(element).append('\n');
		}
		return Failures.cut(text.toString(), Failures.MOST_STACK);
	}

	/**
	 * Whether the handler waits for a stop of the queue, which so cannot wait for it: it
	 * asked for it itself, or called {@code System.exit}, which never returns.
	 */
	boolean isStoppedFor() {
		Thread thread = thread();
		if (thread == Thread.currentThread()) {
			return true;
		}
		if (thread != null) {
			for (StackTraceElement element : thread.getStackTrace()) {
				if (element.getClassName().equals("java.lang.Shutdown")
						|| (element.getClassName().equals("java.lang.Runtime")
								&& element.getMethodName().equals("exit"))) {
					return true;
				}
			}
		}
		return false;
	}

}
