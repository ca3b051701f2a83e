package io.github.queuesqlite;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import io.github.queuesqlite.message.DuplicateMessageException;
import io.github.queuesqlite.message.Message;
import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.message.OnDuplicate;
import io.github.queuesqlite.message.PartialEnqueueException;
import io.github.queuesqlite.message.PayloadException;
import io.github.queuesqlite.message.QueueException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.transaction.support.TransactionTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/** Tests of enqueues inside transactions of another database. */
class TransactionTests extends QueueTester {

	private TransactionTemplate transaction;

	private TransactionTemplate inner;

	private TransactionTemplate nested;

	@BeforeEach
	void createTransactions(@TempDir Path other) {
		PlatformTransactionManager manager = transactionsOf(other);
		this.transaction = new TransactionTemplate(manager);
		this.inner = new TransactionTemplate(manager);
		this.inner.setPropagationBehavior(TransactionDefinition.PROPAGATION_REQUIRES_NEW);
		this.nested = new TransactionTemplate(manager);
		this.nested.setPropagationBehavior(TransactionDefinition.PROPAGATION_NESTED);
	}

	@Test
	void enqueueIsStoredAfterTheCommit() {
		open();
		List<MessageId> ids = new ArrayList<>();
		this.transaction.executeWithoutResult((status) -> {
			for (int i = 0; i < 1200; i++) {
				ids.add(this.operations.enqueue(TASK, i));
			}
			assertThat(this.operations.length()).isZero();
			assertThat(this.operations.find(ids.get(0))).isEmpty();
		});
		assertThat(this.operations.length()).isEqualTo(1200);
		for (int i = 0; i < 1200; i += 41) {
			assertThat(find(ids.get(i)).payload(Integer.class)).isEqualTo(i);
		}
	}

	@Test
	void enqueueWhenRolledBackStoresNothing() {
		open();
		List<MessageId> ids = new ArrayList<>();
		List<CompletableFuture<?>> futures = new ArrayList<>();
		this.transaction.executeWithoutResult((status) -> {
			ids.add(this.operations.enqueue(TASK, null));
			ids.addAll(this.operations.enqueueAll(List.of(message(), message())));
			futures.add(this.operations.enqueueAsync(message()));
			futures.add(this.operations.submit(message(), String.class));
			status.setRollbackOnly();
		});
		assertThat(this.operations.length()).isZero();
		for (CompletableFuture<?> future : futures) {
			assertThat(future).failsWithin(LONG)
				.withThrowableOfType(ExecutionException.class)
				.withCauseInstanceOf(QueueException.class)
				.withMessageContaining("rolled back");
		}
		assertThatExceptionOfType(QueueException.class)
			.isThrownBy(() -> this.operations.await(ids.get(0), String.class, LONG))
			.withMessageContaining("unknown");
		assertNobodyWaits();
	}

	@Test
	void enqueueWhenToldNowIsStoredAtOnce() {
		open((builder) -> builder.enqueueAfterCommit(false));
		this.transaction.executeWithoutResult((status) -> {
			this.operations.enqueue(TASK, null);
			assertThat(this.operations.length()).isOne();
			status.setRollbackOnly();
		});
		assertThat(this.operations.length()).isOne();
	}

	@Test
	void enqueueWhenNoTransactionIsActiveIsStoredAtOnce() {
		open();
		TransactionTemplate supports = new TransactionTemplate(this.transaction.getTransactionManager());
		supports.setPropagationBehavior(TransactionDefinition.PROPAGATION_SUPPORTS);
		supports.executeWithoutResult((status) -> {
			assertThat(TransactionSynchronizationManager.isSynchronizationActive()).isTrue();
			this.operations.enqueue(TASK, null);
			assertThat(this.operations.length()).isOne();
		});
	}

	@Test
	void enqueueWhenMessageIsBadFailsAtTheCall() {
		open();
		this.transaction.executeWithoutResult((status) -> {
			assertThatExceptionOfType(PayloadException.class)
				.isThrownBy(() -> this.operations.enqueue(TASK, new EnqueueTests.Unwritable()));
			assertThatExceptionOfType(PayloadException.class)
				.isThrownBy(() -> this.operations.enqueueAsync(message().payload(new EnqueueTests.Unwritable())));
			assertThatExceptionOfType(PayloadException.class).isThrownBy(() -> this.operations
				.enqueueAll(List.of(message(), message().payload(new EnqueueTests.Unwritable()))));
			assertThatIllegalArgumentException()
				.isThrownBy(() -> this.operations.submit(message().expiresAt(java.time.Instant.EPOCH), String.class));
		});
		assertThat(this.operations.length()).isZero();
	}

	@Test
	void enqueueWhenPayloadChangesLaterStoresWhatItWas() {
		open();
		List<String> payload = new ArrayList<>(List.of("a"));
		MessageId id = this.transaction.execute((status) -> {
			MessageId handedIn = this.operations.enqueue(TASK, payload);
			payload.add("b");
			return handedIn;
		});
		assertThat(find(id).payload(List.class)).isEqualTo(List.of("a"));
	}

	@Test
	void waitingInsideForWhatWasPutOffFailsAtOnce() {
		open();
		host();
		List<CompletableFuture<String>> futures = new ArrayList<>();
		this.transaction.executeWithoutResult((status) -> {
			MessageId id = this.operations.enqueue(TASK, "a");
			assertThatIllegalStateException().isThrownBy(() -> this.operations.await(id, String.class, LONG))
				.withMessageContaining(id.toString())
				.withMessageContaining("after the commit");
			CompletableFuture<String> submitted = this.operations.submit(message().payload("b"), String.class);
			assertThatIllegalStateException().isThrownBy(submitted::join);
			assertThatIllegalStateException().isThrownBy(submitted::get);
			assertThatIllegalStateException().isThrownBy(() -> submitted.get(1, TimeUnit.SECONDS));
			CompletableFuture<String> dependent = submitted.thenApply((result) -> result + "!");
			assertThatIllegalStateException().isThrownBy(dependent::join);
			CompletableFuture<MessageId> async = this.operations.enqueueAsync(message().payload("c"));
			assertThatIllegalStateException().isThrownBy(async::join);
			futures.add(submitted);
			futures.add(dependent);
			this.inner.executeWithoutResult((other) -> assertThatIllegalStateException()
				.isThrownBy(() -> this.operations.await(id, String.class, LONG)));
		});
		assertThat(futures.get(0)).succeedsWithin(LONG).isEqualTo("b");
		assertThat(futures.get(1).join()).isEqualTo("b!");
		assertNobodyWaits();
	}

	@Test
	void waitingElsewhereForWhatWasPutOffWaitsForTheCommit() {
		open();
		host();
		CompletableFuture<String> result = new CompletableFuture<>();
		this.transaction.executeWithoutResult((status) -> {
			MessageId id = this.operations.enqueue(TASK, "a");
			Thread other = new Thread(() -> result.complete(this.operations.await(id, String.class, LONG)));
			other.start();
			org.awaitility.Awaitility.await().until(() -> this.queue.waiting() == 1);
			assertThat(result).isNotDone();
		});
		assertThat(result).succeedsWithin(LONG).isEqualTo("a");
	}

	@Test
	void enqueueWhenInnerTransactionRollsBackKeepsTheOuterOnes() {
		open();
		this.transaction.executeWithoutResult((status) -> {
			this.operations.enqueue(TASK, "outer 1");
			this.inner.executeWithoutResult((other) -> {
				this.operations.enqueue(TASK, "inner");
				other.setRollbackOnly();
			});
			this.operations.enqueue(TASK, "outer 2");
		});
		assertThat(payloads()).containsExactlyInAnyOrder("outer 1", "outer 2");
	}

	@Test
	void enqueueWhenInnerTransactionCommitsIsStoredBeforeTheOuterEnds() {
		open();
		this.transaction.executeWithoutResult((status) -> {
			this.operations.enqueue(TASK, "outer");
			this.inner.executeWithoutResult((other) -> this.operations.enqueue(TASK, "inner"));
			assertThat(payloads()).containsExactly("inner");
			status.setRollbackOnly();
		});
		assertThat(payloads()).containsExactly("inner");
	}

	@Test
	void enqueueWhenSavepointIsRolledBackForgetsWhatCameAfterIt() {
		open();
		List<CompletableFuture<MessageId>> forgotten = new ArrayList<>();
		this.transaction.executeWithoutResult((status) -> {
			this.nested.executeWithoutResult((first) -> {
				forgotten.add(this.operations.enqueueAsync(message().payload("before any")));
				first.setRollbackOnly();
			});
			this.operations.enqueue(TASK, "1");
			this.nested.executeWithoutResult((kept) -> this.operations.enqueue(TASK, "2"));
			this.nested.executeWithoutResult((lost) -> {
				forgotten.add(this.operations.enqueueAsync(message().payload("lost")));
				lost.setRollbackOnly();
			});
			this.operations.enqueue(TASK, "3");
		});
		assertThat(payloads()).containsExactlyInAnyOrder("1", "2", "3");
		for (CompletableFuture<MessageId> future : forgotten) {
			assertThat(future).failsWithin(LONG)
				.withThrowableOfType(ExecutionException.class)
				.withMessageContaining("savepoint");
		}
	}

	@Test
	void commitWhenQueueIsClosedThrowsWithTheIds() {
		open();
		List<MessageId> ids = new ArrayList<>();
		assertThatExceptionOfType(QueueException.class)
			.isThrownBy(() -> this.transaction.executeWithoutResult((status) -> {
				ids.add(this.operations.enqueue(TASK, null));
				this.queue.close();
			}))
			.satisfies((ex) -> assertThat(ex.messageId()).isEqualTo(ids.get(0)))
			.withMessageContaining("closed");
	}

	@Test
	void commitWhenKeyIsTakenThrowsIfAskedTo() {
		open();
		MessageId existing = this.operations.enqueue(message().idempotencyKey("key"));
		assertThatExceptionOfType(DuplicateMessageException.class)
			.isThrownBy(() -> this.transaction.executeWithoutResult((status) -> this.operations
				.enqueue(message().idempotencyKey("key").onDuplicate(OnDuplicate.THROW))))
			.satisfies((ex) -> assertThat(ex.existingId()).isEqualTo(existing));
		assertThatExceptionOfType(PartialEnqueueException.class)
			.isThrownBy(() -> this.transaction.executeWithoutResult((status) -> {
				this.operations.enqueue(TASK, "stored");
				this.operations.enqueue(message().idempotencyKey("key").onDuplicate(OnDuplicate.THROW));
			}))
			.satisfies((ex) -> {
				assertThat(find(ex.accepted().get(0)).payload(String.class)).isEqualTo("stored");
				assertThat(ex.failed()).containsOnlyKeys(1);
			});
		assertThat(this.operations.length()).isEqualTo(2);
	}

	@Test
	void commitWhenKeyIsTakenStoresNothingAndTheKeyFindsTheExisting() {
		open();
		MessageId existing = this.operations.enqueue(message().idempotencyKey("key"));
		List<CompletableFuture<MessageId>> futures = new ArrayList<>();
		MessageId returned = this.transaction.execute((status) -> {
			futures.add(this.operations.enqueueAsync(message().idempotencyKey("key")));
			return this.operations.enqueue(message().idempotencyKey("key"));
		});
		assertThat(this.operations.find(returned)).isEmpty();
		assertThat(this.operations.findByKey("key").orElseThrow().id()).isEqualTo(existing);
		assertThat(futures.get(0)).succeedsWithin(LONG).isEqualTo(existing);
		assertThat(this.operations.length()).isOne();
	}

	@Test
	void callbackWhenEnqueuedInsideIsCalledAfterTheCommit() throws Exception {
		open();
		host();
		LinkedBlockingQueue<Message> messages = new LinkedBlockingQueue<>();
		MessageId id = this.transaction
			.execute((status) -> this.operations.enqueue(message().payload("a"), messages::add));
		Message message = messages.poll(LONG.toSeconds(), TimeUnit.SECONDS);
		assertThat(message.id()).isEqualTo(id);
		assertThat(message.state()).isEqualTo(MessageState.COMPLETED);
	}

	@Test
	void enqueueWhenOtherSynchronizationsRunAfterTheCommitIsNotLost() {
		open();
		for (boolean before : List.of(true, false)) {
			this.transaction.executeWithoutResult((status) -> {
				if (before) {
					this.operations.enqueue(TASK, "inside");
				}
				TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {

					@Override
					public void afterCommit() {
						TransactionTests.this.operations.enqueue(TASK, "after commit");
					}

					@Override
					public void afterCompletion(int completed) {
						TransactionTests.this.operations.enqueue(TASK, "after completion");
					}

				});
			});
		}
		assertThat(payloads()).containsExactlyInAnyOrder("inside", "after commit", "after completion", "after commit",
				"after completion");
		assertThat(TransactionSynchronizationManager.getResourceMap()).isEmpty();
	}

	private void host() {
		this.queue.tasks().register(TASK, String.class, (payload, context) -> payload);
		this.queue.start();
	}

	private List<String> payloads() {
		return all().stream().map((message) -> message.payload(String.class)).toList();
	}

}
