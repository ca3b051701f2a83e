package io.github.queuesqlite.store;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.LongStream;
import java.util.stream.Stream;

import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.message.MessageQuery;
import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.message.QueueStats;
import io.github.queuesqlite.message.TaskTotals;
import io.github.queuesqlite.store.MessageStoreContract.Settings;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Looking: find, list and its filters and pages, counters, shards. */
abstract class ReadContract extends StoreSubject {

	ReadContract(Function<Settings, MessageStore> opener) {
		super(opener);
	}

	@Test
	void findWhenAbsentReturnsEmpty() {
		assertThat(this.store.find(1)).isEmpty();
		assertThat(this.store.find(0)).isEmpty();
		assertThat(this.store.find(Long.MAX_VALUE)).isEmpty();
		assertThat(this.store.find(this.store.assignIds(this.instance, 1)[0])).isEmpty();
		assertThat(this.store.failures(Long.MAX_VALUE)).isEmpty();
	}

	@Test
	void findAllReturnsThoseThatAreStored() {
		List<Long> ids = new ArrayList<>();
		for (int i = 0; i < 30; i++) {
			ids.add(insert(Draft.of(TASK).idempotencyKey("k" + i)));
		}
		List<Long> asked = new ArrayList<>(ids);
		asked.add(1L);
		asked.add(Long.MAX_VALUE);
		assertThat(ids(this.store.findAll(asked))).containsExactlyInAnyOrderElementsOf(ids);
		assertThat(this.store.findAll(List.of())).isEmpty();
	}

	@Test
	void findAllWhenIdsRepeatReturnsEachMessageOnce() {
		long id = insert(Draft.of(TASK));
		assertThat(ids(this.store.findAll(List.of(id, id, id)))).containsExactly(id);
	}

	@Test
	void findAllWhenIdsAreManyReturnsAll() {
		List<Long> ids = insertAll(Draft.of(TASK).times(3000));
		List<Long> asked = new ArrayList<>(ids);
		LongStream.range(0, 5000).forEach(asked::add);
		assertThat(this.store.findAll(asked)).hasSize(3000);
	}

	@Test
	void listReturnsMessagesOfAllShardsInOrderOfIds() {
		for (int i = 0; i < 60; i++) {
			insert(Draft.of(TASK).idempotencyKey("k" + i).priority(i % 3));
		}
		List<StoredMessage> listed = this.store.list(MessageQuery.all());
		assertThat(listed).hasSize(60);
		assertThat(ids(listed)).isSorted();
		assertThat(this.store.list(MessageQuery.all().limit(7))).usingRecursiveComparison()
			.isEqualTo(listed.subList(0, 7));
	}

	@Test
	void listWhenPagedReturnsEachMessageOnce() {
		List<Long> ids = new ArrayList<>();
		for (int i = 0; i < 50; i++) {
			ids.add(insert(Draft.of(TASK).idempotencyKey("k" + i)));
		}
		List<Long> paged = new ArrayList<>();
		MessageQuery page = MessageQuery.all().limit(7);
		for (List<StoredMessage> found = this.store.list(page); !found.isEmpty(); found = this.store.list(page)) {
			assertThat(found).hasSizeLessThanOrEqualTo(7);
			paged.addAll(ids(found));
			page = page.after(new MessageId(found.get(found.size() - 1).id()));
		}
		assertThat(paged).containsExactlyElementsOf(ids.stream().sorted().toList());
	}

	@Test
	void browseWhenPagedReturnsEachMessageOnceNewestFirst() {
		List<Long> ids = new ArrayList<>();
		for (int i = 0; i < 50; i++) {
			ids.add(insert(Draft.of(TASK).idempotencyKey("k" + i)));
		}
		ids.sort(Comparator.reverseOrder());
		assertThat(browsed(MessageQuery.all().limit(7))).isEqualTo(ids);
		assertThat(browsed(MessageQuery.all().limit(50))).isEqualTo(ids);
		assertThat(browsed(MessageQuery.all().limit(1000))).isEqualTo(ids);
		assertThat(this.store.browse(MessageQuery.all().limit(1000)).next()).isEqualTo(StoredPage.END);
	}

	private List<Long> browsed(MessageQuery query) {
		List<Long> browsed = new ArrayList<>();
		StoredPage page = this.store.browse(query);
		browsed.addAll(ids(page.messages()));
		while (page.next() != StoredPage.END) {
			assertThat(page.messages()).hasSizeLessThanOrEqualTo(query.limit());
			page = this.store.browse(query.after(new MessageId(page.next())));
			browsed.addAll(ids(page.messages()));
		}
		return browsed;
	}

	@Test
	void browseWhenThereIsNothingEndsAtOnce() {
		assertThat(this.store.browse(MessageQuery.all())).isEqualTo(new StoredPage(List.of(), StoredPage.END));
	}

	@Test
	void browseWhenMatchesAreFarBackGoesOnInSteps() {
		long first = insert(Draft.of("rare").idempotencyKey("one"));
		pass(10);
		long second = insert(Draft.of("rare").idempotencyKey("two"));
		pass(10);
		insertAll(Draft.of(TASK).times(50_000));
		StoredPage page = this.store.browse(MessageQuery.all().task("rare"));
		assertThat(page.messages()).isEmpty();
		assertThat(page.next()).isGreaterThan(second);
		assertThat(browsed(MessageQuery.all().task("rare"))).containsExactly(second, first);
		assertThat(browsed(MessageQuery.all().task("rare").limit(1))).containsExactly(second, first);
	}

	@Test
	void browseWhenShardsAreUnevenReturnsEachMessageOnce() {
		List<Long> ids = new ArrayList<>();
		for (int i = 0; i < 20; i++) {
			ids.add(insert(Draft.of("rare").idempotencyKey("k" + i)));
			pass(1);
		}
		int crowded = IdLayout.shard(ids.get(0));
		List<Insertion> rows = new ArrayList<>();
		for (int inserted = 0; inserted < 25_000;) {
			long id = this.store.assignIds(this.instance, 1)[0];
			if (IdLayout.shard(id) == crowded) {
				rows.add(Draft.of(TASK).insertion(id, now()));
				inserted++;
			}
			if (rows.size() == 1000) {
				insertRows(List.copyOf(rows)).get();
				rows.clear();
			}
		}
		ids.sort(Comparator.reverseOrder());
		StoredPage page = this.store.browse(MessageQuery.all().task("rare"));
		assertThat(page.messages()).isEmpty();
		assertThat(page.next()).isGreaterThan(ids.get(0));
		assertThat(browsed(MessageQuery.all().task("rare"))).isEqualTo(ids);
	}

	@Test
	void browseFiltersAsListDoes() {
		insert(Draft.of(TASK));
		long scheduled = insert(Draft.of(TASK).delay(1000).tags("red"));
		long dead = ended(Draft.of("b").queue("x"), MessageState.DEAD);
		assertThat(browsed(MessageQuery.all().state(MessageState.DEAD, MessageState.SCHEDULED))).hasSize(2)
			.containsExactlyInAnyOrder(dead, scheduled);
		assertThat(browsed(MessageQuery.all().queue("x").task("b"))).containsExactly(dead);
		assertThat(browsed(MessageQuery.all().tag("red"))).containsExactly(scheduled);
	}

	@Test
	void listFiltersByWholeKeyWhicheverItIs() {
		List<Long> ids = List.of(insert(Draft.of(TASK).idempotencyKey("4711")),
				insert(Draft.of(TASK).uniqueKey("4711")), insert(Draft.of(TASK).orderingKey("4711")),
				insert(Draft.of(TASK).concurrencyKey("4711")));
		long ended = ended(Draft.of("other").uniqueKey("4711"), MessageState.DEAD);
		insert(Draft.of(TASK)
			.idempotencyKey("47110")
			.attributes(Draft.attributes("4711", Map.of("4711", "4711"), Map.of("concurrencyKey", "4711"), "4711")));
		insert(Draft.of(TASK));
		List<Long> all = Stream.concat(ids.stream(), Stream.of(ended)).toList();
		assertThat(ids(this.store.list(MessageQuery.all().key("4711")))).containsExactlyInAnyOrderElementsOf(all);
		assertThat(browsed(MessageQuery.all().key("4711"))).containsExactlyInAnyOrderElementsOf(all);
		assertThat(ids(this.store.list(MessageQuery.all().key("4711").state(MessageState.DEAD))))
			.containsExactly(ended);
		assertThat(this.store.list(MessageQuery.all().key("471"))).isEmpty();
		assertThat(this.store.list(MessageQuery.all().key("%"))).isEmpty();
		assertThat(this.store.purge(MessageQuery.all().key("4711").task("other"))).isOne();
		assertThat(ids(this.store.list(MessageQuery.all().key("4711")))).containsExactlyInAnyOrderElementsOf(ids);
	}

	@Test
	void browseWhenTheKeyIsFarBackFindsAtOnceWhatAnIndexHas() {
		long completed = ended(Draft.of(TASK).idempotencyKey("4711"), MessageState.COMPLETED);
		List<Long> live = List.of(insert(Draft.of(TASK).uniqueKey("4711")), insert(Draft.of(TASK).orderingKey("4711")),
				insert(Draft.of(TASK).concurrencyKey("4711")));
		long walked = ended(Draft.of("other").uniqueKey("4711"), MessageState.DEAD);
		pass(10);
		insertAll(Draft.of(TASK).times(50_000));
		List<Long> known = Stream.concat(live.stream(), Stream.of(completed))
			.sorted(Comparator.reverseOrder())
			.toList();
		StoredPage page = this.store.browse(MessageQuery.all().key("4711"));
		assertThat(ids(page.messages())).isEqualTo(known);
		assertThat(page.next()).isGreaterThan(walked);
		assertThat(ids(this.store.browse(MessageQuery.all().key("4711").limit(2)).messages()))
			.isEqualTo(known.subList(0, 2));
		assertThat(ids(this.store.browse(MessageQuery.all().key("4711").state(MessageState.COMPLETED)).messages()))
			.containsExactly(completed);
		assertThat(browsed(MessageQuery.all().key("4711"))).contains(walked);
		assertThat(this.store.browse(MessageQuery.all().key("4711").after(new MessageId(page.next()))).messages())
			.noneMatch((message) -> message.id() > page.next());
	}

	@Test
	void endedLatelyReturnsTheLatestEndFirstHoweverItIsKept() {
		List<Long> dead = new ArrayList<>();
		for (int i = 0; i < 12; i++) {
			Draft draft = Draft.of(TASK);
			dead.add(0, ended((i % 2 == 0) ? draft : draft.idempotencyKey("k" + i), MessageState.DEAD));
			pass(10);
		}
		ended(Draft.of(TASK), MessageState.COMPLETED);
		assertThat(ids(this.store.endedLately(MessageState.DEAD, 1000))).isEqualTo(dead);
		assertThat(ids(this.store.endedLately(MessageState.DEAD, 5))).isEqualTo(dead.subList(0, 5));
		assertThat(this.store.endedLately(MessageState.EXPIRED, 5)).isEmpty();
	}

	@Test
	void listWhenDefaultLimitReturnsHundred() {
		insertAll(Draft.of(TASK).times(150));
		assertThat(this.store.list(MessageQuery.all())).hasSize(100);
		assertThat(this.store.list(MessageQuery.all().limit(1000))).hasSize(150);
	}

	@Test
	void listFiltersByState() {
		long ready = insert(Draft.of("other"));
		long scheduled = insert(Draft.of(TASK).delay(1000));
		long completed = ended(Draft.of(TASK), MessageState.COMPLETED);
		long dead = ended(Draft.of(TASK), MessageState.DEAD);
		long cancelled = ended(Draft.of(TASK), MessageState.CANCELLED);
		long expired = ended(Draft.of(TASK), MessageState.EXPIRED);
		long running = running(Draft.of(TASK)).id();
		Map.of(MessageState.READY, ready, MessageState.SCHEDULED, scheduled, MessageState.COMPLETED, completed,
				MessageState.DEAD, dead, MessageState.CANCELLED, cancelled, MessageState.EXPIRED, expired,
				MessageState.RUNNING, running)
			.forEach((state, id) -> assertThat(ids(this.store.list(MessageQuery.all().state(state))))
				.containsExactly(id));
		assertThat(this.store.list(MessageQuery.all().state(MessageState.READY, MessageState.DEAD))).hasSize(2);
		assertThat(this.store.list(MessageQuery.all().state(MessageState.values()))).hasSize(7);
	}

	@Test
	void listFiltersByQueueAndTask() {
		long one = insert(Draft.of("a").queue("x"));
		long two = insert(Draft.of("b").queue("x"));
		long three = insert(Draft.of("a").queue("y"));
		assertThat(ids(this.store.list(MessageQuery.all().queue("x")))).containsExactlyInAnyOrder(one, two);
		assertThat(ids(this.store.list(MessageQuery.all().task("a")))).containsExactlyInAnyOrder(one, three);
		assertThat(ids(this.store.list(MessageQuery.all().queue("x").task("a")))).containsExactly(one);
		assertThat(this.store.list(MessageQuery.all().queue("X"))).isEmpty();
		assertThat(this.store.list(MessageQuery.all().task("%"))).isEmpty();
	}

	@Test
	void listFiltersByWholeTag() {
		long one = insert(Draft.of(TASK).tags("red", "big"));
		long two = insert(Draft.of(TASK).tags("redish", "100%"));
		insert(Draft.of(TASK)
			.attributes(Draft.attributes("red", Map.of("red", "big"), Map.of("tags", List.of("red")), "other")));
		insert(Draft.of(TASK));
		assertThat(ids(this.store.list(MessageQuery.all().tag("red")))).containsExactly(one);
		assertThat(ids(this.store.list(MessageQuery.all().tag("big")))).containsExactly(one);
		assertThat(ids(this.store.list(MessageQuery.all().tag("100%")))).containsExactly(two);
		assertThat(this.store.list(MessageQuery.all().tag("%"))).isEmpty();
		assertThat(this.store.list(MessageQuery.all().tag("re"))).isEmpty();
		assertThat(this.store.list(MessageQuery.all().tag("Red"))).isEmpty();
	}

	@Test
	void listFiltersByCreationExclusively() {
		long first = insert(Draft.of(TASK));
		long firstAt = now();
		pass(1000);
		long second = insert(Draft.of(TASK));
		long secondAt = now();
		assertThat(ids(this.store.list(MessageQuery.all().createdAfter(Instant.ofEpochMilli(firstAt)))))
			.containsExactly(second);
		assertThat(ids(this.store.list(MessageQuery.all().createdBefore(Instant.ofEpochMilli(secondAt)))))
			.containsExactly(first);
		assertThat(this.store.list(MessageQuery.all()
			.createdAfter(Instant.ofEpochMilli(firstAt))
			.createdBefore(Instant.ofEpochMilli(secondAt)))).isEmpty();
		assertThat(this.store.list(MessageQuery.all().createdAfter(Instant.ofEpochMilli(firstAt - 1)))).hasSize(2);
		assertThat(this.store.list(MessageQuery.all().createdAfter(Instant.MAX))).isEmpty();
		assertThat(this.store.list(MessageQuery.all().createdAfter(Instant.MIN))).hasSize(2);
	}

	@Test
	void listFiltersByEndExclusivelyAndLeavesOutWhatHasNotEnded() {
		long first = insert(Draft.of(TASK));
		long second = insert(Draft.of(TASK));
		long retried = insert(Draft.of(TASK));
		insert(Draft.of(TASK));
		this.store.cancel(second);
		this.store.cancel(retried);
		this.store.retry(retried);
		long secondAt = now();
		pass(1000);
		this.store.cancel(first);
		long firstAt = now();
		assertThat(ids(this.store.list(MessageQuery.all().endedAfter(Instant.ofEpochMilli(secondAt)))))
			.containsExactly(first);
		assertThat(ids(this.store.list(MessageQuery.all().endedBefore(Instant.ofEpochMilli(firstAt)))))
			.containsExactly(second);
		MessageQuery ended = MessageQuery.all().endedAfter(Instant.MIN).endedBefore(Instant.MAX);
		assertThat(ids(this.store.list(ended))).containsExactlyInAnyOrder(first, second);
		assertThat(browsed(ended)).containsExactlyInAnyOrder(first, second);
		assertThat(this.store.list(MessageQuery.all().endedAfter(Instant.ofEpochMilli(firstAt)))).isEmpty();
		assertThat(this.store.purge(MessageQuery.all().endedBefore(Instant.ofEpochMilli(firstAt)))).isOne();
		assertThat(ids(this.store.list(ended))).containsExactly(first);
	}

	@Test
	void listFiltersByAfterExclusively() {
		List<Long> ids = insertAll(Draft.of(TASK).times(5));
		assertThat(ids(this.store.list(MessageQuery.all().after(new MessageId(ids.get(2))))))
			.containsExactly(ids.get(3), ids.get(4));
	}

	@Test
	void countsNamesOnlyWhatExists() {
		assertThat(this.store.counts()).isEmpty();
		insert(Draft.of("a").queue("x"));
		insert(Draft.of("a").queue("x"));
		insert(Draft.of("b").queue("x").delay(1000));
		assertThat(this.store.counts()).containsExactlyInAnyOrder(new QueueStats.Count("x", "a", MessageState.READY, 2),
				new QueueStats.Count("x", "b", MessageState.SCHEDULED, 1));
		this.store.purge(MessageQuery.all());
		assertThat(this.store.counts()).isEmpty();
	}

	@Test
	void totalsRiseWithWhatHappensAndStayWhenItIsDeleted() {
		ended(Draft.of(TASK), MessageState.COMPLETED);
		ended(Draft.of(TASK), MessageState.DEAD);
		ended(Draft.of(TASK), MessageState.CANCELLED);
		settle(retryAt(running(Draft.of(TASK)), now()));
		insertAll(Draft.of("other").queue("x").times(40));
		List<TaskTotals> totals = List.of(new TaskTotals(QUEUE, TASK, 4, 1, 1, 1),
				new TaskTotals("x", "other", 40, 0, 0, 0));
		assertThat(this.store.totals()).containsExactlyInAnyOrderElementsOf(totals);
		this.store.purge(MessageQuery.all());
		assertThat(this.store.totals()).containsExactlyInAnyOrderElementsOf(totals);
		reopen();
		assertThat(this.store.totals()).containsExactlyInAnyOrderElementsOf(totals);
	}

	@Test
	void countsAddsUpAllShards() {
		for (int i = 0; i < 40; i++) {
			insert(Draft.of(TASK).idempotencyKey("k" + i));
		}
		assertThat(this.store.counts()).containsExactly(new QueueStats.Count(QUEUE, TASK, MessageState.READY, 40));
		reopen();
		assertThat(this.store.counts()).containsExactly(new QueueStats.Count(QUEUE, TASK, MessageState.READY, 40));
	}

	@Test
	void countsWhenManyThreadsChangeEverythingStaysExact() throws Exception {
		List<java.util.concurrent.Callable<Integer>> tasks = new ArrayList<>();
		for (int thread = 0; thread < 6; thread++) {
			int kind = thread;
			tasks.add(() -> {
				for (int i = 0; i < 40; i++) {
					long id = insert(Draft.of("t" + i % 3).delay((i % 2) * 10).timeToLive((i % 5 == 0) ? 20L : null));
					switch (kind) {
						case 0 -> this.store.cancel(id);
						case 1 -> this.store.delete(id);
						case 2 -> this.store.promoteDue();
						case 3 -> this.store.purge(MessageQuery.all().state(MessageState.COMPLETED));
						case 4 -> this.store.retryAll(MessageQuery.all().state(MessageState.CANCELLED));
						default -> pass(3);
					}
					this.store.claim(this.instance, QUEUE, Set.of("t0", "t1", "t2"), 2)
						.forEach(
								(message) -> settle((kind % 2 == 0) ? complete(message) : retryAt(message, now() + 5)));
				}
				return 0;
			});
		}
		together(tasks);
		assertCountersMatchRows();
	}

	@Test
	void shardStatsShowsEachShardInOrder() {
		List<QueueStats.ShardStats> shards = this.store.shardStats();
		assertThat(shards).isNotEmpty();
		for (int i = 0; i < shards.size(); i++) {
			assertThat(shards.get(i).shard()).isEqualTo(i);
			assertThat(shards.get(i).accepting()).isTrue();
			assertThat(shards.get(i).reason()).isEmpty();
			assertThat(shards.get(i).pending()).isZero();
			assertThat(shards.get(i).file()).isNotBlank();
			assertThat(shards.get(i).fileSize()).isNotNegative();
			assertThat(shards.get(i).walSize()).isNotNegative();
		}
	}

	@Test
	void probeWhenAllCanBeWrittenReturnsNothing() {
		await().untilAsserted(() -> assertThat(this.store.probe()).isEmpty());
	}

	@Test
	void checkpointChangesNoMessage() {
		List<Long> ids = insertAll(Draft.of(TASK).times(100));
		this.store.checkpoint();
		assertThat(ids(listAll(MessageQuery.all()))).containsExactlyElementsOf(ids);
		assertThat(ids(claim(100))).containsExactlyElementsOf(ids);
	}

}
