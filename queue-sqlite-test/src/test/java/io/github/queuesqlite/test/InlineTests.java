package io.github.queuesqlite.test;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.message.NewMessage;
import io.github.queuesqlite.schedule.Schedule;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.transaction.support.TransactionTemplate;

import static org.assertj.core.api.Assertions.assertThat;

@Timeout(300)
class InlineTests {

	@AutoClose
	private final TestQueue queue = TestQueue.create(RunMode.INLINE);

	private final List<String> ran = Collections.synchronizedList(new ArrayList<>());

	private void register() {
		this.queue.tasks().register("mail", String.class, (payload, context) -> {
			this.ran.add(payload);
			return "did " + payload;
		});
	}

	@Test
	void whatIsEnqueuedHasRunOnTheSameThread() {
		AtomicReference<Thread> thread = new AtomicReference<>();
		this.queue.tasks().register("mail", String.class, (payload, context) -> {
			thread.set(Thread.currentThread());
			return null;
		});
		MessageId id = this.queue.operations().enqueue("mail", "ada");
		assertThat(thread).hasValue(Thread.currentThread());
		assertThat(this.queue).message(id).isCompleted();
	}

	@Test
	void everyWayToEnqueueRuns() throws Exception {
		register();
		this.queue.operations()
			.enqueueAll(List.of(NewMessage.to("mail").payload("a"), NewMessage.to("mail").payload("b")));
		assertThat(this.ran).containsExactly("a", "b");
		assertThat(this.queue.operations()
			.submit(NewMessage.to("mail").payload("c"), String.class)
			.get(60, TimeUnit.SECONDS)).isEqualTo("did c");
		this.queue.operations().enqueueAsync(NewMessage.to("mail").payload("d"));
		assertThat(this.ran).containsExactly("a", "b", "c", "d");
	}

	@Test
	void whatAHandlerEnqueuesRunsBehindIt() {
		register();
		this.queue.tasks().register("first", String.class, (payload, context) -> {
			this.queue.operations().enqueue("mail", "behind");
			this.ran.add("first");
			return null;
		});
		this.queue.operations().enqueue("first", "x");
		assertThat(this.ran).containsExactly("first", "behind");
	}

	@Test
	void delayedMessagesAndSchedulesRunAtTheirTime() {
		List<Instant> times = new ArrayList<>();
		this.queue.tasks()
			.register("tick", String.class, (payload, context) -> times.add(this.queue.clock().instant()));
		Instant start = this.queue.clock().instant();
		this.queue.operations().enqueue(NewMessage.to("tick").payload("t").delay(Duration.ofMinutes(15)));
		this.queue.schedules()
			.create(Schedule.of("ticks", NewMessage.to("tick").payload("t"))
				.every(Duration.ofMinutes(10))
				.startAt(start));
		this.queue.advance(Duration.ofMinutes(35));
		assertThat(times).containsExactly(start, start.plus(Duration.ofMinutes(10)), start.plus(Duration.ofMinutes(15)),
				start.plus(Duration.ofMinutes(20)), start.plus(Duration.ofMinutes(30)));
		assertThat(this.queue.clock().instant()).isEqualTo(start.plus(Duration.ofMinutes(35)));
	}

	@Test
	void handlerThatFailsFailsItsMessageOnly() {
		this.queue.tasks().register("mail", String.class, (payload, context) -> {
			throw new IllegalStateException("no server");
		});
		MessageId id = this.queue.operations().enqueue(NewMessage.to("mail").payload("ada").maxRetries(1));
		assertThat(this.queue).message(id).isScheduled().hasFailedWith("no server");
		this.queue.drainAll();
		assertThat(this.queue).message(id).isDead();
		this.queue.operations().retry(id);
		assertThat(this.queue).message(id).isScheduled().hasAttempts(1);
	}

	@Test
	void insideATransactionItRunsAfterTheCommitAndOutsideOfIt() {
		JdbcDataSource dataSource = new JdbcDataSource();
		dataSource.setUrl("jdbc:h2:mem:" + System.nanoTime() + ";DB_CLOSE_DELAY=-1");
		JdbcTemplate jdbc = new JdbcTemplate(dataSource);
		jdbc.execute("create table sent (mail varchar(100))");
		TransactionTemplate transactions = new TransactionTemplate(new JdbcTransactionManager(dataSource));
		this.queue.tasks().register("mail", String.class, (payload, context) -> {
			this.ran.add(payload + " in transaction: " + TransactionSynchronizationManager.isActualTransactionActive());
			return transactions.execute((status) -> {
				this.ran.add("new: " + status.isNewTransaction());
				return jdbc.update("insert into sent values (?)", payload);
			});
		});
		transactions.executeWithoutResult((status) -> {
			this.queue.operations().enqueue("mail", "ada");
			this.queue.operations().enqueue("mail", "bob");
			assertThat(this.ran).isEmpty();
			assertThat(this.queue.messages()).isEmpty();
		});
		assertThat(this.ran).containsExactly("ada in transaction: false", "new: true", "bob in transaction: false",
				"new: true");
		assertThat(jdbc.queryForList("select mail from sent", String.class)).containsExactly("ada", "bob");
		assertThat(this.queue).hasCount(MessageState.COMPLETED, 2);
	}

	@Test
	void afterARollbackNothingRuns() {
		register();
		JdbcDataSource dataSource = new JdbcDataSource();
		dataSource.setUrl("jdbc:h2:mem:" + System.nanoTime());
		new TransactionTemplate(new JdbcTransactionManager(dataSource)).executeWithoutResult((status) -> {
			this.queue.operations().enqueue("mail", "ada");
			status.setRollbackOnly();
		});
		assertThat(this.ran).isEmpty();
		assertThat(this.queue).hasEnqueuedNothing();
	}

	@Test
	void operationsOfTheQueueItselfRunNothing() {
		register();
		this.queue.queue().operations().enqueue("mail", "ada");
		assertThat(this.ran).isEmpty();
		this.queue.drain();
		assertThat(this.ran).containsExactly("ada");
	}

}
