package io.github.queuesqlite;

import java.lang.reflect.Type;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.ObjLongConsumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.github.queuesqlite.message.Failure;
import io.github.queuesqlite.message.GroupProgress;
import io.github.queuesqlite.message.LogEntry;
import io.github.queuesqlite.message.Message;
import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.message.MessagePage;
import io.github.queuesqlite.message.MessageQuery;
import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.message.MessageTree;
import io.github.queuesqlite.message.Names;
import io.github.queuesqlite.message.NewGroup;
import io.github.queuesqlite.message.NewMessage;
import io.github.queuesqlite.message.PayloadException;
import io.github.queuesqlite.message.Progress;
import io.github.queuesqlite.message.QueueException;
import io.github.queuesqlite.message.QueueStats;
import io.github.queuesqlite.message.StateChange;
import io.github.queuesqlite.message.StoreUnavailableException;
import io.github.queuesqlite.message.TaskTotals;
import io.github.queuesqlite.message.Verification;
import io.github.queuesqlite.payload.Payloads;
import io.github.queuesqlite.payload.Payloads.Encoded;
import io.github.queuesqlite.store.CancelResult;
import io.github.queuesqlite.store.FailureCodec;
import io.github.queuesqlite.store.MessageStore;
import io.github.queuesqlite.store.Pauses;
import io.github.queuesqlite.store.StoredMessage;
import io.github.queuesqlite.store.StoredMessageView;
import io.github.queuesqlite.store.StoredMessageView.RunDetails;
import io.github.queuesqlite.store.StoredPage;
import io.github.queuesqlite.task.RateLimit;
import io.github.queuesqlite.task.RetryPolicy;
import io.github.queuesqlite.task.TaskDefinition;
import io.github.queuesqlite.task.TaskRegistry;
import io.github.queuesqlite.worker.FollowUps;
import io.github.queuesqlite.worker.PulledClaim;
import io.github.queuesqlite.worker.WorkerPool;
import org.jspecify.annotations.Nullable;
import org.springframework.core.ParameterizedTypeReference;

/** Hands messages to the store and reads them back; the workers are elsewhere. */
final class DefaultQueueOperations implements QueueOperations {

	private static final int MOST_WEIGHT = 1000;

	/** So many messages one claim takes at most. */
	private static final int MOST_RECEIVED = 1000;

	/** Two handlers must never run under it, whatever hangs. */
	private static final String LOCK = "A lock is free when its handler has returned: cancel its message, or end its"
			+ " process";

	private final StoreAccess access;

	private final MessageStore store;

	private final Waiters waiters;

	private final Intake intake;

	private final Placement placement;

	private final FinalRows finalRows;

	private final CallbackTimer callbackTimer;

	private final Deferrals deferrals;

	private final Overview overview;

	private final Payloads payloads;

	private final TaskRegistry tasks;

	private final RetryPolicy retry;

	private final WorkerPool workers;

	private final Explainer explainer;

	private final Upkeep upkeep;

	private volatile boolean closed;

	/**
	 * Creates the operations of one queue.
	 * @param access the store
	 * @param intake makes drafts
	 * @param placement says where they go
	 * @param callbackTimer watches callbacks
	 * @param deferrals what transactions put off
	 * @param overview counts
	 * @param payloads reads payloads and results
	 * @param tasks what this process hosts
	 * @param retry where sender and task say nothing
	 * @param workers hand out messages
	 * @param explainer says why messages wait
	 * @param upkeep looks after the files
	 */
	DefaultQueueOperations(StoreAccess access, Intake intake, Placement placement, CallbackTimer callbackTimer,
			Deferrals deferrals, Overview overview, Payloads payloads, TaskRegistry tasks, RetryPolicy retry,
			WorkerPool workers, Explainer explainer, Upkeep upkeep) {
		this.access = access;
		this.store = access.store();
		this.finalRows = new FinalRows(this.store);
		this.waiters = access.waiters();
		this.intake = intake;
		this.placement = placement;
		this.callbackTimer = callbackTimer;
		this.deferrals = deferrals;
		this.overview = overview;
		this.payloads = payloads;
		this.tasks = tasks;
		this.retry = retry;
		this.workers = workers;
		this.explainer = explainer;
		this.upkeep = upkeep;
	}

	@Override
	public MessageId enqueue(String task, @Nullable Object payload) {
		return enqueue(NewMessage.to(task).payload(payload));
	}

	@Override
	public MessageId enqueue(NewMessage message) {
		Draft draft = draft(message);
		Deferral deferral = this.deferrals.current();
		return (deferral != null) ? deferral.add(draft) : store(draft, null);
	}

	@Override
	public MessageId enqueue(NewMessage message, Consumer<Message> callback) {
		Objects.requireNonNull(callback, "'callback' must not be null");
		Draft draft = draft(message);
		refuseDuplicate(draft);
		Waiter waiter = new CallbackWaiter(callback, draft.lastDraft(), this.finalRows, this::view,
				this.access.completions(), this.callbackTimer);
		Deferral deferral = this.deferrals.current();
		return (deferral != null) ? deferral.add(draft, waiter) : store(draft, waiter);
	}

	private MessageId store(Draft draft, @Nullable Waiter waiter) {
		return this.access.bounds().admit(draft.bounded(), () -> {
			BlockingHanding handing = new BlockingHanding(this.access, draft);
			handing.start(waiter);
			return handing.await();
		});
	}

	@Override
	public MessageId enqueueGroup(NewGroup group) {
		checkOpen();
		long now = this.intake.now();
		NewGroup accepted = this.intake.accept(group, now);
		Draft draft = this.placement.place(accepted, this.intake.draft(accepted, now));
		Deferral deferral = this.deferrals.current();
		return (deferral != null) ? deferral.add(draft) : store(draft, null);
	}

	@Override
	public Optional<MessageTree> tree(MessageId id) {
		Objects.requireNonNull(id, "'id' must not be null");
		checkOpen();
		return this.store.tree(id.value());
	}

	@Override
	public int cancelTree(MessageId id) {
		Objects.requireNonNull(id, "'id' must not be null");
		checkOpen();
		return this.store.cancelTree(id.value());
	}

	@Override
	public Optional<GroupProgress> group(MessageId id) {
		Objects.requireNonNull(id, "'id' must not be null");
		checkOpen();
		Optional<StoredMessage> row = this.store.find(id.value());
		if (row.isEmpty()) {
			return Optional.empty();
		}
		return this.store.arrivals(id.value()).map((arrivals) -> arrivals.of(id, row.get().state()));
	}

	/** Waits on the caller's thread: who hands in too much is who is slowed down. */
	private CompletableFuture<MessageId> storeNow(Draft draft, @Nullable Waiter waiter) {
		try {
			return CompletableFuture.completedFuture(store(draft, waiter));
		}
		catch (QueueException ex) {
			return CompletableFuture.failedFuture(ex);
		}
	}

	@Override
	public CompletableFuture<MessageId> enqueueAsync(NewMessage message) {
		Draft draft = draft(message);
		Deferral deferral = this.deferrals.current();
		if (deferral != null) {
			return deferral.addAsync(draft);
		}
		if (this.access.bounds().blocks(draft)) {
			return storeNow(draft, null);
		}
		CompletableFuture<MessageId> future = new CompletableFuture<>();
		new AsyncHanding(this.access, draft, future).start(null);
		return future;
	}

	@Override
	public List<MessageId> enqueueAll(Collection<NewMessage> messages) {
		Objects.requireNonNull(messages, "'messages' must not be null");
		checkOpen();
		long now = this.intake.now();
		List<NewMessage> accepted = new ArrayList<>(messages.size());
		for (NewMessage message : messages) {
			accepted.add(this.intake.accept(message, now));
		}
		Deferral deferral = this.deferrals.current();
		return (deferral != null) ? defer(accepted, now, deferral) : storeAll(accepted, now);
	}

	private List<MessageId> defer(List<NewMessage> messages, long now, Deferral deferral) {
		List<Draft> drafts = new ArrayList<>(messages.size());
		messages.forEach((message) -> drafts.add(draft(message, now)));
		List<MessageId> ids = new ArrayList<>(drafts.size());
		drafts.forEach((draft) -> ids.add(deferral.add(draft)));
		return ids;
	}

	private List<MessageId> storeAll(List<NewMessage> messages, long now) {
		Bulk bulk = new Bulk(this.access, messages.size(), Bulk.RowListener.NONE);
		for (NewMessage message : messages) {
			try {
				bulk.add(draft(message, now));
			}
			catch (QueueException ex) {
				bulk.add(ex);
			}
		}
		return bulk.finish();
	}

	@Override
	public <R> CompletableFuture<R> submit(NewMessage message, Class<R> resultType) {
		Objects.requireNonNull(resultType, "'resultType' must not be null");
		return submit(message, (Type) resultType);
	}

	@Override
	public <R> CompletableFuture<R> submit(NewMessage message, ParameterizedTypeReference<R> resultType) {
		Objects.requireNonNull(resultType, "'resultType' must not be null");
		return submit(message, resultType.getType());
	}

	private <R> CompletableFuture<R> submit(NewMessage message, Type resultType) {
		Draft draft = draft(message);
		refuseDuplicate(draft);
		Deferral deferral = this.deferrals.current();
		if (deferral != null) {
			return deferral.submit(draft, (future) -> waiter(future, resultType));
		}
		CompletableFuture<R> future = new CompletableFuture<>();
		ResultWaiter<R> waiter = waiter(future, resultType);
		if (this.access.bounds().blocks(draft)) {
			storeNow(draft, waiter).whenComplete((id, failure) -> {
				if (failure != null) {
					future.completeExceptionally(failure);
				}
				else {
					forgetWhenDone(future, waiter, id);
				}
			});
			return future;
		}
		SubmitHanding handing = new SubmitHanding(this.access, draft);
		handing.start(waiter);
		forgetWhenDone(future, waiter, new MessageId(handing.waitedFor()));
		return future;
	}

	/** Nothing of a chain is stored when its first message is a duplicate. */
	private static void refuseDuplicate(Draft draft) {
		if (draft.last() != 0 && (draft.keys().idempotencyKey() != null || draft.keys().uniqueKey() != null)) {
			throw new IllegalArgumentException("The end of a chain (first task '" + draft.keys().task()
					+ "') cannot be waited for while it is handed in when its first message has an 'idempotencyKey' or"
					+ " a 'uniqueKey': it may be a duplicate, and then there is no last link. Enqueue it instead.");
		}
	}

	private <R> ResultWaiter<R> waiter(CompletableFuture<R> future, Type resultType) {
		return new ResultWaiter<>(future, resultType, this.payloads, this.access.completions());
	}

	private void forgetWhenDone(CompletableFuture<?> future, Waiter waiter, MessageId id) {
		future.whenComplete((result, failure) -> this.waiters.remove(id.value(), waiter));
	}

	@Override
	public <R> @Nullable R await(MessageId id, Class<R> resultType, Duration timeout) {
		Objects.requireNonNull(resultType, "'resultType' must not be null");
		return await(id, (Type) resultType, timeout);
	}

	@Override
	public <R> @Nullable R await(MessageId id, ParameterizedTypeReference<R> resultType, Duration timeout) {
		Objects.requireNonNull(resultType, "'resultType' must not be null");
		return await(id, resultType.getType(), timeout);
	}

	@SuppressWarnings("TypeParameterUnusedInFormals")
	private <R> @Nullable R await(MessageId id, Type resultType, Duration timeout) {
		Objects.requireNonNull(id, "'id' must not be null");
		return this.<R>awaitResults(List.of(id), resultType, timeout).get(0);
	}

	@Override
	public <R> List<@Nullable R> awaitAll(Collection<MessageId> ids, Class<R> resultType, Duration timeout) {
		Objects.requireNonNull(resultType, "'resultType' must not be null");
		return Collections.unmodifiableList(awaitResults(List.copyOf(ids), resultType, timeout));
	}

	@Override
	public Stream<Message> awaitEach(Collection<MessageId> ids, Duration timeout) {
		long deadline = deadline(timeout);
		checkOpen();
		ids.forEach(this.deferrals::refuseWaiting);
		return EndedMessages.of(ids, deadline, this.waiters, this.finalRows, this::view);
	}

	@SuppressWarnings("TypeParameterUnusedInFormals")
	private <R> List<@Nullable R> awaitResults(List<MessageId> ids, Type resultType, Duration timeout) {
		long deadline = deadline(timeout);
		checkOpen();
		ids.forEach(this.deferrals::refuseWaiting);
		Map<MessageId, BlockingWaiter> waiting = new LinkedHashMap<>();
		try {
			for (MessageId id : ids) {
				BlockingWaiter waiter = new BlockingWaiter();
				if (waiting.putIfAbsent(id, waiter) == null) {
					this.waiters.register(id.value(), waiter);
					lookUp(id);
				}
			}
			List<@Nullable R> results = new ArrayList<>(ids.size());
			for (MessageId id : ids) {
				Ending ending = Objects.requireNonNull(waiting.get(id)).await(id, deadline);
				results.add(ending.result(this.payloads, resultType));
			}
			return results;
		}
		finally {
			waiting.forEach((id, waiter) -> this.waiters.remove(id.value(), waiter));
		}
	}

	private void lookUp(MessageId id) {
		if (this.waiters.isHandingIn(id.value())) {
			return;
		}
		try {
			this.waiters.lookUp(id.value());
		}
		catch (QueueException ex) {
			if (Thread.currentThread().isInterrupted()) {
				throw new QueueException("Interrupted while waiting for the end of message " + id, id, ex);
			}
			throw ex;
		}
	}

	@Override
	public Optional<Message> find(MessageId id) {
		Objects.requireNonNull(id, "'id' must not be null");
		checkOpen();
		return this.store.find(id.value()).map(this::reported);
	}

	@Override
	public Optional<Message> findByKey(String idempotencyKey) {
		Objects.requireNonNull(idempotencyKey, "'idempotencyKey' must not be null");
		checkOpen();
		return this.store.findByKey(idempotencyKey).map(this::reported);
	}

	@Override
	public List<Message> list(MessageQuery query) {
		Objects.requireNonNull(query, "'query' must not be null");
		checkOpen();
		return reported(this.store.list(query));
	}

	@Override
	public MessagePage browse(MessageQuery query) {
		Objects.requireNonNull(query, "'query' must not be null");
		checkOpen();
		StoredPage page = this.store.browse(query);
		return new MessagePage(reported(page.messages()),
				(page.next() != StoredPage.END) ? new MessageId(page.next()) : null);
	}

	@Override
	public List<Message> endedLately(MessageState state, int limit) {
		if (!state.isEnded()) {
			throw new IllegalArgumentException("'state' must be one in which messages end, was " + state);
		}
		checkOpen();
		return reported(this.store.endedLately(state, MessageQuery.all().limit(limit).limit()));
	}

	@Override
	public Explanation explain(MessageId id) {
		Objects.requireNonNull(id, "'id' must not be null");
		checkOpen();
		return this.explainer.explain(id);
	}

	@Override
	public List<Failure> failures(MessageId id) {
		Objects.requireNonNull(id, "'id' must not be null");
		checkOpen();
		return this.store.failures(id.value()).stream().map(FailureCodec::toFailure).toList();
	}

	@Override
	public List<LogEntry> log(MessageId id) {
		Objects.requireNonNull(id, "'id' must not be null");
		checkOpen();
		return this.store.log(id.value());
	}

	@Override
	public List<StateChange> history(MessageId id) {
		Objects.requireNonNull(id, "'id' must not be null");
		checkOpen();
		return this.store.history(id.value());
	}

	private Message reported(StoredMessage row) {
		return reported(List.of(row)).get(0);
	}

	/** With who runs them and what their handlers said, if any has begun. */
	private List<Message> reported(List<StoredMessage> rows) {
		List<StoredMessage> begun = rows.stream().filter((row) -> row.run() > 0).toList();
		if (begun.isEmpty()) {
			return rows.stream().map(this::view).toList();
		}
		Map<Long, Progress> progress = this.store.progress(begun);
		List<StoredMessage> running = begun.stream().filter((row) -> row.state() == MessageState.RUNNING).toList();
		Map<Long, String> owners = running.isEmpty() ? Map.of() : this.store.owners(running);
		Map<Long, String> threads = running.isEmpty() ? Map.of()
				: this.workers.handlerThreads(running.stream().map(StoredMessage::runKey).collect(Collectors.toSet()));
		return rows.stream()
			.map((row) -> view(row,
					new RunDetails(progress.get(row.id()), owners.get(row.id()), threads.get(row.id()))))
			.toList();
	}

	private Message view(StoredMessage row) {
		return view(row, RunDetails.NONE);
	}

	private Message view(StoredMessage row, RunDetails run) {
		return new StoredMessageView(row, this.payloads, maxAttempts(row.task()), run);
	}

	private @Nullable Integer maxAttempts(String name) {
		TaskDefinition<?> task = this.tasks.find(name).orElse(null);
		if (task == null) {
			return null;
		}
		RetryPolicy policy = task.retryPolicy();
		return ((policy != null) ? policy : this.retry).maxAttempts();
	}

	@Override
	public boolean cancel(MessageId id) {
		Objects.requireNonNull(id, "'id' must not be null");
		checkOpen();
		return this.store.cancel(id.value()) != CancelResult.UNCHANGED;
	}

	@Override
	public boolean retry(MessageId id) {
		Objects.requireNonNull(id, "'id' must not be null");
		checkOpen();
		return this.store.retry(id.value());
	}

	@Override
	public int retryAll(MessageQuery query) {
		Objects.requireNonNull(query, "'query' must not be null");
		checkOpen();
		return this.store.retryAll(query);
	}

	@Override
	public boolean delete(MessageId id) {
		Objects.requireNonNull(id, "'id' must not be null");
		checkOpen();
		return this.store.delete(id.value());
	}

	@Override
	public int purge(MessageQuery query) {
		Objects.requireNonNull(query, "'query' must not be null");
		checkOpen();
		return this.store.purge(query);
	}

	@Override
	public boolean updatePayload(MessageId id, Object payload) {
		Objects.requireNonNull(id, "'id' must not be null");
		Objects.requireNonNull(payload, "'payload' must not be null");
		checkOpen();
		Encoded encoded = this.intake.payload(payload);
		return this.store.updatePayload(id.value(), encoded.codec(), encoded.bytes());
	}

	@Override
	public boolean reschedule(MessageId id, Instant runAt) {
		Objects.requireNonNull(id, "'id' must not be null");
		Objects.requireNonNull(runAt, "'runAt' must not be null");
		checkOpen();
		return this.store.reschedule(id.value(), this.intake.runAt(runAt));
	}

	@Override
	public void pauseAll() {
		checkOpen();
		this.store.pauseAll(Pauses.UNTIL_RESUMED);
	}

	@Override
	public void pauseAll(Instant until) {
		long end = this.intake.until(until);
		checkOpen();
		this.store.pauseAll(end);
	}

	@Override
	public void resumeAll() {
		checkOpen();
		this.store.resumeAll();
	}

	@Override
	public void pause(String queue) {
		pause(Names.check("queue", queue), this.store::pause);
	}

	@Override
	public void pause(String queue, Instant until) {
		pause(Names.check("queue", queue), until, this.store::pause);
	}

	@Override
	public void resume(String queue) {
		resume(Names.check("queue", queue), this.store::resume);
	}

	@Override
	public void pauseTask(String task) {
		pause(Names.check("task", task), this.store::pauseTask);
	}

	@Override
	public void pauseTask(String task, Instant until) {
		pause(Names.check("task", task), until, this.store::pauseTask);
	}

	@Override
	public void resumeTask(String task) {
		resume(Names.check("task", task), this.store::resumeTask);
	}

	@Override
	public void pauseKey(String key) {
		pause(Names.checkKey("key", key), this.store::pauseKey);
	}

	@Override
	public void pauseKey(String key, Instant until) {
		pause(Names.checkKey("key", key), until, this.store::pauseKey);
	}

	@Override
	public void resumeKey(String key) {
		resume(Names.checkKey("key", key), this.store::resumeKey);
	}

	private void pause(String name, ObjLongConsumer<String> pause) {
		checkOpen();
		// The workers hear of it from the store before this returns.
		pause.accept(name, Pauses.UNTIL_RESUMED);
	}

	private void pause(String name, Instant until, ObjLongConsumer<String> pause) {
		long end = this.intake.until(until);
		checkOpen();
		pause.accept(name, end);
	}

	private void resume(String name, Consumer<String> resume) {
		checkOpen();
		resume.accept(name);
	}

	@Override
	public boolean changeLimit(String name, @Nullable Integer most) {
		Objects.requireNonNull(name, "'name' must not be null");
		if (!name.startsWith("task:") && !name.startsWith("keys:") && !name.startsWith("rate:")) {
			throw new IllegalArgumentException("'name' must begin with task:, keys: or rate:, was '"
					+ Names.oneLine(name) + "'" + (name.startsWith("lock:") ? ". " + LOCK : ""));
		}
		if (most != null && most < 1) {
			throw new IllegalArgumentException("'most' must be at least 1, was " + most);
		}
		if (most != null && most > RateLimit.MAX_COUNT && name.startsWith("rate:")) {
			throw new IllegalArgumentException(
					"'most' must be at most " + RateLimit.MAX_COUNT + " for a rate, was " + most);
		}
		checkOpen();
		return this.store.changeLimit(name, most);
	}

	@Override
	public void weigh(String concurrencyKey, int weight) {
		Names.checkKey("concurrencyKey", concurrencyKey);
		if (weight < 1 || weight > MOST_WEIGHT) {
			throw new IllegalArgumentException("'weight' must be from 1 to " + MOST_WEIGHT + ", was " + weight);
		}
		checkOpen();
		this.store.weigh(concurrencyKey, weight);
		this.store.demandChanged();
	}

	@Override
	public long length() {
		checkOpen();
		return this.overview.length();
	}

	@Override
	public long length(String queue) {
		Objects.requireNonNull(queue, "'queue' must not be null");
		checkOpen();
		return this.overview.length(queue);
	}

	@Override
	public QueueStats stats() {
		checkOpen();
		return this.overview.stats();
	}

	@Override
	public List<TaskTotals> totals() {
		checkOpen();
		return this.store.totals();
	}

	@Override
	public List<ClaimedMessage> receive(String queue, int max, Duration wait) {
		Names.check("queue", queue);
		if (max < 1 || max > MOST_RECEIVED) {
			throw new IllegalArgumentException("'max' must be from 1 to " + MOST_RECEIVED + ", was " + max);
		}
		Objects.requireNonNull(wait, "'wait' must not be null");
		if (wait.isNegative()) {
			throw new IllegalArgumentException("'wait' must be at least 0, was " + wait);
		}
		checkOpen();
		return claimed(this.workers.receive(queue, max, atMost(wait)));
	}

	@Override
	public Optional<ClaimedMessage> receive(MessageId id) {
		Objects.requireNonNull(id, "'id' must not be null");
		checkOpen();
		return this.store.find(id.value())
			.filter((message) -> message.state() == MessageState.READY)
			.flatMap((message) -> claimed(this.workers.receive(message)).stream().findFirst());
	}

	private List<ClaimedMessage> claimed(List<PulledClaim> claims) {
		List<ClaimedMessage> claimed = new ArrayList<>(claims.size());
		for (PulledClaim claim : claims) {
			claimed.add(new DefaultClaimedMessage(claim, this.payloads, this.access.completions()));
		}
		return claimed;
	}

	@Override
	public Verification verify() {
		checkOpen();
		return this.upkeep.verify();
	}

	@Override
	public void compact() {
		checkOpen();
		this.upkeep.compact();
	}

	@Override
	public Path backup(Path directory) {
		Objects.requireNonNull(directory, "'directory' must not be null");
		checkOpen();
		return this.upkeep.backup(directory);
	}

	@Override
	public boolean drain(Duration timeout) {
		long deadline = deadline(timeout);
		checkOpen();
		return this.overview.drain(deadline);
	}

	/** Takes in what handlers enqueue with the ends of their runs. */
	FollowUps followUps() {
		return new PreparedFollowUps(this.intake, this.access);
	}

	/** Refuses whatever is asked from now on. */
	void close() {
		this.closed = true;
	}

	private Draft draft(NewMessage message) {
		checkOpen();
		long now = this.intake.now();
		return draft(this.intake.accept(message, now), now);
	}

	private Draft draft(NewMessage accepted, long now) {
		return this.placement.place(accepted, this.intake.draft(accepted, now));
	}

	private void checkOpen() {
		if (this.closed) {
			throw new StoreUnavailableException("The queue is closed", null);
		}
	}

	private static long deadline(Duration timeout) {
		Objects.requireNonNull(timeout, "'timeout' must not be null");
		return System.nanoTime() + atMost(timeout).toNanos();
	}

	/** Farther than anybody waits, near enough for nanoseconds in a long. */
	private static Duration atMost(Duration wait) {
		Duration most = Duration.ofDays(365);
		return (wait.compareTo(most) > 0) ? most : wait;
	}

}
