package io.github.queuesqlite;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

import io.github.queuesqlite.message.MessageId;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** What Java Flight Recorder shows of a queue. */
class FlightTests extends QueueTester {

	private List<RecordedEvent> record(Runnable action, String... names) throws IOException {
		Path file = this.directory.resolve("flight.jfr");
		try (Recording recording = new Recording()) {
			for (String name : names) {
				recording.enable(name).withoutThreshold();
			}
			recording.start();
			action.run();
			recording.stop();
			recording.dump(file);
		}
		return RecordingFile.readAllEvents(file)
			.stream()
			.filter((event) -> event.getEventType().getName().startsWith("queue."))
			.toList();
	}

	private static List<RecordedEvent> named(String name, List<RecordedEvent> events) {
		return events.stream().filter((event) -> event.getEventType().getName().equals(name)).toList();
	}

	@Test
	void recordingWhenAMessageRunsHasItsCommitsItsClaimAndItsRun() throws IOException {
		open((builder) -> builder.shards(1));
		this.queue.tasks().register(TASK, String.class, (payload, context) -> {
			long start = System.nanoTime();
			while (System.nanoTime() - start < TimeUnit.MILLISECONDS.toNanos(2)) {
				Thread.onSpinWait();
			}
			return null;
		});
		this.queue.start();
		MessageId[] id = new MessageId[1];
		List<RecordedEvent> events = record(() -> {
			id[0] = this.operations.enqueue(TASK, "a");
			assertThat(this.operations.drain(LONG)).isTrue();
		}, "queue.Commit", "queue.Claim", "queue.Run");
		assertThat(named("queue.Run", events)).singleElement().satisfies((run) -> {
			assertThat(run.getString("task")).isEqualTo(TASK);
			assertThat(run.getString("queue")).isEqualTo("default");
			assertThat(run.getString("message")).isEqualTo(id[0].toString());
			assertThat(run.getInt("attempt")).isOne();
			assertThat(run.getDuration()).isGreaterThanOrEqualTo(Duration.ofMillis(2));
		});
		// More than one where it went back, since no thread began it in time.
		assertThat(named("queue.Claim", events)).filteredOn((claim) -> claim.getInt("messages") > 0)
			.isNotEmpty()
			.allSatisfy((claim) -> {
				assertThat(claim.getInt("shard")).isZero();
				assertThat(claim.getString("queue")).isEqualTo("default");
				assertThat(claim.getInt("wanted")).isPositive();
			});
		assertThat(named("queue.Commit", events)).hasSizeGreaterThanOrEqualTo(2)
			.allSatisfy((commit) -> assertThat(commit.getBoolean("committed")).isTrue())
			.anySatisfy((commit) -> assertThat(commit.getBoolean("synced")).isTrue());
	}

}
