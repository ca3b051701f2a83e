package io.github.queuesqlite.worker;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;

import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.store.StoredMessage;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Tests for {@link CallHeap}. */
class CallHeapTests {

	private static final Comparator<StoredMessage> BEST_FIRST = Comparator.comparingInt(StoredMessage::priority)
		.reversed()
		.thenComparingLong(StoredMessage::seq);

	private final CallHeap heap = new CallHeap(false);

	@Test
	void pollWhenFilledInAnyOrderGivesBestFirst() {
		List<StoredMessage> rows = rows(new Random(7), 1000);
		rows.forEach((row) -> this.heap.add(run(row)));
		assertThat(pollAll()).containsExactlyElementsOf(rows.stream().sorted(BEST_FIRST).toList());
		assertThat(this.heap.bytes()).isZero();
	}

	@Test
	void removeIfTakesOutMatchesAndKeepsTheOrderOfTheRest() {
		List<StoredMessage> rows = rows(new Random(8), 300);
		rows.forEach((row) -> this.heap.add(run(row)));
		List<Call> removed = this.heap.removeIf((call) -> call.first().row().seq() % 3 == 0);
		assertThat(removed).allMatch((call) -> call.first().row().seq() % 3 == 0);
		assertThat(pollAll())
			.containsExactlyElementsOf(rows.stream().filter((row) -> row.seq() % 3 != 0).sorted(BEST_FIRST).toList());
	}

	@Test
	void bytesCountsPayloadsInTheHeap() {
		this.heap.add(run(row(1, 0, 30)));
		this.heap.add(run(row(2, 0, 12)));
		assertThat(this.heap.bytes()).isEqualTo(42);
		this.heap.poll();
		assertThat(this.heap.bytes()).isEqualTo(12);
	}

	@Test
	void pollWhenSuspectWaitsGivesItFirst() {
		rows(new Random(9), 20).forEach((row) -> this.heap.add(run(row)));
		StoredMessage suspect = row(2_000_000, 0, 10);
		this.heap.add(run(suspect, 1));
		rows(new Random(10), 20).forEach((row) -> this.heap.add(run(row)));
		assertThat(this.heap.peek().first().row()).isSameAs(suspect);
		assertThat(pollAll()).hasSize(41).startsWith(suspect);
	}

	@Test
	void pollWhereTheNewestIsNextGivesItFirstWithinItsPriority() {
		CallHeap newest = new CallHeap(true);
		List<StoredMessage> rows = rows(new Random(11), 300);
		rows.forEach((row) -> newest.add(run(row)));
		List<StoredMessage> polled = new ArrayList<>();
		for (Call call = newest.poll(); call != null; call = newest.poll()) {
			polled.add(call.first().row());
		}
		assertThat(polled).containsExactlyElementsOf(rows.stream().sorted(StoredMessage.NEWEST_FIRST).toList());
	}

	@Test
	void pollWhenSomeHaveAgedGivesTheOldestOfThemFirst() {
		rows(new Random(12), 50).forEach((row) -> this.heap.add(run(row)));
		StoredMessage older = row(2_000_000, -5, 10);
		StoredMessage younger = row(2_000_001, 5, 10);
		for (StoredMessage row : List.of(younger, older)) {
			Run aged = run(row);
			aged.age();
			this.heap.add(aged);
		}
		rows(new Random(13), 50).forEach((row) -> this.heap.add(run(row)));
		assertThat(pollAll()).hasSize(102).startsWith(older, younger);
	}

	@Test
	void pollWhenEmptyGivesNull() {
		assertThat(this.heap.peek()).isNull();
		assertThat(this.heap.poll()).isNull();
	}

	private List<StoredMessage> pollAll() {
		List<StoredMessage> polled = new ArrayList<>();
		for (Call call = this.heap.poll(); call != null; call = this.heap.poll()) {
			polled.add(call.first().row());
		}
		return polled;
	}

	private static List<StoredMessage> rows(Random random, int count) {
		List<StoredMessage> rows = new ArrayList<>();
		for (int seq : random.ints(0, 1_000_000).distinct().limit(count).toArray()) {
			rows.add(row(seq, random.nextInt(4), 10));
		}
		return rows;
	}

	private static StoredMessage row(long seq, int priority, int bytes) {
		return new StoredMessage(seq, 0, seq, "default", "task", MessageState.RUNNING, priority, 0, 0, 1, null, 1, 1,
				false, null, null, null, null, null, null, null, null, "bytes", new byte[bytes], null, null, null,
				false);
	}

	private static Run run(StoredMessage row) {
		return run(row, 0);
	}

	@SuppressWarnings("NullAway") // order and size need no lane
	private static Run run(StoredMessage row, int deaths) {
		return new Run(null, row, null, null, deaths, 0);
	}

}
