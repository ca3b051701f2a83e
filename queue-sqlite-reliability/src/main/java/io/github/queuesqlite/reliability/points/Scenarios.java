package io.github.queuesqlite.reliability.points;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.LongConsumer;

import io.github.queuesqlite.message.MessageQuery;
import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.reliability.points.Scenario.Action;
import io.github.queuesqlite.reliability.points.Scenario.Opening;
import io.github.queuesqlite.reliability.points.Scenario.Step;
import io.github.queuesqlite.store.Firing;
import io.github.queuesqlite.store.Insertion;
import io.github.queuesqlite.store.Keys;
import io.github.queuesqlite.store.Peer;
import io.github.queuesqlite.store.PermitState;
import io.github.queuesqlite.store.PermitWish;
import io.github.queuesqlite.store.Settlement;
import io.github.queuesqlite.store.StoreInstance;
import io.github.queuesqlite.store.StoredMessage;
import io.github.queuesqlite.store.StoredSchedule;
import io.github.queuesqlite.store.TokenState;
import io.github.queuesqlite.store.TokenWish;
import io.github.queuesqlite.task.RateLimit;

import static org.assertj.core.api.Assertions.assertThat;

/** Every operation of the store. */
final class Scenarios {

	private static final int FEW = 5;

	private static final int BATCH = 120;

	private static final String SCHEDULE = "nightly";

	private static final Step NOTHING = (queue) -> {
	};

	private final List<Scenario> scenarios = new ArrayList<>();

	private Scenarios() {
	}

	static List<Scenario> all() {
		Scenarios all = new Scenarios();
		all.inserts();
		all.keyedInserts();
		all.settlements();
		all.lines();
		all.steering();
		all.time();
		all.instances();
		all.permits();
		all.tokens();
		all.crowds();
		all.schedules();
		all.ratedCrowds();
		return all.scenarios;
	}

	static List<Opening> openings() {
		return List.of(new Opening("open a new directory", null, (directory) -> {
		}, 2), new Opening("open again", 2, (directory) -> {
		}, null), new Opening("open without control file", 2, (directory) -> {
			Files.delete(directory.resolve("control.db"));
		}, null), change(1, 4), change(4, 2), change(2, 8), change(8, 1), change(3, 5));
	}

	private static Opening change(int before, int after) {
		return new Opening("change the shards from " + before + " to " + after, before, (directory) -> {
		}, after);
	}

	private void add(String name, int commits, Step prepare, Action act, Step done) {
		this.scenarios.add(new Scenario(name, commits, false, prepare, act, done));
	}

	private void addDeleting(String name, int commits, Step prepare, Action act, Step done) {
		this.scenarios.add(new Scenario(name, commits, true, prepare, act, done));
	}

	// ---- insert

	private void inserts() {
		add("insert", 1, NOTHING, (queue, told) -> told.accept(queue.insert(OpenQueue.plain(), "one")),
				(queue) -> assertThat(queue.ids(MessageState.READY)).hasSizeBetween(1, 2));
		add("insert a batch", 1, NOTHING, (queue, told) -> queue.insertTogether(BATCH, "batch").forEach(told::accept),
				(queue) -> assertThat(queue.ids(MessageState.READY).size() % BATCH).isZero());
		add("insert a delayed one", 1, NOTHING,
				(queue, told) -> told.accept(queue.insert(OpenQueue.plain(), "later", 1000, 2000L)),
				(queue) -> assertThat(queue.ids(MessageState.SCHEDULED)).hasSizeBetween(1, 2));
	}

	private void keyedInserts() {
		add("insert with an idempotency key", 1, NOTHING,
				(queue, told) -> told.accept(queue.insert(new Keys(OpenQueue.TASK, "i", null), "key")),
				(queue) -> assertThat(queue.all()).hasSize(1));
		add("insert with a unique key", 1, NOTHING,
				(queue, told) -> told.accept(queue.insert(new Keys(OpenQueue.TASK, null, "u"), "key")),
				(queue) -> assertThat(queue.all()).hasSize(1));
		add("insert with both keys", 0, NOTHING, Scenarios::insertBoth, Scenarios::checkBoth);
		add("insert with keys that are taken", 0, (queue) -> insertBoth(queue, (id) -> {
		}), (queue, told) -> {
			for (int i = 0; i < FEW; i++) {
				queue.insert(new Keys(OpenQueue.TASK, "i" + i, "v" + i), "taken");
				queue.insert(new Keys(OpenQueue.TASK, "j" + i, "u" + i), "taken");
			}
		}, (queue) -> {
			checkBoth(queue);
			for (int i = 0; i < FEW; i++) {
				// What a refused message had reserved is free.
				queue.insert(new Keys("free", "j" + i, null), "now");
			}
			assertThat(queue.all()).hasSize(2 * FEW);
		});
	}

	private static void insertBoth(OpenQueue queue, LongConsumer told) {
		for (int i = 0; i < FEW; i++) {
			told.accept(queue.insert(new Keys(OpenQueue.TASK, "i" + i, "u" + i), "both"));
		}
	}

	private static void checkBoth(OpenQueue queue) {
		assertThat(queue.all()).hasSize(FEW);
		for (int i = 0; i < FEW; i++) {
			long id = queue.store.findByKey("i" + i).orElseThrow().id();
			assertThat(queue.insert(new Keys("other", "i" + i, null), "again")).isEqualTo(id);
			assertThat(queue.insert(new Keys(OpenQueue.TASK, null, "u" + i), "again")).isEqualTo(id);
		}
	}

	// ---- claim and settle

	private void settlements() {
		add("claim", 0, Scenarios::insertFew, (queue, told) -> queue.claim(3), (queue) -> {
			assertThat(queue.ids(MessageState.RUNNING)).hasSize(3);
			queue.all()
				.forEach((message) -> assertThat(message.attempt())
					.isEqualTo((message.state() == MessageState.RUNNING) ? 1 : 0));
		});
		settle("complete", (queue, message) -> new Settlement.Complete(message.runKey(), null, null),
				(queue) -> assertThat(queue.ids(MessageState.COMPLETED)).hasSize(FEW));
		settle("complete with a result",
				(queue, message) -> new Settlement.Complete(message.runKey(), "bytes", new byte[] { 7 }),
				(queue) -> assertThat(queue.all()).allMatch((message) -> message.state() == MessageState.COMPLETED
						&& Arrays.equals(message.result(), new byte[] { 7 })));
		settle("retry later",
				(queue, message) -> new Settlement.Retry(message.runKey(), queue.now() + 1000, true,
						queue.failure(message)),
				(queue) -> assertThat(queue.all()).hasSize(FEW)
					.allMatch((message) -> message.state() == MessageState.SCHEDULED
							&& queue.store.failures(message.id()).size() == message.attempt()));
		settle("retry at once", (queue, message) -> new Settlement.Retry(message.runKey(), queue.now(), false, null),
				(queue) -> assertThat(queue.ids(MessageState.READY)).hasSize(FEW));
		settle("end as dead", (queue, message) -> new Settlement.Dead(message.runKey(), queue.failure(message)),
				(queue) -> assertThat(queue.ids(MessageState.DEAD)).hasSize(FEW)
					.noneMatch((id) -> queue.store.failures(id).isEmpty()));
		settle("cancel by the handler", (queue, message) -> new Settlement.Cancel(message.runKey()),
				(queue) -> assertThat(queue.ids(MessageState.CANCELLED)).hasSize(FEW));
		settle("expire at the start", (queue, message) -> new Settlement.Expire(message.runKey()),
				(queue) -> assertThat(queue.ids(MessageState.EXPIRED)).hasSize(FEW));
		add("release", 0, Scenarios::insertFew,
				(queue, told) -> queue.settleAll(
						queue.claim(FEW).stream().map((message) -> new Settlement.Release(message.runKey())).toList()),
				(queue) -> assertThat(queue.all()).hasSize(FEW)
					.allMatch((message) -> message.state() == MessageState.READY && message.attempt() == 0));
		add("extend", 0, Scenarios::insertFew,
				(queue, told) -> queue.start()
					.forEach((message) -> queue.store.extend(message.runKey(), queue.now() + 1000)),
				(queue) -> assertThat(queue.all())
					.allMatch((message) -> message.deadline() != null && message.state() == MessageState.RUNNING));
	}

	private void lines() {
		add("insert in a line", 0, NOTHING, (queue, told) -> {
			for (int i = 0; i < FEW; i++) {
				told.accept(queue.insert(new Keys(OpenQueue.TASK, null, null, "o"), "line"));
			}
		}, (queue) -> assertThat(queue.claim(FEW)).hasSize(1));
		add("insert in a line with further keys", 0, NOTHING, Scenarios::insertLine, Scenarios::checkLine);
		line("complete in a line", (queue, message) -> new Settlement.Complete(message.runKey(), null, null));
		line("end a line as dead", (queue, message) -> new Settlement.Dead(message.runKey(), queue.failure(message)));
		add("cancel a line", 0, (queue) -> insertLine(queue, (id) -> {
		}), (queue, told) -> queue.all().forEach((message) -> queue.store.cancel(message.id())),
				(queue) -> assertThat(queue.ids(MessageState.CANCELLED)).hasSize(FEW));
	}

	private void line(String name, BiFunction<OpenQueue, StoredMessage, Settlement> settlement) {
		add(name, 0, (queue) -> insertLine(queue, (id) -> {
		}), (queue, told) -> {
			List<StoredMessage> next;
			while (!(next = queue.start()).isEmpty()) {
				assertThat(next).hasSize(1);
				queue.settleAll(List.of(settlement.apply(queue, next.get(0))));
			}
		}, (queue) -> assertThat(queue.all()).hasSize(FEW).allMatch((message) -> message.state().isEnded()));
	}

	private static void insertLine(OpenQueue queue, LongConsumer told) {
		for (int i = 0; i < FEW; i++) {
			told.accept(queue.insert(new Keys(OpenQueue.TASK, "i" + i, "u" + i, "o"), "line"));
		}
	}

	private static void checkLine(OpenQueue queue) {
		assertThat(queue.all()).hasSize(FEW);
		for (int i = 0; i < FEW; i++) {
			long id = queue.store.findByKey("i" + i).orElseThrow().id();
			assertThat(queue.insert(new Keys("other", "i" + i, null), "again")).isEqualTo(id);
			assertThat(queue.insert(new Keys(OpenQueue.TASK, null, "u" + i), "again")).isEqualTo(id);
			assertThat(queue.insert(new Keys(OpenQueue.TASK, null, "u" + i, "p"), "again")).isEqualTo(id);
		}
	}

	private void settle(String name, BiFunction<OpenQueue, StoredMessage, Settlement> settlement, Step done) {
		add(name, 0, Scenarios::insertFew,
				(queue, told) -> queue
					.settleAll(queue.start().stream().map((message) -> settlement.apply(queue, message)).toList()),
				done);
	}

	private static void insertFew(OpenQueue queue) {
		for (int i = 0; i < FEW; i++) {
			queue.insert(OpenQueue.plain(), "few");
		}
	}

	private static void endFew(OpenQueue queue) {
		insertFew(queue);
		queue.settleAll(queue.start()
			.stream()
			.map((message) -> new Settlement.Dead(message.runKey(), queue.failure(message)))
			.toList());
	}

	// ---- steer

	private void steering() {
		add("cancel what waits", 0, Scenarios::insertFew,
				(queue, told) -> queue.all().forEach((message) -> queue.store.cancel(message.id())),
				(queue) -> assertThat(queue.ids(MessageState.CANCELLED)).hasSize(FEW));
		add("cancel what runs", 0, (queue) -> {
			insertFew(queue);
			queue.start();
		}, (queue, told) -> {
			queue.all().forEach((message) -> queue.store.cancel(message.id()));
			queue.settleAll(queue.claimed.stream()
				.map((message) -> new Settlement.Retry(message.runKey(), queue.now(), true, queue.failure(message)))
				.toList());
		}, (queue) -> assertThat(queue.ids(MessageState.CANCELLED)).hasSize(FEW));
		add("run dead ones again", 1, Scenarios::endFew,
				(queue, told) -> queue.store.retryAll(MessageQuery.all().state(MessageState.DEAD)),
				(queue) -> assertThat(queue.all()).hasSize(FEW)
					.allMatch((message) -> message.state() == MessageState.READY && message.attempt() == 0));
		addDeleting("delete", 1, Scenarios::endFew, (queue, told) -> queue.store.purge(MessageQuery.all()),
				(queue) -> assertThat(queue.all()).isEmpty());
		add("change what waits", 0, Scenarios::insertFew, (queue, told) -> queue.all().forEach((message) -> {
			queue.store.updatePayload(message.id(), "bytes", "new".getBytes(StandardCharsets.UTF_8));
			queue.store.reschedule(message.id(), queue.now() + 5000);
		}), (queue) -> assertThat(queue.all()).allMatch((message) -> message.state() == MessageState.SCHEDULED
				&& new String(message.payload(), StandardCharsets.UTF_8).equals("new")));
		add("pause", 1, Scenarios::insertFew, (queue, told) -> queue.store.pause(OpenQueue.QUEUE), (queue) -> {
			assertThat(queue.store.pauses().queues()).containsOnlyKeys(OpenQueue.QUEUE);
			assertThat(queue.claim(10)).isEmpty();
		});
		add("resume", 1, (queue) -> {
			insertFew(queue);
			queue.store.pause(OpenQueue.QUEUE);
		}, (queue, told) -> queue.store.resume(OpenQueue.QUEUE), (queue) -> {
			assertThat(queue.store.pauses().queues()).isEmpty();
			assertThat(queue.claim(10)).hasSize(FEW);
		});
	}

	// ---- time

	private void time() {
		add("promote", 1, (queue) -> {
			for (int i = 0; i < FEW; i++) {
				queue.insert(OpenQueue.plain(), "due", 1000, null);
			}
			queue.clock.advance(Duration.ofSeconds(1));
		}, (queue, told) -> queue.store.promoteDue(),
				(queue) -> assertThat(queue.ids(MessageState.READY)).hasSize(FEW));
		add("expire", 1, (queue) -> {
			for (int i = 0; i < FEW; i++) {
				queue.insert(OpenQueue.plain(), "old", 0, 1000L);
			}
			queue.clock.advance(Duration.ofSeconds(1));
		}, (queue, told) -> queue.store.promoteDue(),
				(queue) -> assertThat(queue.ids(MessageState.EXPIRED)).hasSize(FEW));
		addDeleting("prune by age", 0, (queue) -> {
			insertBoth(queue, (id) -> {
			});
			queue.store.purge(MessageQuery.all());
			endFew(queue);
			queue.clock.advance(Duration.ofHours(3));
		}, (queue, told) -> prune(queue), (queue) -> assertThat(queue.all()).isEmpty());
		addDeleting("prune by count", 0, (queue) -> {
			queue.insertTogether(BATCH, "many");
			queue.store.cancel(queue.all().get(0).id());
		}, (queue, told) -> {
			queue.settleAll(queue.start()
				.stream()
				.map((message) -> new Settlement.Complete(message.runKey(), null, null))
				.toList());
			prune(queue);
		}, (queue) -> assertThat(queue.ids(MessageState.COMPLETED)).hasSizeLessThanOrEqualTo(40));
	}

	private static void prune(OpenQueue queue) {
		while (queue.store.prune() > 0) {
			// until nothing is left to do
		}
	}

	// ---- instances

	private void instances() {
		add("rescue", 2, Scenarios::runElsewhere,
				(queue, told) -> others(queue)
					.forEach((peer) -> queue.store.rescue(peer, (task) -> OpenQueue.MAX_ATTEMPTS)),
				Scenarios::checkTakenBack);
		add("leave", 2, Scenarios::runElsewhere, (queue, told) -> {
			if (queue.other != null) {
				queue.store.deregister(queue.other);
			}
		}, Scenarios::checkTakenBack);
		add("join", 1, Scenarios::insertFew, (queue, told) -> queue.store.register("newcomer"), (queue) -> {
			Set<Long> epochs = new HashSet<>();
			queue.store.peers().forEach((peer) -> assertThat(epochs.add(peer.epoch())).isTrue());
			assertThat(queue.instance.epoch()).isLessThan(queue.store.register("next").epoch());
		});
		add("beat", 1, NOTHING, (queue, told) -> assertThat(queue.store.beat(queue.instance)).isTrue(),
				(queue) -> assertThat(queue.store.peers()).anyMatch((peer) -> peer.beat() > 0));
	}

	private void permits() {
		PermitWish all = new PermitWish("task:limited", 4, 0, true);
		add("take permits", 1, NOTHING, (queue, told) -> queue.store.permits(queue.instance, List.of(all)),
				(queue) -> assertThat(queue.store.permits(queue.instance, List.of(all)).values()).singleElement()
					.extracting(PermitState::most)
					.isEqualTo(4));
		PermitWish some = new PermitWish("task:limited", null, 0, true);
		add("give permits back", 0, (queue) -> queue.store.permits(queue.instance, List.of(all)), (queue, told) -> {
			for (int keep = 3; keep >= 0; keep--) {
				queue.store.permits(queue.instance, List.of(new PermitWish("task:limited", null, keep, false)));
			}
		}, (queue) -> assertThat(queue.store.permits(queue.instance, List.of(some)).values()).singleElement()
			.extracting(PermitState::most)
			.isEqualTo(4));
	}

	private void schedules() {
		add("create a schedule", 0, NOTHING, (queue, told) -> createSchedule(queue),
				(queue) -> assertThat(queue.store.schedule(SCHEDULE)).get()
					.extracting(StoredSchedule::nextAt)
					.isEqualTo(queue.now()));
		add("fire", 1, Scenarios::createSchedule, (queue, told) -> fire(queue, 1, told),
				(queue) -> assertThat(queue.all()).hasSize(1));
		add("fire slot by slot", 0, Scenarios::createSchedule, (queue, told) -> {
			for (int slot = 1; slot <= FEW; slot++) {
				fire(queue, slot, told);
			}
		}, (queue) -> assertThat(queue.all()).hasSize(FEW));
	}

	private static void createSchedule(OpenQueue queue) {
		queue.store.putSchedule(new StoredSchedule(SCHEDULE, 0, false, false, "{}", null, null, queue.now(),
				queue.now(), null, null, 0, 0, 0, Set.of()));
	}

	/** Fires a slot that was not fired before. */
	private static void fire(OpenQueue queue, int slot, LongConsumer told) {
		StoredSchedule schedule = queue.store.schedule(SCHEDULE).orElseThrow();
		if (schedule.fired() >= slot) {
			return;
		}
		Keys keys = new Keys(OpenQueue.TASK, null, null, StoredSchedule.line(SCHEDULE));
		Insertion message = new Insertion(queue.store.assignId(queue.instance, keys), keys, OpenQueue.QUEUE,
				OpenQueue.TASK, 1, queue.now(), queue.now(), null, null, null, null, null, false);
		queue.store
			.fire(new Firing(SCHEDULE, schedule.revision(), List.of(new Firing.Slot(queue.now(), message, true)),
					queue.now(), 0, null, true))
			.ifPresent((outcome) -> outcome.stored().forEach((stored) -> told.accept(stored.id())));
	}

	private void tokens() {
		TokenWish one = new TokenWish("rate:task:limited", RateLimit.of("1/1h"), 0, 0, true);
		add("take a token", 1, NOTHING, (queue, told) -> queue.store.tokens(queue.instance, List.of(one)),
				(queue) -> assertThat(queue.store.tokens(queue.instance, List.of(one)).values()).singleElement()
					.extracting(TokenState::held)
					.isIn(0, 1));
		TokenWish used = new TokenWish("rate:task:limited", null, 0, 0, false);
		add("use a token", 1, (queue) -> queue.store.tokens(queue.instance, List.of(one)),
				(queue, told) -> queue.store.tokens(queue.instance, List.of(used)),
				(queue) -> assertThat(queue.store.tokens(queue.instance, List.of(one)).values()).singleElement()
					.extracting(TokenState::held)
					.isEqualTo(0));
	}

	private void crowds() {
		add("insert into a crowd", 0, NOTHING, Scenarios::insertCrowd,
				(queue) -> assertThat(queue.ids(MessageState.READY)).isNotEmpty());
		add("complete a crowd", 0, Scenarios::limitedCrowd, (queue, told) -> {
			List<StoredMessage> next;
			while (!(next = queue.start()).isEmpty()) {
				assertThat(next).hasSizeLessThanOrEqualTo(2);
				queue.settleAll(
						next.stream().map((message) -> new Settlement.Complete(message.runKey(), null, null)).toList());
			}
		}, (queue) -> assertThat(queue.all()).allMatch((message) -> message.state().isEnded()));
		add("cancel a crowd", 0, Scenarios::limitedCrowd,
				(queue, told) -> queue.all().forEach((message) -> queue.store.cancel(message.id())),
				(queue) -> assertThat(queue.ids(MessageState.CANCELLED)).hasSize(FEW));
		add("let more of a crowd through", 2, Scenarios::limitedCrowd, (queue, told) -> {
			queue.store.declareKeyLimits(Map.of(OpenQueue.TASK, 4));
			queue.store.weigh("c", 3);
		}, (queue) -> assertThat(queue.claim(FEW)).hasSize(4));
	}

	private void ratedCrowds() {
		// Ended or taken back: its token is used up.
		add("complete what a rate lets through", 0, Scenarios::ratedCrowd,
				(queue, told) -> queue.settleAll(queue.start()
					.stream()
					.map((message) -> new Settlement.Complete(message.runKey(), null, null))
					.toList()),
				(queue) -> {
					assertThat(queue.ids(MessageState.COMPLETED)).hasSizeLessThanOrEqualTo(1);
					assertThat(queue.claim(FEW)).isEmpty();
				});
		add("say that what a rate lets through has begun", 0, Scenarios::ratedCrowd,
				(queue, told) -> queue.store.begun(queue.start().stream().map(StoredMessage::runKey).toList()),
				(queue) -> assertThat(queue.claim(FEW)).isEmpty());
	}

	private static void ratedCrowd(OpenQueue queue) {
		queue.store.declareKeyRates(Map.of(OpenQueue.TASK, RateLimit.of("1/1h")));
		insertCrowd(queue, (id) -> {
		});
	}

	private static void limitedCrowd(OpenQueue queue) {
		queue.store.declareKeyLimits(Map.of(OpenQueue.TASK, 2));
		insertCrowd(queue, (id) -> {
		});
	}

	private static void insertCrowd(OpenQueue queue, LongConsumer told) {
		for (int i = 0; i < FEW; i++) {
			told.accept(queue.insert(new Keys(OpenQueue.TASK, null, null, null, "c"), "crowd"));
		}
	}

	/** Another instance runs what there is, some of it for the last time. */
	private static void runElsewhere(OpenQueue queue) {
		insertFew(queue);
		StoreInstance other = queue.store.register("other");
		List<StoredMessage> messages = queue.store.claim(other, OpenQueue.QUEUE, Set.of(OpenQueue.TASK), FEW);
		for (StoredMessage message : messages.subList(0, 3)) {
			other.started(message.runKey());
		}
		queue.claimed.addAll(messages);
		queue.other = other;
		queue.store.cancel(messages.get(0).id());
	}

	private static List<Peer> others(OpenQueue queue) {
		return queue.store.peers()
			.stream()
			.filter((peer) -> !peer.dead() && peer.epoch() != queue.instance.epoch())
			.toList();
	}

	private static void checkTakenBack(OpenQueue queue) {
		assertThat(queue.ids(MessageState.CANCELLED)).hasSize(1);
		assertThat(queue.ids(MessageState.READY)).hasSize(FEW - 1);
		assertThat(queue.all().stream().filter((message) -> message.attempt() == 1).count()).isEqualTo(3);
	}

}
