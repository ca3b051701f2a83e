package io.github.queuesqlite.worker;

import java.time.InstantSource;
import java.util.random.RandomGenerator;

import io.github.queuesqlite.event.EventSink;
import io.github.queuesqlite.event.QueueRecorder;
import io.github.queuesqlite.maintenance.Presence;
import io.github.queuesqlite.payload.Payloads;
import io.github.queuesqlite.store.MessageStore;
import io.github.queuesqlite.task.TaskRegistry;

/**
 * What the workers work with.
 *
 * @param store where messages come from
 * @param presence who claims them
 * @param tasks their handlers
 * @param payloads reads payloads and writes results
 * @param recorder is told of starts and ends of runs, for meters
 * @param events tells listeners of them
 * @param clock wall clock: expiry and due times
 * @param random spreads retries; must be safe for use by several threads
 * @param host this process, for the record of failures
 * @param followUps takes in what handlers enqueue with the ends of their runs
 */
public record WorkerEnvironment(MessageStore store, Presence presence, TaskRegistry tasks, Payloads payloads,
		QueueRecorder recorder, EventSink events, InstantSource clock, RandomGenerator random, String host,
		FollowUps followUps) {

}
