package io.github.queuesqlite.worker;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import io.github.queuesqlite.task.QueuePool;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Tests for what lanes answer that share places, whatever shards ask them. */
class SharedPlacesTests {

	private static final int NONE = Integer.MIN_VALUE;

	@TempDir
	Path directory;

	private TestQueue queue;

	@AfterEach
	void close() {
		this.queue.close();
	}

	/** Lanes that can be asked, although no shard asks them. */
	private List<Lane> lanes(QueuePool pool) {
		this.queue = TestQueue.open(this.directory, (settings) -> settings.pool("main", pool));
		List<Lane> lanes = pool.queues().stream().map(this::lane).toList();
		lanes.forEach(Lane::open);
		SharedPlaces places = this.queue.pool.engine().places.get(pool.queues().get(0));
		places.lock().lock();
		try {
			places.open();
		}
		finally {
			places.lock().unlock();
		}
		return lanes;
	}

	private Lane lane(String queue) {
		return this.queue.pool.lanes().stream().filter((lane) -> lane.queue().equals(queue)).findFirst().orElseThrow();
	}

	@Test
	void askedWhenBetterOneMayHaveMoreGetsNothing() {
		List<Lane> lanes = lanes(QueuePool.strict(3, "high", "low"));
		lanes.get(0).ready(0, 1);
		lanes.get(1).ready(0, 1);
		assertThat(lanes.get(1).wanted(0, 1)).isZero();
		assertThat(lanes.get(0).wanted(0, 1)).isEqualTo(3);
		assertThat(lanes.get(1).wanted(0, 1)).isZero();
	}

	@Test
	void askedWhenBetterOneHadNothingGetsAll() {
		List<Lane> lanes = lanes(QueuePool.strict(3, "high", "low"));
		lanes.get(0).ready(0, 1);
		lanes.get(1).ready(0, 1);
		assertThat(lanes.get(0).wanted(0, 1)).isEqualTo(3);
		lanes.get(0).claimed(0, List.of());
		assertThat(lanes.get(1).wanted(0, 1)).isEqualTo(3);
	}

	@Test
	void askedWhenBetterOneIsToldOfNothingGetsAll() {
		List<Lane> lanes = lanes(QueuePool.strict(3, "high", "low"));
		lanes.get(0).ready(1, 1);
		lanes.get(1).ready(0, 1);
		assertThat(lanes.get(1).wanted(0, 1)).isZero();
		lanes.get(0).ready(1, NONE);
		assertThat(lanes.get(1).wanted(0, 1)).isEqualTo(3);
	}

	@Test
	void askedWhenShardOfBetterOneDoesNotAskGetsAllAfterAWhile() {
		List<Lane> lanes = lanes(QueuePool.strict(3, "high", "low"));
		lanes.get(0).ready(1, 1);
		lanes.get(1).ready(0, 1);
		assertThat(lanes.get(1).wanted(0, 1)).isZero();
		await().until(() -> lanes.get(1).wanted(0, 1) == 3);
		lanes.get(1).claimed(0, List.of());
		// Until that shard is heard of, nobody waits for it again.
		lanes.get(1).ready(0, 1);
		assertThat(lanes.get(1).wanted(0, 1)).isEqualTo(3);
		lanes.get(0).ready(1, 1);
		lanes.get(1).claimed(0, List.of());
		lanes.get(1).ready(0, 1);
		assertThat(lanes.get(1).wanted(0, 1)).isZero();
		assertThat(lanes.get(0).wanted(1, 1)).isEqualTo(3);
	}

	@Test
	void askedWhenWhatItWasPromisedIsVoidIsAnsweredAnew() {
		List<Lane> lanes = lanes(QueuePool.strict(3, "high", "low"));
		lanes.get(1).ready(0, 1);
		assertThat(lanes.get(1).wanted(0, 1)).isEqualTo(3);
		lanes.get(0).ready(0, 1);
		lanes.get(1).ready(0, 1);
		assertThat(lanes.get(0).wanted(0, 1)).isEqualTo(3);
		assertThat(lanes.get(1).wanted(0, 1)).isZero();
	}

	@Test
	void askedWhenWeightedDividesWhatIsFree() {
		Map<String, Integer> weights = new LinkedHashMap<>();
		weights.put("high", 3);
		weights.put("low", 1);
		List<Lane> lanes = lanes(QueuePool.weighted(8, weights));
		lanes.forEach((lane) -> lane.ready(0, 1));
		assertThat(lanes.get(1).wanted(0, 1)).isEqualTo(2);
		assertThat(lanes.get(0).wanted(0, 1)).isEqualTo(6);
		lanes.get(0).claimed(0, List.of());
		assertThat(lanes.get(1).wanted(0, 1)).isEqualTo(8);
	}

	@Test
	void askedWhenNotAllCanBeAskedYetGetsNothing() {
		this.queue = TestQueue.open(this.directory,
				(settings) -> settings.pool("main", QueuePool.strict(3, "high", "low")));
		Lane low = lane("low");
		low.open();
		low.ready(0, 1);
		assertThat(low.wanted(0, 1)).isZero();
	}

}
