package io.github.queuesqlite;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

import io.github.queuesqlite.message.AuditEntry;
import io.github.queuesqlite.message.AuditEntry.Outcome;
import io.github.queuesqlite.message.StoreUnavailableException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

@Timeout(value = 5, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class AuditLogTests extends QueueTester {

	private static final String HOSTILE = "a\nb\u0000\u001b[31m<script>'; DROP TABLE audit; --";

	@Test
	void latestGivesWhatWasAddedTheLatestFirstAlsoAfterARestart() {
		open((builder) -> builder.clock(this.clock).shards(2));
		AuditEntry first = this.queue.audit().add("ada", "pause", "queues/mail", Outcome.DONE, null);
		this.clock.move(Duration.ofSeconds(1));
		AuditEntry second = this.queue.audit().add(null, HOSTILE, HOSTILE, Outcome.REFUSED, HOSTILE);
		assertThat(first)
			.isEqualTo(new AuditEntry(now().minusSeconds(1), "ada", "pause", "queues/mail", Outcome.DONE, null));
		this.queue.close();
		open((builder) -> builder.clock(this.clock).shards(2));
		assertThat(this.queue.audit().latest(10)).containsExactly(second, first);
		assertThat(this.queue.audit().latest(1)).containsExactly(second);
	}

	@Test
	void textsThatAreHugeAreCut() {
		open();
		String huge = "x".repeat(1_000_000);
		AuditEntry entry = this.queue.audit().add(huge, huge, huge, Outcome.FAILED, huge);
		assertThat(entry.target()).hasSize(500).endsWith("x…");
		assertThat(this.queue.audit().latest(1)).containsExactly(entry);
	}

	@Test
	void entriesAreForgottenWhenThereAreTooMany() throws Exception {
		open((builder) -> builder.shards(1));
		this.queue.audit().add("ada", "first", "t", Outcome.DONE, null);
		try (var shard = shard0(); var statement = shard.createStatement()) {
			statement.execute("UPDATE sqlite_sequence SET seq = 10000 WHERE name = 'audit'");
		}
		this.queue.audit().add("ada", "last", "t", Outcome.DONE, null);
		assertThat(this.queue.audit().latest(10)).extracting(AuditEntry::action).containsExactly("last");
	}

	@ParameterizedTest
	@ValueSource(ints = { 0, -1, 1001, Integer.MAX_VALUE })
	void latestWhenTheNumberIsOutOfRangeIsRefused(int max) {
		open();
		assertThatIllegalArgumentException().isThrownBy(() -> this.queue.audit().latest(max))
			.withMessage("'max' must be from 1 to 1000, was " + max);
	}

	@Test
	void logWhenTheQueueIsClosedIsNotThere() {
		open();
		AuditLog log = this.queue.audit();
		this.queue.close();
		assertThatExceptionOfType(StoreUnavailableException.class)
			.isThrownBy(() -> log.add("ada", "pause", "queues/mail", Outcome.DONE, null));
		assertThatExceptionOfType(StoreUnavailableException.class).isThrownBy(() -> log.latest(1));
	}

	@Test
	void logOfTwoApplicationsOnOneDirectoryIsOne() {
		open();
		try (EmbeddedQueue other = EmbeddedQueue.builder(this.directory).build()) {
			AuditEntry entry = other.audit().add("ada", "pause", "queues/mail", Outcome.DONE, null);
			assertThat(this.queue.audit().latest(10)).isEqualTo(List.of(entry));
		}
	}

}
