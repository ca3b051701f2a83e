package io.github.queuesqlite.benchmark.peer;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLongArray;

import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

class ContestantKindTests {

	private static final int MESSAGES = 4;

	@TempDir
	Path directory;

	/**
	 * Some peers stop their workers at a "database is locked" of their own, which a busy
	 * machine makes likely: they may try three times, this queue once.
	 */
	@ParameterizedTest
	@EnumSource
	void startWorkersWhenMessagesWaitHandlesThemAll(ContestantKind kind) {
		int tries = (kind == ContestantKind.QUEUE) ? 1 : 3;
		try (Contestants contestants = kind.open(this.directory)) {
			assertThat(handlesAll(contestants, kind, tries)).isTrue();
		}
		finally {
			Handled.unwatch();
		}
	}

	private static boolean handlesAll(Contestants contestants, ContestantKind kind, int tries) {
		for (int i = 0; i < tries; i++) {
			if (handlesAll(contestants, kind)) {
				return true;
			}
		}
		return false;
	}

	private static boolean handlesAll(Contestants contestants, ContestantKind kind) {
		AtomicLongArray starts = Handled.watch(MESSAGES);
		try (Contestant contestant = contestants.next(kind.threads().get(0))) {
			contestant.enqueue(Payload.of(0));
			contestant.enqueueAll(List.of(Payload.of(1), Payload.of(2)));
			assertThat(starts.get(0)).isZero();
			contestant.startWorkers();
			contestant.enqueue(Payload.of(3));
			await().atMost(Duration.ofMinutes(1)).until(() -> handled(starts) == MESSAGES);
			return true;
		}
		catch (RuntimeException ex) {
			System.out.println(kind + " handled " + handled(starts) + " of " + MESSAGES + ": " + ex);
			return false;
		}
	}

	private static int handled(AtomicLongArray starts) {
		int handled = 0;
		for (int i = 0; i < MESSAGES; i++) {
			handled += (starts.get(i) != 0) ? 1 : 0;
		}
		return handled;
	}

}
