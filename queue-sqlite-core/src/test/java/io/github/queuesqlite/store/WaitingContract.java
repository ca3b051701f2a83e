package io.github.queuesqlite.store;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;

import io.github.queuesqlite.message.FailedMessage;
import io.github.queuesqlite.message.Failure;
import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.message.MessageQuery;
import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.message.MessageTree;
import io.github.queuesqlite.store.MessageStoreContract.Settings;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Messages that wait for others: chains, and what is done when a link fails. */
abstract class WaitingContract extends StoreSubject {

	private static final JsonMapper MAPPER = JsonMapper.builder().build();

	WaitingContract(Function<Settings, MessageStore> opener) {
		super(opener);
	}

	/** A message that waits; 0 is the first of the chain. */
	private record Part(Draft draft, Wait.Kind kind, List<Integer> waitsFor, @Nullable Long delay, @Nullable Long runAt,
			@Nullable Long timeToLive) {

		static Part then(int before) {
			return then(Draft.of(TASK), before);
		}

		static Part then(Draft draft, int before) {
			return new Part(draft, Wait.Kind.THEN, List.of(before), null, null, null);
		}

		static Part onFailure(Integer... before) {
			return new Part(Draft.of("failed"), Wait.Kind.FAILURE, List.of(before), null, null, null);
		}

		static Part all(Wait.Kind kind, Integer... members) {
			return new Part(Draft.of("all"), kind, List.of(members), null, null, null);
		}

		Part times(@Nullable Long delay, @Nullable Long runAt, @Nullable Long timeToLive) {
			return new Part(this.draft, this.kind, this.waitsFor, delay, runAt, timeToLive);
		}

		Insertion insertion(long id, long now, long[] ids) {
			Insertion row = this.draft.insertion(id, now);
			Wait wait = new Wait(this.kind, this.waitsFor.stream().map((place) -> ids[place]).toList(),
					this.draft.payload() == null, this.delay, this.runAt, this.timeToLive);
			return new Insertion(row.id(), row.keys(), row.queue(), row.task(), row.priority(), row.createdAt(),
					Wait.NOT_DUE, row.expiresAt(), row.maxAttempts(), row.attributes(), row.codec(), row.payload(),
					row.awaited(), row.terms(), Composition.waitingFor(wait));
		}

	}

	private Insertion composed(Draft first, long[] ids, Part... parts) {
		ids[0] = this.store.assignId(this.instance, first.keys());
		for (int i = 1; i <= parts.length; i++) {
			ids[i] = this.store.assignIdBeside(this.instance, ids[0]);
		}
		List<Insertion> others = new ArrayList<>();
		for (int i = 1; i <= parts.length; i++) {
			others.add(parts[i - 1].insertion(ids[i], now(), ids));
		}
		return first.insertion(ids[0], now()).with(new Composition(null, others));
	}

	/** Stores a chain; returns the ids of the first message and the parts. */
	private long[] chain(Draft first, Part... parts) {
		long[] ids = new long[parts.length + 1];
		assertThat(insertRows(List.of(composed(first, ids, parts))).get().existing()).containsExactly(0);
		return ids;
	}

	/** Stores a, b and c, with f for their failures. */
	private long[] chainOfThree() {
		return chain(Draft.of(TASK), Part.then(0), Part.then(1), Part.onFailure(0, 1, 2));
	}

	private Settlement completeWith(StoredMessage message, String result) {
		return new Settlement.Complete(message.runKey(), "text", result.getBytes(StandardCharsets.UTF_8));
	}

	private StoredMessage claimOne(long id) {
		StoredMessage message = claimOne();
		assertThat(message.id()).isEqualTo(id);
		return message;
	}

	private void end(long id, MessageState how) {
		StoredMessage message = claimOne(id);
		assertThat(settle(switch (how) {
			case COMPLETED -> completeWith(message, "done");
			case DEAD -> dead(message);
			case EXPIRED -> new Settlement.Expire(message.runKey());
			case CANCELLED -> new Settlement.Cancel(message.runKey());
			default -> throw new IllegalArgumentException(how.name());
		})).isEqualTo(SettleResult.APPLIED);
	}

	private String payload(long id) {
		byte[] payload = find(id).payload();
		return (payload != null) ? new String(payload, StandardCharsets.UTF_8) : null;
	}

	private List<MessageState> states(long... ids) {
		return Arrays.stream(ids).mapToObj(this::state).toList();
	}

	private FailedMessage failedMessage(long id) {
		StoredMessage message = find(id);
		assertThat(message.codec()).isEqualTo("json");
		return MAPPER.readValue(message.payload(), FailedMessage.class);
	}

	// --- waiting

	@Test
	void waitingMessageIsScheduledAndNeverDue() {
		long[] ids = chainOfThree();
		assertThat(states(ids)).containsExactly(MessageState.READY, MessageState.SCHEDULED, MessageState.SCHEDULED,
				MessageState.SCHEDULED);
		assertThat(count(MessageState.SCHEDULED)).isEqualTo(3);
		assertThat(this.store.nextDueAt()).isGreaterThanOrEqualTo(Wait.NOT_DUE);
		claimOne(ids[0]);
		pass(1_000_000_000_000L);
		assertThat(promote()).isZero();
		assertThat(claim(10)).isEmpty();
		assertThat(this.store.list(MessageQuery.all().state(MessageState.SCHEDULED))).hasSize(3);
	}

	@Test
	void nothingRunnableIsLeftWhenOnlyTheFirstMustNotRun() {
		long[] ids = chain(Draft.of("other"), Part.then(0));
		assertThat(this.store.hasRunnable((queue, task) -> task.equals(TASK), now())).isFalse();
		assertThat(state(ids[1])).isEqualTo(MessageState.SCHEDULED);
	}

	@Test
	void insertWhenTheFirstIsADuplicateStoresNothingOfTheChain() {
		Draft first = Draft.of(TASK).idempotencyKey("i");
		long[] ids = chain(first, Part.then(0));
		long[] again = new long[2];
		assertThat(insertRows(List.of(composed(first, again, Part.then(0)))).get().existing()).containsExactly(ids[0]);
		assertThat(this.store.find(again[1])).isEmpty();
		end(ids[0], MessageState.COMPLETED);
		claimOne(ids[1]);
		assertThat(claim(10)).isEmpty();
	}

	@Test
	void insertOfSeveralTogetherTellsOfEachChain() {
		long[] a = new long[2];
		long[] b = new long[3];
		a[0] = 0;
		Insertion first = composed(Draft.of(TASK), a, Part.then(0));
		b[0] = this.store.assignIdBeside(this.instance, a[0]);
		List<Insertion> others = new ArrayList<>();
		for (int i = 1; i < 3; i++) {
			b[i] = this.store.assignIdBeside(this.instance, a[0]);
			others.add(Part.then(i - 1).insertion(b[i], now(), b));
		}
		Insertion second = Draft.of(TASK).insertion(b[0], now()).with(new Composition(null, others));
		assertThat(insertRows(List.of(first, second)).get().existing()).containsExactly(0, 0);
		assertThat(this.store.findAll(List.of(a[0], a[1], b[0], b[1], b[2]))).hasSize(5);
	}

	// --- completed

	@Test
	void completionGivesItsResultToTheNext() {
		long[] ids = chainOfThree();
		assertThat(settle(completeWith(claimOne(ids[0]), "one"))).isEqualTo(SettleResult.APPLIED);
		assertThat(state(ids[1])).isEqualTo(MessageState.READY);
		StoredMessage next = claimOne(ids[1]);
		assertThat(next.damaged()).isFalse();
		assertThat(next.codec()).isEqualTo("text");
		assertThat(new String(next.payload(), StandardCharsets.UTF_8)).isEqualTo("one");
		assertThat(settle(completeWith(next, "two"))).isEqualTo(SettleResult.APPLIED);
		assertThat(payload(ids[2])).isEqualTo("two");
		end(ids[2], MessageState.COMPLETED);
		assertThat(claim(10)).isEmpty();
	}

	@Test
	void completionWithoutResultGivesNone() {
		long[] ids = chain(Draft.of(TASK), Part.then(0));
		assertThat(settle(complete(claimOne(ids[0])))).isEqualTo(SettleResult.APPLIED);
		StoredMessage next = claimOne(ids[1]);
		assertThat(next.payload()).isNull();
		assertThat(next.damaged()).isFalse();
	}

	@Test
	void payloadOfItsOwnStays() {
		long[] ids = chain(Draft.of(TASK), Part.then(Draft.of(TASK).payload("own"), 0));
		assertThat(settle(completeWith(claimOne(ids[0]), "one"))).isEqualTo(SettleResult.APPLIED);
		assertThat(payload(claimOne(ids[1]).id())).isEqualTo("own");
	}

	@Test
	void completionWhenCompletedMessagesAreNotKeptPassesOn() {
		reopen(this.settings
			.retention(new Retention(Duration.ZERO, Duration.ofDays(1), Duration.ofDays(1), Duration.ofDays(1), 1000)));
		long[] ids = chain(Draft.of(TASK), Part.then(0), Part.then(1));
		assertThat(settle(complete(claimOne(ids[0])))).isEqualTo(SettleResult.APPLIED);
		assertThat(settle(complete(claimOne(ids[1])))).isEqualTo(SettleResult.APPLIED);
		assertThat(settle(complete(claimOne(ids[2])))).isEqualTo(SettleResult.APPLIED);
		assertThat(listAll(MessageQuery.all())).isEmpty();
	}

	@Test
	void handlerForFailuresIsDeletedWhenNothingCanFailAnyMore() {
		long[] ids = chain(Draft.of(TASK), Part.then(0), Part.onFailure(0, 1), Part.then(Draft.of("failed"), 2));
		end(ids[0], MessageState.COMPLETED);
		assertThat(state(ids[2])).isEqualTo(MessageState.SCHEDULED);
		end(ids[1], MessageState.COMPLETED);
		assertThat(this.store.findAll(List.of(ids[2], ids[3]))).isEmpty();
		assertThat(listAll(MessageQuery.all())).hasSize(2);
	}

	// --- times

	@Test
	void delayAndTimeToLiveCountFromWhenItIsSetFree() {
		long[] ids = chain(Draft.of(TASK), Part.then(0).times(1000L, null, 5000L));
		pass(60_000);
		end(ids[0], MessageState.COMPLETED);
		assertThat(claim(1)).isEmpty();
		assertThat(find(ids[1]).runAt()).isEqualTo(now() + 1000);
		assertThat(find(ids[1]).expiresAt()).isEqualTo(now() + 5000);
		assertThat(find(ids[1]).damaged()).isFalse();
		assertNextDueAt(now() + 1000);
		pass(1000);
		promote();
		assertThat(ids(this.store.claim(this.instance, QUEUE, Set.of(TASK), 1))).containsExactly(ids[1]);
	}

	@Test
	void timeToLiveThatIsOverWhileItIsReadyExpires() {
		long[] ids = chain(Draft.of(TASK), Part.then(0).times(null, null, 5000L));
		end(ids[0], MessageState.COMPLETED);
		pass(5000);
		promote();
		assertThat(state(ids[1])).isEqualTo(MessageState.EXPIRED);
	}

	@Test
	void dueTimeOfItsOwnIsTheEarliest() {
		long runAt = now() + 10_000;
		long[] ids = chain(Draft.of(TASK), Part.then(0).times(null, runAt, null));
		end(ids[0], MessageState.COMPLETED);
		assertThat(find(ids[1]).runAt()).isEqualTo(runAt);
		assertThat(state(ids[1])).isEqualTo(MessageState.SCHEDULED);
	}

	@Test
	void expiryOfItsOwnCountsWhileItWaits() {
		long[] ids = chain(Draft.of(TASK), Part.then(Draft.of(TASK).timeToLive(1000L), 0), Part.then(1));
		assertNextDueAt(now() + 1000);
		pass(1000);
		promote();
		assertThat(states(ids)).containsExactly(MessageState.READY, MessageState.EXPIRED, MessageState.CANCELLED);
		end(ids[0], MessageState.COMPLETED);
		assertThat(claim(10)).isEmpty();
	}

	// --- other ends

	@ParameterizedTest
	@EnumSource(names = { "DEAD", "EXPIRED" })
	void failureCancelsTheRestAndSetsItsHandlerFree(MessageState how) {
		long[] ids = chainOfThree();
		end(ids[0], how);
		assertThat(states(ids)).containsExactly(how, MessageState.CANCELLED, MessageState.CANCELLED,
				MessageState.READY);
		FailedMessage failed = failedMessage(ids[3]);
		assertThat(failed.id()).isEqualTo(new MessageId(ids[0]));
		assertThat(failed.task()).isEqualTo(TASK);
		assertThat(failed.state()).isEqualTo(how);
		assertThat(failed.failure() != null).isEqualTo(how == MessageState.DEAD);
		Failure reason = FailureCodec.decode(find(ids[2]).lastError());
		assertThat(reason.message())
			.isEqualTo("It waited for message " + new MessageId(ids[0]) + " of task 'task', which ended " + how);
		assertThat(this.store.claim(this.instance, QUEUE, Set.of("failed"), 10)).hasSize(1)
			.noneMatch(StoredMessage::damaged);
	}

	@Test
	void failureOfALaterLinkSetsTheHandlerFreeOnce() {
		long[] ids = chainOfThree();
		end(ids[0], MessageState.COMPLETED);
		end(ids[1], MessageState.DEAD);
		assertThat(states(ids)).containsExactly(MessageState.COMPLETED, MessageState.DEAD, MessageState.CANCELLED,
				MessageState.READY);
		assertThat(failedMessage(ids[3]).id()).isEqualTo(new MessageId(ids[1]));
	}

	@Test
	void cancelEndsTheRestAndNeedsNoHandler() {
		long[] ids = chainOfThree();
		assertThat(this.store.cancel(ids[0])).isEqualTo(CancelResult.CANCELLED);
		assertThat(states(ids[0], ids[1], ids[2])).containsOnly(MessageState.CANCELLED);
		assertThat(this.store.find(ids[3])).isEmpty();
	}

	@Test
	void cancelOfOneThatWaitsEndsThoseBehindIt() {
		long[] ids = chainOfThree();
		assertThat(this.store.cancel(ids[1])).isEqualTo(CancelResult.CANCELLED);
		assertThat(states(ids)).containsExactly(MessageState.READY, MessageState.CANCELLED, MessageState.CANCELLED,
				MessageState.SCHEDULED);
		end(ids[0], MessageState.COMPLETED);
		assertThat(claim(10)).isEmpty();
		assertThat(this.store.find(ids[3])).isEmpty();
	}

	@Test
	void cancelOfARunningOneCountsWhenItEnds() {
		long[] ids = chainOfThree();
		StoredMessage running = claimOne(ids[0]);
		assertThat(this.store.cancel(ids[0])).isEqualTo(CancelResult.REQUESTED);
		assertThat(state(ids[1])).isEqualTo(MessageState.SCHEDULED);
		assertThat(settle(new Settlement.Cancel(running.runKey()))).isEqualTo(SettleResult.APPLIED);
		assertThat(state(ids[2])).isEqualTo(MessageState.CANCELLED);
	}

	@Test
	void deletionBeforeTheEndCancelsTheRest() {
		long[] ids = chainOfThree();
		assertThat(this.store.delete(ids[0])).isTrue();
		assertThat(states(ids[1], ids[2])).containsOnly(MessageState.CANCELLED);
		assertThat(this.store.find(ids[3])).isEmpty();
		assertThat(FailureCodec.decode(find(ids[1]).lastError()).message()).endsWith("was deleted before its end");
	}

	@Test
	void deletionAfterTheEndChangesNothing() {
		long[] ids = chainOfThree();
		end(ids[0], MessageState.COMPLETED);
		assertThat(this.store.delete(ids[0])).isTrue();
		assertThat(states(ids[1], ids[2], ids[3])).containsExactly(MessageState.READY, MessageState.SCHEDULED,
				MessageState.SCHEDULED);
		end(ids[1], MessageState.COMPLETED);
		end(ids[2], MessageState.COMPLETED);
		assertThat(this.store.find(ids[3])).isEmpty();
	}

	@Test
	void purgeOfAllLeavesNothingWaiting() {
		chainOfThree();
		chainOfThree();
		assertThat(this.store.purge(MessageQuery.all())).isBetween(6, 8);
		assertThat(listAll(MessageQuery.all())).isEmpty();
	}

	@Test
	void lostRunPassesNothingOn() {
		long[] ids = chainOfThree();
		StoredMessage lost = claimOne(ids[0]);
		assertThat(settle(new Settlement.Release(lost.runKey()))).isEqualTo(SettleResult.APPLIED);
		StoredMessage mine = claimOne(ids[0]);
		assertThat(settle(completeWith(lost, "stale"))).isEqualTo(SettleResult.LOST);
		assertThat(state(ids[1])).isEqualTo(MessageState.SCHEDULED);
		assertThat(settle(completeWith(mine, "fresh"))).isEqualTo(SettleResult.APPLIED);
		assertThat(payload(ids[1])).isEqualTo("fresh");
	}

	@Test
	void rescueWithoutAnAttemptLeftIsAFailure() {
		long[] ids = chain(Draft.of(TASK).maxAttempts(1), Part.then(0), Part.onFailure(0, 1));
		StoreInstance other = this.store.register("other");
		StoredMessage claimed = this.store.claim(other, QUEUE, Set.of(TASK), 1).get(0);
		other.started(claimed.runKey());
		this.store.rescue(peer(other), (task) -> 1);
		assertThat(states(ids)).containsExactly(MessageState.DEAD, MessageState.CANCELLED, MessageState.READY);
	}

	// --- groups

	private long[] group(Wait.Kind kind) {
		return chain(Draft.of(TASK), Part.all(kind, 0, 2), Part.then(0));
	}

	private static String text(byte[] bytes) {
		return new String(bytes, StandardCharsets.UTF_8);
	}

	@Test
	void callbackIsReadyWhenAllHaveEndedHoweverTheyDid() {
		long[] ids = group(Wait.Kind.ALL);
		end(ids[0], MessageState.COMPLETED);
		assertThat(state(ids[1])).isEqualTo(MessageState.SCHEDULED);
		assertThat(this.store.arrivals(ids[1])).contains(new Arrivals(1, 1, 0, 0));
		end(ids[2], MessageState.DEAD);
		StoredMessage callback = this.store.claim(this.instance, QUEUE, Set.of("all"), 1).get(0);
		assertThat(callback.id()).isEqualTo(ids[1]);
		assertThat(callback.damaged()).isFalse();
		assertThat(callback.codec()).isEqualTo("group");
		assertThat(text(callback.payload())).contains("COMPLETED", "DEAD", "for good")
			.containsSubsequence(new MessageId(ids[0]).toString(), new MessageId(ids[2]).toString());
		assertThat(this.store.arrivals(ids[1])).contains(new Arrivals(0, 1, 1, 0));
	}

	@ParameterizedTest
	@EnumSource(names = { "ALL", "GATHER" })
	void groupEndsOnceWhenAMemberIsDeletedOrCancelled(Wait.Kind kind) {
		long[] ids = group(kind);
		this.store.cancel(ids[0]);
		assertThat(state(ids[2])).isEqualTo(MessageState.CANCELLED);
		assertThat(state(ids[1])).isEqualTo((kind == Wait.Kind.ALL) ? MessageState.READY : MessageState.COMPLETED);
		this.store.delete(ids[0]);
		this.store.delete(ids[2]);
		assertThat(state(ids[1])).isEqualTo((kind == Wait.Kind.ALL) ? MessageState.READY : MessageState.COMPLETED);
	}

	@Test
	void groupWithoutCallbackIsCompletedByTheLastEnd() {
		long[] ids = group(Wait.Kind.GATHER);
		end(ids[0], MessageState.COMPLETED);
		pass(5);
		end(ids[2], MessageState.COMPLETED);
		StoredMessage group = find(ids[1]);
		assertThat(group.state()).isEqualTo(MessageState.COMPLETED);
		assertThat(group.damaged()).isFalse();
		assertThat(group.finishedAt()).isEqualTo(now());
		assertThat(group.resultCodec()).isEqualTo("group");
		assertThat(count(MessageState.SCHEDULED)).isZero();
	}

	@Test
	void memberThatIsRetriedBeforeTheOthersHaveEndedCountsAgain() {
		long[] ids = group(Wait.Kind.ALL);
		end(ids[0], MessageState.DEAD);
		assertThat(this.store.arrivals(ids[1])).contains(new Arrivals(0, 0, 1, 1));
		assertThat(state(ids[1])).isEqualTo(MessageState.READY);
		long[] others = chain(Draft.of(TASK).priority(9), Part.all(Wait.Kind.ALL, 0, 2),
				Part.then(Draft.of("later"), 0));
		end(others[0], MessageState.COMPLETED);
		assertThat(this.store.arrivals(others[1])).contains(new Arrivals(1, 1, 0, 0));
		StoredMessage later = this.store.claim(this.instance, QUEUE, Set.of("later"), 1).get(0);
		assertThat(settle(dead(later))).isEqualTo(SettleResult.APPLIED);
		assertThat(state(others[1])).isEqualTo(MessageState.READY);
	}

	@Test
	void deletionOfMembersWhileTheGroupWaitsCounts() {
		long[] ids = group(Wait.Kind.ALL);
		this.store.delete(ids[2]);
		assertThat(this.store.arrivals(ids[1])).contains(new Arrivals(1, 0, 0, 1));
		end(ids[0], MessageState.COMPLETED);
		assertThat(state(ids[1])).isEqualTo(MessageState.READY);
	}

	@Test
	void groupWithAMemberThatWaitsForNothingElseGoesOnAfterARestart() {
		long[] ids = group(Wait.Kind.GATHER);
		end(ids[0], MessageState.COMPLETED);
		reopen();
		end(ids[2], MessageState.COMPLETED);
		assertThat(state(ids[1])).isEqualTo(MessageState.COMPLETED);
	}

	// --- trees

	@Test
	void treeShowsAllThatWereStoredTogetherFromEachOfThem() {
		long[] ids = chainOfThree();
		for (long id : ids) {
			MessageTree tree = this.store.tree(id).orElseThrow();
			assertThat(tree.complete()).isTrue();
			assertThat(tree.nodes()).extracting((node) -> node.id().value())
				.containsExactly(ids[0], ids[1], ids[2], ids[3]);
			assertThat(tree.node(new MessageId(ids[3])).waitsFor()).containsExactly(new MessageId(ids[0]),
					new MessageId(ids[1]), new MessageId(ids[2]));
		}
		List<MessageTree.Node> nodes = this.store.tree(ids[0]).orElseThrow().nodes();
		assertThat(nodes.get(0).waiting()).isNull();
		assertThat(nodes.get(1).waiting()).isEqualTo("Waits until message " + new MessageId(ids[0]) + " is COMPLETED");
		assertThat(nodes.get(3).waiting())
			.isEqualTo("Waits until one of 3 messages is DEAD or EXPIRED; is deleted when none can be any more");
		end(ids[0], MessageState.COMPLETED);
		assertThat(this.store.tree(ids[1]).orElseThrow().node(new MessageId(ids[1])).waiting()).isNull();
		assertThat(this.store.tree(insert(Draft.of(TASK))).orElseThrow().nodes()).hasSize(1);
		assertThat(this.store.tree(5)).isEmpty();
	}

	@Test
	void treeOfAGroupTellsHowManyAreMissing() {
		long[] ids = group(Wait.Kind.ALL);
		assertThat(this.store.tree(ids[0]).orElseThrow().node(new MessageId(ids[1])).waiting())
			.isEqualTo("Waits until all of 2 messages have ended; 2 have not");
		end(ids[0], MessageState.COMPLETED);
		assertThat(this.store.tree(ids[0]).orElseThrow().node(new MessageId(ids[1])).waiting()).endsWith("1 have not");
	}

	@Test
	void cancelOfATreeEndsAllAndSetsNothingFree() {
		long[] ids = chainOfThree();
		assertThat(this.store.cancelTree(ids[2])).isEqualTo(4);
		assertThat(states(ids)).containsOnly(MessageState.CANCELLED);
		assertThat(this.store.cancelTree(ids[2])).isZero();
		long[] group = group(Wait.Kind.ALL);
		StoredMessage running = claimOne(group[0]);
		assertThat(this.store.cancelTree(group[2])).isEqualTo(3);
		assertThat(states(group[1], group[2])).containsOnly(MessageState.CANCELLED);
		assertThat(settle(new Settlement.Cancel(running.runKey()))).isEqualTo(SettleResult.APPLIED);
		assertThat(states(group)).containsOnly(MessageState.CANCELLED);
		assertThat(this.store.cancelTree(7)).isZero();
	}

	// --- by hand

	@Test
	void retryTakesThoseBackThatItsEndCancelled() {
		long[] ids = chainOfThree();
		end(ids[0], MessageState.DEAD);
		assertThat(this.store.retry(ids[0])).isTrue();
		assertThat(states(ids[0], ids[1], ids[2])).containsExactly(MessageState.READY, MessageState.SCHEDULED,
				MessageState.SCHEDULED);
		assertThat(find(ids[1]).lastError()).isNull();
		end(ids[0], MessageState.COMPLETED);
		end(ids[1], MessageState.COMPLETED);
		end(ids[2], MessageState.COMPLETED);
		assertThat(this.store.claim(this.instance, QUEUE, Set.of("failed"), 10)).extracting(StoredMessage::id)
			.containsExactly(ids[3]);
	}

	@Test
	void retryWhenSomebodyCancelledTheNextLeavesThatAsItIs() {
		long[] ids = chainOfThree();
		this.store.cancel(ids[1]);
		end(ids[0], MessageState.DEAD);
		assertThat(this.store.retry(ids[0])).isTrue();
		assertThat(states(ids[0], ids[1], ids[2])).containsExactly(MessageState.READY, MessageState.CANCELLED,
				MessageState.CANCELLED);
	}

	@Test
	void retryOfOneWhoseInputFailedIsRefused() {
		long[] ids = chainOfThree();
		end(ids[0], MessageState.DEAD);
		assertThat(this.store.retry(ids[1])).isFalse();
		assertThat(this.store.retry(ids[2])).isFalse();
		assertThat(state(ids[1])).isEqualTo(MessageState.CANCELLED);
	}

	@Test
	void retryOfACancelledLinkWaitsAgain() {
		long[] ids = chainOfThree();
		this.store.cancel(ids[1]);
		assertThat(this.store.retry(ids[1])).isTrue();
		assertThat(states(ids)).containsExactly(MessageState.READY, MessageState.SCHEDULED, MessageState.SCHEDULED,
				MessageState.SCHEDULED);
		assertThat(settle(completeWith(claimOne(ids[0]), "one"))).isEqualTo(SettleResult.APPLIED);
		assertThat(payload(claimOne(ids[1]).id())).isEqualTo("one");
	}

	@Test
	void retryOfACancelledLinkWhenItsInputHasComeIsReadyWithIt() {
		long[] ids = chainOfThree();
		this.store.cancel(ids[1]);
		assertThat(settle(completeWith(claimOne(ids[0]), "one"))).isEqualTo(SettleResult.APPLIED);
		assertThat(this.store.retry(ids[1])).isTrue();
		assertThat(states(ids[1], ids[2])).containsExactly(MessageState.READY, MessageState.SCHEDULED);
		assertThat(payload(claimOne(ids[1]).id())).isEqualTo("one");
	}

	@Test
	void retryOfAnExpiredLinkWaitsAgainWithoutExpiry() {
		long[] ids = chain(Draft.of(TASK), Part.then(Draft.of(TASK).timeToLive(1000L), 0));
		pass(1000);
		promote();
		assertThat(this.store.retry(ids[1])).isTrue();
		assertThat(find(ids[1]).state()).isEqualTo(MessageState.SCHEDULED);
		assertThat(find(ids[1]).expiresAt()).isNull();
		assertThat(find(ids[1]).damaged()).isFalse();
		end(ids[0], MessageState.COMPLETED);
		claimOne(ids[1]);
	}

	@Test
	void retryAllOfAChainBringsItBackAsItWas() {
		long[] ids = chainOfThree();
		this.store.cancel(ids[0]);
		assertThat(this.store.retryAll(MessageQuery.all())).isEqualTo(1);
		assertThat(states(ids[0], ids[1], ids[2])).containsExactly(MessageState.READY, MessageState.SCHEDULED,
				MessageState.SCHEDULED);
	}

	@Test
	void updatePayloadOfOneThatWaitsIsKept() {
		long[] ids = chain(Draft.of(TASK), Part.then(0));
		assertThat(this.store.updatePayload(ids[1], "text", "own".getBytes(StandardCharsets.UTF_8))).isTrue();
		assertThat(settle(completeWith(claimOne(ids[0]), "one"))).isEqualTo(SettleResult.APPLIED);
		StoredMessage next = claimOne(ids[1]);
		assertThat(next.damaged()).isFalse();
		assertThat(payload(ids[1])).isEqualTo("own");
	}

	@Test
	void rescheduleOfOneThatWaitsMovesTheEarliestDueTime() {
		long[] ids = chain(Draft.of(TASK), Part.then(0).times(1000L, null, null));
		assertThat(this.store.reschedule(ids[1], now() + 20_000)).isTrue();
		assertThat(find(ids[1]).runAt()).isEqualTo(Wait.NOT_DUE);
		assertThat(claim(10)).hasSize(1);
		end0(ids[0]);
		assertThat(find(ids[1]).runAt()).isEqualTo(now() + 20_000);
	}

	private void end0(long id) {
		StoredMessage running = find(id);
		assertThat(settle(completeWith(running, "done"))).isEqualTo(SettleResult.APPLIED);
	}

	// --- pruning, restart

	@Test
	void pruneOfWhatHasEndedLeavesThoseThatWait() {
		long[] ids = chainOfThree();
		end(ids[0], MessageState.COMPLETED);
		pass(Duration.ofDays(30).toMillis());
		prune();
		assertThat(this.store.find(ids[0])).isEmpty();
		end(ids[1], MessageState.COMPLETED);
		end(ids[2], MessageState.COMPLETED);
		assertThat(this.store.find(ids[3])).isEmpty();
	}

	@Test
	void whoWaitsGoesOnAfterARestart() {
		long[] ids = chainOfThree();
		StoredMessage first = claimOne(ids[0]);
		assertThat(settle(completeWith(first, "one"))).isEqualTo(SettleResult.APPLIED);
		reopen();
		assertThat(payload(claimOne(ids[1]).id())).isEqualTo("one");
		reopen();
		assertThat(settle(completeWith(claimOne(ids[1]), "two"))).isEqualTo(SettleResult.APPLIED);
		assertThat(payload(ids[2])).isEqualTo("two");
	}

	@Test
	void endsAreToldWithTheCommitThatCausesThem() {
		long[] ids = chainOfThree();
		List<StoreListener.Ended> told = new CopyOnWriteArrayList<>();
		this.store.addListener(new StoreListener() {

			@Override
			public void ended(List<Ended> messages) {
				told.addAll(messages);
			}

		});
		end(ids[0], MessageState.DEAD);
		await().untilAsserted(
				() -> assertThat(told).extracting(StoreListener.Ended::id).containsExactly(ids[0], ids[1], ids[2]));
		assertThat(told).extracting(StoreListener.Ended::state)
			.containsExactly(MessageState.DEAD, MessageState.CANCELLED, MessageState.CANCELLED);
	}

}
