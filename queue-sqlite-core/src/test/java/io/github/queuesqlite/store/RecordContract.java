package io.github.queuesqlite.store;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;

import io.github.queuesqlite.message.LogEntry;
import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.message.Progress;
import io.github.queuesqlite.message.QueueException;
import io.github.queuesqlite.store.MessageStoreContract.Settings;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** What the handlers of messages have done and said. */
abstract class RecordContract extends StoreSubject {

	RecordContract(Function<Settings, MessageStore> opener) {
		super(opener);
	}

	private static StoredStep step(int position, String name) {
		return new StoredStep(position, name, "json", new byte[] { (byte) position }, false);
	}

	private static RunReport said(double fraction, String... texts) {
		List<LogEntry> entries = new ArrayList<>();
		for (String text : texts) {
			entries.add(new LogEntry(1, Instant.ofEpochMilli(7), text));
		}
		return new RunReport((fraction >= 0) ? new Progress(fraction, "text", Instant.ofEpochMilli(8)) : null, entries);
	}

	private boolean report(StoredMessage run, RunReport report) {
		AtomicReference<Object> told = new AtomicReference<>();
		this.store.report(run.runKey(), report, new Completion<>() {

			@Override
			public void succeeded(Boolean stored) {
				told.set(stored);
			}

			@Override
			public void failed(QueueException failure) {
				told.set(failure);
			}

		});
		await().until(() -> told.get() != null);
		return (Boolean) told.get();
	}

	private void assertNothingLeft(long id) {
		assertThat(this.store.steps(id)).isEmpty();
		assertThat(this.store.log(id)).isEmpty();
	}

	@Test
	void stepsAreReadInTheirOrder() {
		StoredMessage run = running(Draft.of(TASK));
		assertThat(this.store.addStep(run.runKey(), step(0, "a"))).isTrue();
		assertThat(this.store.addStep(run.runKey(), new StoredStep(1, "b", null, null, false))).isTrue();
		assertThat(this.store.steps(run.id())).extracting(StoredStep::name).containsExactly("a", "b");
		assertThat(this.store.steps(run.id()).get(0).value()).containsExactly(0);
		assertThat(this.store.steps(run.id()).get(1).value()).isNull();
		assertThat(this.store.steps(run.id())).noneMatch(StoredStep::damaged);
		assertThat(this.store.steps(1)).isEmpty();
	}

	@Test
	void stepAtAPlaceThatIsTakenIsNotStored() {
		StoredMessage run = running(Draft.of(TASK));
		this.store.addStep(run.runKey(), step(0, "a"));
		assertThat(this.store.addStep(run.runKey(), step(0, "b"))).isFalse();
		assertThat(this.store.steps(run.id())).extracting(StoredStep::name).containsExactly("a");
	}

	@Test
	void stepsStayOverRetriesAndRestarts() {
		StoredMessage first = running(Draft.of(TASK));
		this.store.addStep(first.runKey(), step(0, "a"));
		settle(retryAt(first, now()));
		StoredMessage second = claimOne();
		assertThat(this.store.addStep(first.runKey(), step(1, "late"))).as("a lost run").isFalse();
		assertThat(this.store.addStep(second.runKey(), step(1, "b"))).isTrue();
		settle(dead(second));
		reopen();
		assertThat(this.store.steps(first.id())).extracting(StoredStep::name).containsExactly("a", "b");
		assertThat(this.store.retry(first.id())).isTrue();
		assertThat(this.store.steps(claimOne().id())).hasSize(2);
	}

	@Test
	void stepsGoWhenTheMessageIsCompletedAndTheRestWhenItIsDeleted() {
		StoredMessage run = running(Draft.of(TASK));
		this.store.addStep(run.runKey(), step(0, "a"));
		assertThat(report(run, said(0.5, "one"))).isTrue();
		settle(complete(run));
		assertThat(this.store.steps(run.id())).isEmpty();
		assertThat(this.store.log(run.id())).hasSize(1);
		assertThat(this.store.progress(List.of(find(run.id())))).hasSize(1);
		StoredMessage row = find(run.id());
		assertThat(this.store.delete(run.id())).isTrue();
		assertNothingLeft(run.id());
		assertThat(this.store.progress(List.of(row))).isEmpty();
	}

	@Test
	void allGoesWhenTheMessageIsPruned() {
		reopen(this.settings.retention(
				new Retention(Duration.ofHours(1), Duration.ofHours(1), Duration.ofHours(1), Duration.ofHours(1), 0)));
		StoredMessage byCount = running(Draft.of(TASK));
		StoredMessage byAge = running(Draft.of(TASK));
		for (StoredMessage run : List.of(byCount, byAge)) {
			this.store.addStep(run.runKey(), step(0, "a"));
			report(run, said(1, "one"));
		}
		settle(dead(byAge));
		settle(complete(byCount));
		await().untilAsserted(() -> {
			this.store.prune();
			assertThat(this.store.find(byCount.id())).isEmpty();
		});
		assertNothingLeft(byCount.id());
		assertThat(this.store.steps(byAge.id())).hasSize(1);
		pass(2 * 3_600_000);
		prune();
		assertThat(this.store.find(byAge.id())).isEmpty();
		assertNothingLeft(byAge.id());
	}

	@Test
	void reportSetsTheLatestProgressAndAddsEntries() {
		StoredMessage run = running(Draft.of(TASK));
		report(run, said(0.25, "one"));
		report(run, said(-1, "two", "three"));
		report(run, said(0.75));
		assertThat(this.store.progress(List.of(find(run.id()))))
			.containsExactlyEntriesOf(Map.of(run.id(), new Progress(0.75, "text", Instant.ofEpochMilli(8))));
		assertThat(this.store.log(run.id())).extracting(LogEntry::text).containsExactly("one", "two", "three");
		assertThat(this.store.log(run.id()).get(0)).isEqualTo(new LogEntry(1, Instant.ofEpochMilli(7), "one"));
	}

	@Test
	void reportKeepsTheLatestEntries() {
		StoredMessage run = running(Draft.of(TASK));
		for (int i = 0; i < 5; i++) {
			String[] texts = new String[40];
			for (int j = 0; j < texts.length; j++) {
				texts[j] = "entry " + (40 * i + j);
			}
			report(run, said(-1, texts));
		}
		assertThat(this.store.log(run.id())).hasSize(RunReport.MOST_ENTRIES);
		assertThat(this.store.log(run.id()).get(0).text()).isEqualTo("entry 100");
	}

	@Test
	void reportOfALostRunIsNotStored() {
		StoredMessage first = running(Draft.of(TASK));
		settle(retryAt(first, now()));
		assertThat(report(first, said(0.1, "last words"))).as("its latest run").isTrue();
		StoredMessage second = claimOne();
		assertThat(report(first, said(0.2, "late"))).isFalse();
		assertThat(this.store.log(second.id())).hasSize(1);
	}

	@Test
	void reportOfADeadInstanceIsNotStored() {
		StoreInstance other = this.store.register("other");
		insert(Draft.of(TASK));
		StoredMessage run = this.store.claim(other, QUEUE, Set.of(TASK), 1).get(0);
		this.store.rescue(peer(other), (task) -> 3);
		assertThat(report(run, said(0.5, "late"))).isFalse();
		assertThat(this.store.addStep(run.runKey(), step(0, "a"))).isFalse();
		assertThat(find(run.id()).state()).isEqualTo(MessageState.READY);
		assertNothingLeft(run.id());
	}

}
