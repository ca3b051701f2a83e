package io.github.queuesqlite.worker;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.queuesqlite.task.TaskDefinition;
import io.github.queuesqlite.task.TaskRegistry;
import org.jspecify.annotations.Nullable;

/**
 * The hosted tasks by name, and those that nothing is claimed for at the moment: they are
 * paused, their executor refuses work, or there is no permit or token for them.
 * <p>
 * <b>Threads:</b> safe for use by several threads; reads are without locks.
 */
final class TaskTable {

	private final TaskRegistry registry;

	private final WorkerSettings settings;

	private final Limits limits;

	private final Map<String, Long> suspendedUntil = new ConcurrentHashMap<>();

	private volatile Set<String> paused = Set.of();

	private volatile Map<String, HostedTask> tasks = Map.of();

	/** How often what they depend on has changed. */
	private final AtomicInteger changes = new AtomicInteger();

	private volatile Claimable claimable = new Claimable(-1, Set.of(), Set.of(), Set.of());

	TaskTable(TaskRegistry registry, WorkerSettings settings, Limits limits) {
		this.registry = registry;
		this.settings = settings;
		this.limits = limits;
		refresh();
	}

	synchronized void refresh() {
		Map<String, HostedTask> tasks = new HashMap<>();
		this.limits.declare(this.registry.tasks());
		for (TaskDefinition<?> definition : this.registry.tasks()) {
			tasks.put(definition.name(), HostedTask.of(definition, this.settings));
		}
		this.tasks = tasks;
		refreshClaimable();
	}

	/** A permit or token was taken or came back: found out anew when it is asked for. */
	void refreshClaimable() {
		this.changes.incrementAndGet();
	}

	private Claimable current() {
		Claimable known = this.claimable;
		return (known.changes == this.changes.get()) ? known : find();
	}

	private synchronized Claimable find() {
		int changes = this.changes.get();
		if (this.claimable.changes == changes) {
			return this.claimable;
		}
		Set<String> claimable = new HashSet<>(this.tasks.keySet());
		claimable.removeAll(this.suspendedUntil.keySet());
		claimable.removeAll(this.paused);
		Set<String> unpermitted = new HashSet<>(0);
		claimable.removeIf((task) -> {
			boolean free = this.limits.isFree(task);
			if (!free && this.limits.isWorthAsking(task)) {
				unpermitted.add(task);
			}
			return !free;
		});
		Set<String> wantable = new HashSet<>(claimable);
		wantable.addAll(unpermitted);
		this.claimable = new Claimable(changes, Set.copyOf(claimable), Set.copyOf(unpermitted), Set.copyOf(wantable));
		return this.claimable;
	}

	@Nullable HostedTask find(String name) {
		return this.tasks.get(name);
	}

	/** The same instance while nothing changed. */
	Set<String> claimable() {
		return current().tasks;
	}

	/**
	 * Tasks that are not claimable since there is no permit or token here, but maybe
	 * elsewhere.
	 */
	Set<String> unpermitted() {
		return current().unpermitted;
	}

	/**
	 * Those that are claimable or not permitted: what their queue lacks is worth having.
	 */
	Set<String> wantable() {
		return current().wantable;
	}

	/** Sets which tasks, hosted or not, are paused. */
	synchronized void pause(Set<String> paused) {
		if (!this.paused.equals(paused)) {
			this.paused = Set.copyOf(paused);
			refreshClaimable();
		}
	}

	boolean isPaused(String name) {
		return this.paused.contains(name);
	}

	synchronized void suspend(String name, long until) {
		this.suspendedUntil.put(name, until);
		refreshClaimable();
	}

	boolean hasSuspended() {
		return !this.suspendedUntil.isEmpty();
	}

	/** Takes up tasks whose time is over; returns whether there were any. */
	synchronized boolean resume(long now) {
		boolean changed = this.suspendedUntil.values().removeIf((until) -> until - now <= 0);
		if (changed) {
			refreshClaimable();
		}
		return changed;
	}

	/**
	 * What was found out.
	 *
	 * @param changes when: it is old after the next one
	 * @param tasks that may be claimed
	 * @param unpermitted that lack a permit or token
	 * @param wantable both
	 */
	private record Claimable(int changes, Set<String> tasks, Set<String> unpermitted, Set<String> wantable) {

	}

}
