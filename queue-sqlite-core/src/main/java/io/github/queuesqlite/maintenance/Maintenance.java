package io.github.queuesqlite.maintenance;

import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.function.ToIntFunction;

import io.github.queuesqlite.store.MessageStore;
import org.jspecify.annotations.Nullable;

/**
 * All services: sign of life, rescue, promotion and pruning, and the expiry of what
 * nobody hosts. Belongs to the presence, not to the workers: it runs as long as messages
 * are accepted.
 * <p>
 * <b>Threads:</b> five daemon threads, or six, between {@link #start()} and
 * {@link #stop()}.
 */
public final class Maintenance {

	private final MessageStore store;

	private final BeatKeeper beatKeeper;

	private final Promoter promoter;

	private final Relayer relayer;

	private final @Nullable UnhostedExpirer unhosted;

	private final List<Loop> loops;

	private boolean running;

	/**
	 * Creates the services.
	 * @param store the store
	 * @param presence whose sign of life to give
	 * @param maxAttempts attempts by task, for messages of dead instances whose sender
	 * set none
	 * @param clock wall clock
	 * @param nanoTime monotonic clock for the beats of others, and to tell that the wall
	 * clock was set
	 * @param settings settings
	 */
	public Maintenance(MessageStore store, Presence presence, ToIntFunction<String> maxAttempts, InstantSource clock,
			LongSupplier nanoTime, MaintenanceSettings settings) {
		this.store = store;
		this.beatKeeper = new BeatKeeper(store, presence, settings.leaseDuration());
		this.promoter = new Promoter(store, clock, settings.pollInterval());
		Rescuer rescuer = new Rescuer(store, presence, maxAttempts, nanoTime, settings.leaseDuration());
		this.relayer = new Relayer(store, presence, settings.pollInterval());
		Pruner pruner = new Pruner(store, new ClockTrust(clock, nanoTime));
		Duration unhosted = settings.expireUnhosted();
		this.unhosted = (unhosted != null) ? new UnhostedExpirer(store, presence, unhosted) : null;
		List<Loop> loops = new ArrayList<>(List.of(this.beatKeeper.loop(), rescuer.loop(), this.promoter.loop(),
				pruner.loop(), this.relayer.loop()));
		if (this.unhosted != null) {
			loops.add(this.unhosted.loop());
		}
		this.loops = List.copyOf(loops);
	}

	/** Starts all services. No effect while they run. */
	public synchronized void start() {
		if (!this.running) {
			this.running = true;
			this.store.addListener(this.beatKeeper);
			this.store.addListener(this.promoter);
			this.store.addListener(this.relayer);
			this.loops.forEach(Loop::start);
		}
	}

	/**
	 * Stops all services and waits for the end of what they do. May be started again.
	 */
	public synchronized void stop() {
		if (this.running) {
			this.running = false;
			this.loops.forEach(Loop::stop);
			this.store.removeListener(this.beatKeeper);
			this.store.removeListener(this.promoter);
			this.store.removeListener(this.relayer);
		}
	}

	/**
	 * Makes READY what is due and EXPIRED what is too old by the clock of now, on this
	 * thread.
	 */
	public void catchUp() {
		this.promoter.catchUp();
		if (this.unhosted != null) {
			this.unhosted.look();
		}
	}

	/**
	 * Returns the services whose latest pass failed.
	 * @return why, by the name of their thread
	 */
	public Map<String, String> failingLoops() {
		Map<String, String> failing = new LinkedHashMap<>();
		this.loops.stream()
			.filter((loop) -> !loop.failure().isEmpty())
			.forEach((loop) -> failing.put(loop.name(), loop.failure()));
		return failing;
	}

}
