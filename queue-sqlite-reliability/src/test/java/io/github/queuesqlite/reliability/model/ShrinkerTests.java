package io.github.queuesqlite.reliability.model;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class ShrinkerTests {

	private static final List<Integer> ITEMS = IntStream.range(0, 100).boxed().toList();

	@Test
	void shrinkWhenTwoItemsFailTogetherLeavesThese() {
		List<Integer> shortest = Shrinker.shrink(ITEMS, (items) -> items.containsAll(List.of(3, 97)), () -> true);
		assertThat(shortest).containsExactly(3, 97);
	}

	@Test
	void shrinkWhenOneItemNeedsAnotherBeforeItDropsInSeveralPasses() {
		List<Integer> shortest = Shrinker.shrink(ITEMS,
				(items) -> items.contains(50) && items.stream().filter((item) -> item < 50).count() % 2 == 0,
				() -> true);
		assertThat(shortest).contains(50).hasSizeLessThanOrEqualTo(3);
	}

	@Test
	void shrinkWhenNothingCanBeDroppedLeavesAll() {
		assertThat(Shrinker.shrink(ITEMS, (items) -> items.size() == 100, () -> true)).isEqualTo(ITEMS);
	}

	@Test
	void shrinkWhenTimeIsUpLeavesWhatItHas() {
		AtomicInteger tries = new AtomicInteger();
		List<Integer> shortest = Shrinker.shrink(ITEMS, (items) -> {
			tries.incrementAndGet();
			return true;
		}, () -> tries.get() < 1);
		assertThat(shortest).hasSize(50);
	}

}
