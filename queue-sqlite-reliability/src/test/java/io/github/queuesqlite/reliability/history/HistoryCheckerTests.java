package io.github.queuesqlite.reliability.history;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.message.QueueException;
import io.github.queuesqlite.message.QueueFullException;
import io.github.queuesqlite.reliability.history.Event.How;
import io.github.queuesqlite.reliability.history.Snapshot.Counted;
import io.github.queuesqlite.reliability.history.Snapshot.Row;
import io.github.queuesqlite.reliability.history.Snapshot.Value;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Each rule sees a history that breaks it, and nothing else does; sound ones pass. Times
 * are milliseconds here.
 */
class HistoryCheckerTests {

	private static final Order ORDER = Order.of("a-1", "quick");

	@TempDir
	Path directory;

	private final List<History.Entry> entries = new ArrayList<>();

	private final List<Row> rows = new ArrayList<>();

	private final Map<String, Value> values = new LinkedHashMap<>();

	private final Map<Counted, Long> extraCounts = new HashMap<>();

	HistoryCheckerTests() {
		process("a", new Event.Began(0, 1, 1000));
		process("b", new Event.Began(0, 2, 1000));
	}

	@Test
	void checkWhenAllIsWellFindsNothing() {
		accepted(ORDER, 10, 1);
		run("a", ORDER, 1, 1, 20, 30, How.RETURNS);
		saw(1, 31, MessageState.COMPLETED, "1/1");
		row(1, ORDER, MessageState.COMPLETED, 1, "1/1");
		Order dying = Order.of("a-2", "quick").failing(9, 1);
		accepted(dying, 10, 2);
		run("a", dying, 2, 1, 20, 30, How.THROWS);
		run("a", dying, 2, 2, 40, 50, How.THROWS);
		row(2, dying, MessageState.DEAD, 2, null);
		Order expiring = Order.of("a-3", "quick").delayed(100).living(10);
		accepted(expiring, 10, 3);
		row(3, expiring, MessageState.EXPIRED, 0, null);
		Order far = Order.of("a-4", "quick").delayed(Order.FAR);
		accepted(far, 10, 4);
		row(4, far, MessageState.SCHEDULED, 0, null);
		put("k", "v1", 10, 11, 1L);
		delivered("a", "k", 1, "v1", 12);
		this.values.put("k", new Value(1, "v1"));
		assertThat(check()).isEmpty();
	}

	@Test
	void checkWhenAcceptedMessageIsAbsentFindsItLost() {
		accepted(ORDER, 10, 1);
		assertFinds("Lost");
	}

	@Test
	void checkWhenMessageThatEndedIsAbsentFindsItLost() {
		asked(ORDER, 10, 1);
		saw(1, 31, MessageState.COMPLETED, "1/1");
		assertFinds("Lost");
	}

	@Test
	void checkWhenMessageHasNotEndedFindsTheWrongEnd() {
		accepted(ORDER, 10, 1);
		row(1, ORDER, MessageState.RUNNING, 1, null);
		assertFinds("Wrong end");
	}

	@Test
	void checkWhenMessageIsCancelledUnaskedFindsTheWrongEnd() {
		accepted(ORDER, 10, 1);
		row(1, ORDER, MessageState.CANCELLED, 0, null);
		assertFinds("Wrong end");
	}

	@Test
	void checkWhenAnsweredCancelDidNotLastFindsTheWrongEnd() {
		Order far = ORDER.delayed(Order.FAR);
		accepted(far, 10, 1);
		process("a", new Event.Cancelling(ms(20), 9, new MessageId(1)));
		row(1, far, MessageState.SCHEDULED, 0, null);
		assertThat(check()).isEmpty();
		process("a", new Event.Cancelled(ms(21), 9, true));
		assertFinds("Wrong end");
	}

	@Test
	void checkWhenUnknownMessageIsStoredTwiceFindsItDoubled() {
		asked(ORDER, 10, 1);
		completed(1, 20);
		assertThat(check()).isEmpty();
		completed(2, 20);
		assertFinds("Doubled");
	}

	@Test
	void checkWhenUnknownMessageHasAnotherIdThanSaidFindsItNotFindable() {
		asked(ORDER, 10, 1);
		process("a", new Event.Answered(ms(11), 1,
				List.of(Answer.threw(new QueueException("unknown", new MessageId(1), null)))));
		assertThat(check()).isEmpty();
		completed(2, 20);
		assertFinds("Not findable");
	}

	@Test
	void checkWhenRefusedMessageIsStoredFindsIt() {
		asked(ORDER, 10, 1);
		process("a", new Event.Answered(ms(11), 1, List.of(Answer.threw(new QueueFullException("full")))));
		completed(1, 20);
		assertFinds("Refused, but stored");
	}

	@Test
	void checkWhenMessageChangedFindsIt() {
		accepted(ORDER, 10, 1);
		run("a", ORDER, 1, 1, 20, 30, How.RETURNS);
		row(1, ORDER.holding(7), MessageState.COMPLETED, 1, "1/1");
		assertFinds("Changed");
	}

	@Test
	void checkWhenNobodyHandedItInFindsItInvented() {
		run("a", ORDER, 1, 1, 20, 30, How.RETURNS);
		row(1, ORDER, MessageState.COMPLETED, 1, "1/1");
		assertThat(check()).isNotEmpty().allMatch((text) -> text.startsWith("Invented"));
	}

	@Test
	void checkWhenWaiterSawAnotherResultFindsTwoEnds() {
		accepted(ORDER, 10, 1);
		completed(1, 20);
		saw(1, 40, MessageState.COMPLETED, "7/1");
		assertFinds("Two ends");
	}

	@Test
	void checkWhenResultIsOfAnEarlierRunFindsTheWrongCompletion() {
		accepted(ORDER, 10, 1);
		run("a", ORDER, 1, 1, 20, 30, How.RETURNS);
		process("s", new Event.Killing(ms(35), "a"));
		run("b", ORDER, 1, 2, 40, 50, How.RETURNS);
		row(1, ORDER, MessageState.COMPLETED, 2, "1/1");
		assertFinds("Wrong completion");
	}

	@Test
	void checkWhenCompletionOfSoundProcessDidNotCountFindsItDropped() {
		accepted(ORDER, 10, 1);
		run("a", ORDER, 1, 1, 20, 30, How.RETURNS);
		run("b", ORDER, 1, 2, 40, 50, How.RETURNS);
		row(1, ORDER, MessageState.COMPLETED, 2, "2/1");
		assertFinds("Dropped completion");
		process("s", new Event.Killing(ms(35), "a"));
		assertThat(check()).isEmpty();
	}

	@Test
	void checkWhenRunsOfSoundProcessesOverlapFindsTwoOwners() {
		accepted(ORDER, 10, 1);
		run("a", ORDER, 1, 1, 20, 45, How.INTERRUPTED);
		run("b", ORDER, 1, 2, 40, 50, How.RETURNS);
		row(1, ORDER, MessageState.COMPLETED, 2, "2/1");
		assertFinds("Two owners");
	}

	@Test
	void checkWhenLineIsWorkedOffInOrderFindsNothing() {
		line(1, 10, 20, 30);
		line(2, 12, 30, 40);
		assertThat(check()).isEmpty();
	}

	@Test
	void checkWhenTwoOfALineRunAtATimeFindsIt() {
		line(1, 10, 20, 31);
		line(2, 12, 30, 40);
		assertFinds("Two at a time");
		process("s", new Event.Killing(ms(25), "a"));
		assertThat(check()).isEmpty();
	}

	@Test
	void checkWhenALineIsWorkedOffAgainstItsOrderFindsIt() {
		line(1, 10, 40, 50);
		line(2, 12, 20, 30);
		assertFinds("Order");
	}

	@Test
	void checkWhenMessagesOfALineWereHandedInSideBySideFindsNothing() {
		Order first = ORDER.ordered("o");
		Order second = Order.of("a-2", "quick").ordered("o");
		asked(first, 10, 1);
		accepted(second, 10, 2);
		process("a", new Event.Answered(ms(11), 1, List.of(Answer.accepted(new MessageId(1)))));
		run("a", second, 2, 1, 20, 30, How.RETURNS);
		row(2, second, MessageState.COMPLETED, 1, "1/1");
		run("a", first, 1, 1, 40, 50, How.RETURNS);
		row(1, first, MessageState.COMPLETED, 1, "1/1");
		assertThat(check()).isEmpty();
	}

	@Test
	void checkWhenMessagesOfALineWereHandedInByOneCallFindsWhatIsAgainstTheirOrder() {
		Order first = ORDER.ordered("o");
		Order second = Order.of("a-2", "quick").ordered("o");
		process("a", new Event.Asked(ms(10), 1, "enqueueAll", List.of(first, second)));
		process("a", new Event.Answered(ms(11), 1,
				List.of(Answer.accepted(new MessageId(1)), Answer.accepted(new MessageId(2)))));
		run("a", second, 2, 1, 20, 30, How.RETURNS);
		row(2, second, MessageState.COMPLETED, 1, "1/1");
		run("a", first, 1, 1, 40, 50, How.RETURNS);
		row(1, first, MessageState.COMPLETED, 1, "1/1");
		assertFinds("Order");
	}

	@Test
	void checkWhenFrozenShorterThanALeaseFindsTwoOwners() {
		overlapping(200);
		assertFinds("Two owners");
	}

	@Test
	void checkWhenFrozenForALeaseFindsNothing() {
		overlapping(1000);
		assertThat(check()).isEmpty();
	}

	@Test
	void checkWhenProcessGaveNoSignOfLifeForALeaseFindsNothing() {
		pulsing(200, 1200);
		assertThat(check()).isEmpty();
	}

	@Test
	void checkWhenProcessGaveSignsOfLifeFindsTwoOwners() {
		pulsing(200, 400);
		assertFinds("Two owners");
	}

	@Test
	void checkWhenThawedProcessBeginsWhatItLostFindsIt() {
		beginningAfterThaw(1510);
		assertFinds("Runs out of order");
	}

	@Test
	void checkWhenFrozenOnTheWayIntoAHandlerFindsNothing() {
		beginningAfterThaw(95);
		assertThat(check()).isEmpty();
	}

	@Test
	void checkWhenFrozenOnTheWayIntoAHandlerThatReturnsFindsNothing() {
		returningAfterThaw(95);
		assertThat(check()).isEmpty();
	}

	@Test
	void checkWhenThawedProcessBeginsAndReturnsInVainFindsItDropped() {
		returningAfterThaw(1525);
		assertFinds("Dropped completion");
	}

	/** Begun by a process that had stood still, and taken over after that. */
	private void returningAfterThaw(int begunAt) {
		accepted(ORDER, 10, 1);
		process("s", new Event.Freezing(ms(100), "a"));
		process("s", new Event.Thawed(ms(1500), "a"));
		process("a", new Event.Started(ms(1550), new MessageId(1), ORDER.tag(), 1, 1, 1, ms(begunAt)));
		ended("a", 1, 1, 1560, How.RETURNS);
		run("b", ORDER, 1, 2, 1600, 1700, How.RETURNS);
		row(1, ORDER, MessageState.COMPLETED, 2, "2/1");
	}

	@Test
	void checkWhenHeapWasCollectedForALeaseFindsNothing() {
		accepted(ORDER, 10, 1);
		started("a", ORDER, 1, 1, 100);
		process("a", new Event.Collecting(ms(200)));
		run("b", ORDER, 1, 2, 1300, 1400, How.RETURNS);
		process("a", new Event.Collected(ms(1500)));
		ended("a", 1, 1, 1600, How.INTERRUPTED);
		row(1, ORDER, MessageState.COMPLETED, 2, "2/1");
		assertThat(check()).isEmpty();
	}

	private void beginningAfterThaw(int begunAt) {
		accepted(ORDER, 10, 1);
		process("s", new Event.Freezing(ms(100), "a"));
		run("b", ORDER, 1, 2, 1300, 1400, How.RETURNS);
		process("s", new Event.Thawed(ms(1500), "a"));
		process("a", new Event.Started(ms(1520), new MessageId(1), ORDER.tag(), 1, 1, 1, ms(begunAt)));
		ended("a", 1, 1, 1530, How.INTERRUPTED);
		row(1, ORDER, MessageState.COMPLETED, 2, "2/1");
	}

	private void overlapping(int frozenMillis) {
		accepted(ORDER, 10, 1);
		started("a", ORDER, 1, 1, 100);
		process("s", new Event.Freezing(ms(200), "a"));
		run("b", ORDER, 1, 2, 200 + frozenMillis, 2000, How.RETURNS);
		process("s", new Event.Thawed(ms(2100), "a"));
		ended("a", 1, 1, 2200, How.INTERRUPTED);
		row(1, ORDER, MessageState.COMPLETED, 2, "2/1");
	}

	private void pulsing(int lastPulse, int nextPulse) {
		accepted(ORDER, 10, 1);
		started("a", ORDER, 1, 1, 100);
		process("a", new Event.Pulse(ms(lastPulse)));
		for (int at = nextPulse; at < 1300; at += 200) {
			process("a", new Event.Pulse(ms(at)));
		}
		run("b", ORDER, 1, 2, 1000, 1100, How.RETURNS);
		ended("a", 1, 1, 1300, How.INTERRUPTED);
		row(1, ORDER, MessageState.COMPLETED, 2, "2/1");
	}

	@Test
	void checkWhenOneRunBeganTwiceFindsIt() {
		accepted(ORDER, 10, 1);
		started("a", ORDER, 1, 1, 20);
		process("s", new Event.Killing(ms(30), "a"));
		run("b", ORDER, 1, 1, 40, 50, How.RETURNS);
		row(1, ORDER, MessageState.COMPLETED, 1, "1/1");
		assertFinds("One run twice");
	}

	@Test
	void checkWhenTooManyAttemptsWereMadeFindsThem() {
		Order dying = ORDER.failing(9, 1);
		accepted(dying, 10, 1);
		for (int i = 1; i <= 3; i++) {
			run("a", dying, 1, i, 20 * i, 20 * i + 10, How.THROWS);
		}
		row(1, dying, MessageState.DEAD, 2, null);
		assertFinds("Too many attempts");
	}

	@Test
	void checkWhenDeadBeforeAllAttemptsFindsIt() {
		Order dying = ORDER.failing(9, 3);
		accepted(dying, 10, 1);
		run("a", dying, 1, 1, 20, 30, How.THROWS);
		row(1, dying, MessageState.DEAD, 1, null);
		assertFinds("Dead too early");
	}

	@Test
	void checkWhenFailureWasNotCountedFindsIt() {
		accepted(ORDER.failing(1, 50), 10, 1);
		run("a", ORDER.failing(1, 50), 1, 1, 20, 30, How.THROWS);
		started("a", ORDER, 1, 2, 1, 40);
		ended("a", 1, 2, 50, How.RETURNS);
		row(1, ORDER.failing(1, 50), MessageState.COMPLETED, 1, "2/1");
		assertFinds("Attempt not counted");
	}

	@Test
	void checkWhenRunBeganAfterTheEndWasSeenFindsIt() {
		accepted(ORDER, 10, 1);
		run("a", ORDER, 1, 1, 20, 30, How.RETURNS);
		saw(1, 32, MessageState.COMPLETED, "2/1");
		process("s", new Event.Killing(ms(35), "a"));
		run("b", ORDER, 1, 2, 40, 50, How.RETURNS);
		row(1, ORDER, MessageState.COMPLETED, 2, "2/1");
		assertFinds("Ran after its end");
	}

	@Test
	void checkWhenDelayedMessageRanEarlyFindsIt() {
		Order delayed = ORDER.delayed(500);
		accepted(delayed, 10, 1);
		run("a", delayed, 1, 1, 300, 310, How.RETURNS);
		row(1, delayed, MessageState.COMPLETED, 1, "1/1");
		assertFinds("Ran too early");
	}

	@Test
	void checkWhenExpiredMessageRanFindsIt() {
		Order expiring = ORDER.delayed(100).living(10);
		accepted(expiring, 10, 1);
		run("a", expiring, 1, 1, 300, 310, How.THROWS);
		row(1, expiring, MessageState.EXPIRED, 1, null);
		assertFinds("Ran although its time was over");
	}

	@Test
	void checkWhenCancelledMessageRanAgainAndAgainFindsIt() {
		Order failing = ORDER.failing(5, 50);
		accepted(failing, 10, 1);
		process("a", new Event.Cancelling(ms(12), 9, new MessageId(1)));
		process("a", new Event.Cancelled(ms(13), 9, true));
		run("a", failing, 1, 1, 20, 30, How.THROWS);
		row(1, failing, MessageState.CANCELLED, 1, null);
		assertThat(check()).isEmpty();
		run("a", failing, 1, 2, 40, 50, How.THROWS);
		assertFinds("Ran again after it was cancelled");
	}

	@Test
	void checkWhenTwoLiveWithOneUniqueKeyFindsThem() {
		Order first = ORDER.unique("u");
		Order second = Order.of("a-2", "quick").unique("u");
		accepted(first, 10, 1);
		run("a", first, 1, 1, 20, 60, How.RETURNS);
		row(1, first, MessageState.COMPLETED, 1, "1/1");
		accepted(second, 30, 2);
		run("a", second, 2, 1, 40, 50, How.RETURNS);
		row(2, second, MessageState.COMPLETED, 1, "1/1");
		assertFinds("Not unique");
	}

	@Test
	void checkWhenUniqueKeyLedToAMessageThatHadEndedFindsIt() {
		Order first = ORDER.unique("u");
		accepted(first, 10, 1);
		run("a", first, 1, 1, 20, 30, How.RETURNS);
		saw(1, 31, MessageState.COMPLETED, "1/1");
		row(1, first, MessageState.COMPLETED, 1, "1/1");
		accepted(Order.of("a-2", "quick").unique("u"), 40, 1);
		assertFinds("Not unique");
	}

	@Test
	void checkWhenIdempotencyKeyMeansTwoMessagesFindsThem() {
		Order first = ORDER.idempotent("i");
		Order second = Order.of("a-2", "quick").idempotent("i");
		accepted(first, 10, 1);
		run("a", first, 1, 1, 20, 60, How.RETURNS);
		row(1, first, MessageState.COMPLETED, 1, "1/1");
		accepted(second, 30, 2);
		run("a", second, 2, 1, 40, 50, How.RETURNS);
		row(2, second, MessageState.COMPLETED, 1, "1/1");
		assertThat(check()).isNotEmpty().allMatch((text) -> text.startsWith("Idempotency key i"));
	}

	@Test
	void checkWhenTheOtherKeyOfAnOrderWasTakenFindsNothing() {
		Order holder = ORDER.unique("u");
		accepted(holder, 10, 1);
		accepted(Order.of("a-2", "quick").unique("u").idempotent("i"), 12, 1);
		run("a", holder, 1, 1, 20, 30, How.RETURNS);
		row(1, holder, MessageState.COMPLETED, 1, "1/1");
		Order other = Order.of("a-3", "quick").idempotent("i");
		accepted(other, 40, 2);
		run("a", other, 2, 1, 50, 60, How.RETURNS);
		row(2, other, MessageState.COMPLETED, 1, "1/1");
		assertThat(check()).isEmpty();
	}

	@Test
	void checkWhenCountersDifferFromRowsFindsIt() {
		this.extraCounts.put(new Counted("default", "quick", MessageState.READY), 1L);
		assertFinds("Counters");
	}

	@Test
	void checkWhenCallFailedInAHealthyStoreFindsIt() {
		asked(ORDER, 10, 1);
		process("a", new Event.Answered(ms(11), 1, List.of(Answer.threw(new QueueException("SQLITE_BUSY")))));
		assertFinds("Failed");
		process("a", new Event.Closing(ms(10)));
		assertThat(check()).isEmpty();
	}

	@Test
	void checkWhenStoredChangeIsGoneFindsItLost() {
		put("k", "v1", 10, 11, 1L);
		assertFinds("Lost");
	}

	@Test
	void checkWhenVersionsDoNotRiseFindsIt() {
		put("k", "v1", 10, 11, 2L);
		put("k", "v2", 12, 13, 1L);
		this.values.put("k", new Value(2, "v1"));
		assertFinds("Key k: expected a version above 2");
	}

	@Test
	void checkWhenVersionIsGivenTwiceFindsIt() {
		put("k", "v1", 10, 20, 1L);
		put("k", "v2", 12, 13, 1L);
		this.values.put("k", new Value(1, "v2"));
		assertFinds("Version 1 of key k was given to");
	}

	@Test
	void checkWhenChangeIsNotDeliveredFindsIt() {
		deliveries(1, 3);
		assertFinds("Listener and key [l, k]: expected version 2 at most");
	}

	@Test
	void checkWhenLastChangeIsNotDeliveredFindsIt() {
		deliveries(1, 2);
		assertFinds("Listener and key [l, k]: expected version 3 as the last");
	}

	@Test
	void checkWhenSoundProcessGetsAChangeAgainFindsIt() {
		deliveries(1, 2, 1, 2, 3);
		assertFinds("Listener and key [l, k]: expected a version after 2");
	}

	@Test
	void checkWhenAnotherValueIsDeliveredFindsIt() {
		put("k", "v1", 10, 11, 1L);
		this.values.put("k", new Value(1, "v1"));
		delivered("a", "k", 1, "v0", 12);
		assertFinds("Listener and key [l, k]: expected v1");
	}

	@Test
	void readWhenLastLineIsCutOffReadsThoseBefore() throws Exception {
		try (HistoryLog log = new HistoryLog(this.directory, "p")) {
			log.add(new Event.Asked(5, log.nextCall(), "enqueue", List.of(ORDER)));
			log.add(new Event.Answered(6, 1, List.of(Answer.accepted(new MessageId(77)))));
			log.add(new Event.Saw(7, "await", new MessageId(77), null, MessageState.DEAD, null));
			log.pulse();
		}
		Files.writeString(this.directory.resolve("p.jsonl"), "{\"what\":\"Sta", StandardOpenOption.APPEND);
		List<History.Entry> read = History.read(this.directory).entries();
		assertThat(read).hasSize(4).allMatch((entry) -> entry.process().equals("p"));
		assertThat(read.get(0).event()).isEqualTo(new Event.Asked(5, 1, "enqueue", List.of(ORDER)));
		assertThat(read.get(2).event())
			.isEqualTo(new Event.Saw(7, "await", new MessageId(77), null, MessageState.DEAD, null));
		assertThat(History.read(this.directory).until(5).entries()).hasSize(1);
	}

	private void assertFinds(String beginning) {
		assertThat(check()).isNotEmpty().allMatch((text) -> text.startsWith(beginning));
	}

	private List<String> check() {
		Map<Counted, Long> counts = new HashMap<>(this.extraCounts);
		this.rows.forEach((row) -> counts.merge(new Counted("default", row.task(), row.state()), 1L, Long::sum));
		return HistoryChecker.ofHealthyStore()
			.check(new History(this.entries), new Snapshot(this.rows, this.values, counts))
			.stream()
			.filter((text) -> !isNoError(text))
			.toList();
	}

	/** Planted errors of calls are looked at by one test alone. */
	private boolean isNoError(String text) {
		return text.startsWith("Failed") && !text.contains("SQLITE_BUSY");
	}

	private static long ms(long millis) {
		return millis * 1_000_000;
	}

	private void process(String process, Event event) {
		this.entries.add(new History.Entry(process, event));
	}

	private void asked(Order order, long at, long call) {
		process("a", new Event.Asked(ms(at), call, "enqueue", List.of(order)));
	}

	private void accepted(Order order, long at, long id) {
		long call = 100 + this.entries.size();
		asked(order, at, call);
		process("a", new Event.Answered(ms(at) + 1, call, List.of(Answer.accepted(new MessageId(id)))));
	}

	/** A message of a line that runs once. */
	private void line(long id, long at, long from, long to) {
		Order order = Order.of("a-" + id, "quick").ordered("o");
		accepted(order, at, id);
		run("a", order, id, 1, from, to, How.RETURNS);
		row(id, order, MessageState.COMPLETED, 1, "1/1");
	}

	private void completed(long id, long at) {
		run("a", ORDER, id, 1, at, at + 10, How.RETURNS);
		row(id, ORDER, MessageState.COMPLETED, 1, "1/1");
	}

	private void run(String process, Order order, long id, long run, long from, long to, How how) {
		started(process, order, id, run, from);
		ended(process, id, run, to, how);
	}

	private void started(String process, Order order, long id, long run, long at) {
		started(process, order, id, run, (int) run, at);
	}

	private void started(String process, Order order, long id, long run, int attempt, long at) {
		process(process, new Event.Started(ms(at), new MessageId(id), order.tag(), run, 1, attempt, ms(at)));
	}

	private void ended(String process, long id, long run, long at, How how) {
		process(process, new Event.Ended(ms(at), new MessageId(id), run, 1, how));
	}

	private void saw(long id, long at, MessageState state, String result) {
		process("a", new Event.Saw(ms(at), "await", new MessageId(id), null, state, result));
	}

	private void row(long id, Order order, MessageState state, int attempt, String result) {
		this.rows.add(new Row(new MessageId(id), order, "default", order.task(), state, attempt, result,
				order.uniqueKey(), order.idempotencyKey()));
	}

	private void put(String key, String value, long from, long to, Long version) {
		long call = 100 + this.entries.size();
		process("a", new Event.Putting(ms(from), call, key, value));
		process("a", new Event.Put(ms(to), call, version));
	}

	private void delivered(String process, String key, long version, String value, long at) {
		process(process, new Event.Delivered(ms(at), "l", key, version, value));
	}

	private void deliveries(long... versions) {
		for (long version = 1; version <= 3; version++) {
			put("k", "v" + version, 10 * version, 10 * version + 1, version);
		}
		this.values.put("k", new Value(3, "v3"));
		for (int i = 0; i < versions.length; i++) {
			delivered("a", "k", versions[i], "v" + versions[i], 50 + i);
		}
	}

}
