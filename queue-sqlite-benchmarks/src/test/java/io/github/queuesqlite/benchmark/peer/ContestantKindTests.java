package io.github.queuesqlite.benchmark.peer;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.stream.IntStream;

import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

class ContestantKindTests {

	@TempDir
	Path directory;

	@ParameterizedTest
	@EnumSource
	void startWorkersWhenMessagesWaitHandlesThemAll(ContestantKind kind) {
		AtomicLongArray starts = Handled.watch(4);
		try (Contestants contestants = kind.open(this.directory);
				Contestant contestant = contestants.next(kind.threads().get(0))) {
			contestant.enqueue(Payload.of(0));
			contestant.enqueueAll(List.of(Payload.of(1), Payload.of(2)));
			assertThat(starts.get(0)).isZero();
			contestant.startWorkers();
			contestant.enqueue(Payload.of(3));
			await().atMost(Duration.ofMinutes(1))
				.untilAsserted(() -> assertThat(IntStream.range(0, 4).map((i) -> (starts.get(i) != 0) ? 1 : 0).sum())
					.isEqualTo(4));
		}
		finally {
			Handled.unwatch();
		}
	}

}
