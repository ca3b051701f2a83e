package io.github.queuesqlite.worker;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

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

	private volatile Set<String> claimable = Set.of();

	private volatile Set<String> unpermitted = Set.of();

	private volatile Set<String> wantable = Set.of();

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

	synchronized void refreshClaimable() {
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
		this.claimable = Set.copyOf(claimable);
		this.unpermitted = Set.copyOf(unpermitted);
		Set<String> wantable = new HashSet<>(claimable);
		wantable.addAll(unpermitted);
		this.wantable = Set.copyOf(wantable);
	}

	@Nullable HostedTask find(String name) {
		return this.tasks.get(name);
	}

	/** The same instance while nothing changed. */
	Set<String> claimable() {
		return this.claimable;
	}

	/**
	 * Tasks that are not claimable since there is no permit or token here, but maybe
	 * elsewhere.
	 */
	Set<String> unpermitted() {
		return this.unpermitted;
	}

	/**
	 * Those that are claimable or not permitted: what their queue lacks is worth having.
	 */
	Set<String> wantable() {
		return this.wantable;
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

}
