package io.github.queuesqlite;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;

import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.message.NewGroup;
import io.github.queuesqlite.message.NewMessage;
import io.github.queuesqlite.message.PartialEnqueueException;
import io.github.queuesqlite.message.QueueException;
import io.github.queuesqlite.message.QueueFullException;
import io.github.queuesqlite.schedule.Schedule;
import io.github.queuesqlite.store.IdLayout;
import org.junit.jupiter.api.Test;
import org.springframework.transaction.support.TransactionTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/** Tests of {@link ShardChooser}. */
class ShardChooserTests extends QueueTester {

	private final List<NewMessage> asked = new CopyOnWriteArrayList<>();

	/** By the tag, which is a number; none for messages without. */
	private OptionalInt choose(NewMessage message, List<ShardChooser.OpenShard> shards) {
		this.asked.add(message);
		return message.tags().stream().mapToInt(Integer::parseInt).findFirst();
	}

	private void openChoosing() {
		open((builder) -> builder.shards(3).shardChooser(this::choose));
	}

	private static int shard(MessageId id) {
		return IdLayout.shard(id.value());
	}

	private NewMessage in(int shard) {
		return message().tags(Integer.toString(shard));
	}

	@Test
	void messageGoesWhereItsChooserSaysHoweverItIsHandedIn() {
		openChoosing();
		for (int shard = 0; shard < 3; shard++) {
			assertThat(shard(this.operations.enqueue(in(shard)))).isEqualTo(shard);
			assertThat(this.operations.enqueueAsync(in(shard))).succeedsWithin(LONG)
				.extracting(ShardChooserTests::shard)
				.isEqualTo(shard);
		}
		List<NewMessage> many = new ArrayList<>();
		for (int i = 0; i < 3000; i++) {
			many.add(in(i % 3));
		}
		List<MessageId> ids = this.operations.enqueueAll(many);
		for (int i = 0; i < 3000; i++) {
			assertThat(shard(ids.get(i))).isEqualTo(i % 3);
		}
		this.operations.submit(in(2), String.class);
		await().until(() -> this.operations.length() == 3007);
		assertThat(all()).allSatisfy((message) -> assertThat(this.operations.find(message.id())).isPresent());
	}

	@Test
	void messageThatATransactionPutsOffGoesThereToo() {
		openChoosing();
		MessageId id = new TransactionTemplate(transactionsOf(this.directory))
			.execute((status) -> this.operations.enqueue(in(2)));
		assertThat(shard(id)).isEqualTo(2);
		assertThat(this.operations.find(id)).isPresent();
	}

	@Test
	void chainsAndGroupsGoWhereTheirFirstSays() {
		openChoosing();
		MessageId first = this.operations.enqueue(in(1).then(in(2)).onFailure(in(0)));
		assertThat(this.operations.tree(first).orElseThrow().nodes()).hasSize(3)
			.allSatisfy((node) -> assertThat(shard(node.id())).isEqualTo(1));
		MessageId group = this.operations.enqueueGroup(NewGroup.of(List.of(in(2), in(0))).then(in(1)));
		assertThat(this.operations.tree(group).orElseThrow().nodes()).hasSize(3)
			.allSatisfy((node) -> assertThat(shard(node.id())).isEqualTo(2));
		assertThat(this.asked).hasSize(2);
	}

	@Test
	void keysAndWhatStandsBesideOthersAreNotAsked() {
		openChoosing();
		this.queue.tasks().register("parent", String.class, (payload, context) -> {
			context.enqueue(in(1));
			return null;
		});
		this.queue.start();
		this.operations.enqueue(in(1).orderingKey("k"));
		this.operations.enqueue(in(1).concurrencyKey("k"));
		this.operations.enqueue(in(1).uniqueKey("k"));
		this.operations.enqueue(in(1).idempotencyKey("k"));
		this.operations.enqueue(message().then(message().orderingKey("k")));
		this.queue.schedules().create(Schedule.of("tick", in(1)).every(Duration.ofDays(1)));
		this.queue.schedules().run("tick");
		assertThat(this.asked).isEmpty();
		MessageId parent = this.operations.enqueue(NewMessage.to("parent").tags("2"));
		this.operations.await(parent, Object.class, LONG);
		assertThat(this.asked).hasSize(1);
		await().untilAsserted(() -> assertThat(all()).filteredOn((message) -> message.tags().contains("1"))
			.filteredOn((message) -> message.id().compareTo(parent) > 0)
			.singleElement()
			.satisfies((message) -> assertThat(shard(message.id())).isEqualTo(2)));
	}

	@Test
	void oneShardIsNotAskedFor() {
		open((builder) -> builder.shards(1).shardChooser(this::choose));
		this.operations.enqueue(in(7));
		assertThat(this.asked).isEmpty();
	}

	@Test
	void chooserThatSaysNothingLeavesItToTheInboxes() {
		openChoosing();
		Set<Integer> shards = new TreeSet<>();
		for (int i = 0; i < 30; i++) {
			shards.add(shard(this.operations.enqueue(message())));
		}
		assertThat(shards).containsExactly(0, 1, 2);
	}

	@Test
	void chooserSeesTheMessageOfTheInterceptorsAndTheOpenShards() {
		List<List<ShardChooser.OpenShard>> seen = new CopyOnWriteArrayList<>();
		open((builder) -> builder.shards(2)
			.enqueueInterceptor((message) -> message.tags("1"))
			.shardChooser((message, shards) -> {
				seen.add(shards);
				return choose(message, shards);
			}));
		assertThat(shard(this.operations.enqueue(message()))).isEqualTo(1);
		assertThat(seen).singleElement()
			.isEqualTo(List.of(new ShardChooser.OpenShard(0, 0), new ShardChooser.OpenShard(1, 0)));
	}

	@Test
	void shardThatIsNotThereIsRefusedAndNothingIsStored() {
		openChoosing();
		for (int shard : new int[] { 3, -1, Integer.MAX_VALUE }) {
			assertThatExceptionOfType(QueueException.class).isThrownBy(() -> this.operations.enqueue(in(shard)))
				.withMessageStartingWith("Shard chooser " + ShardChooserTests.class.getName())
				.withMessageEndingWith(" chose shard " + shard
						+ ", there are [0, 1, 2], for a message of task 'mail.send'. Nothing was stored.");
		}
		assertThat(all()).isEmpty();
	}

	@Test
	void chooserThatFailsFailsItsMessageAlone() {
		openChoosing();
		assertThatExceptionOfType(QueueException.class).isThrownBy(() -> this.operations.enqueue(message().tags("x")))
			.withMessageContaining("failed: java.lang.NumberFormatException")
			.withCauseInstanceOf(NumberFormatException.class);
		assertThatExceptionOfType(PartialEnqueueException.class)
			.isThrownBy(() -> this.operations.enqueueAll(List.of(in(0), message().tags("x"), in(9), in(1))))
			.satisfies((ex) -> assertThat(ex.failed()).containsOnlyKeys(1, 2));
		assertThat(all()).hasSize(2);
	}

	@Test
	@SuppressWarnings("NullAway")
	void chooserThatReturnsNullIsRefused() {
		open((builder) -> builder.shards(2).shardChooser((message, shards) -> null));
		assertThatExceptionOfType(QueueException.class).isThrownBy(() -> this.operations.enqueue(message()))
			.withMessageContaining("returned null, for a message of task 'mail.send'. Nothing was stored.");
	}

	@Test
	void shardThatIsQuarantinedIsReplacedByTheShortest() throws Exception {
		openChoosing();
		this.queue.close();
		Path file = this.directory.resolve("default/queue_shard_1.db");
		byte[] bytes = Files.readAllBytes(file);
		Arrays.fill(bytes, 0, 4096, (byte) 7);
		Files.write(file, bytes);
		openChoosing();
		assertThat(this.operations.stats().shards().get(1).accepting()).isFalse();
		for (int i = 0; i < 10; i++) {
			assertThat(shard(this.operations.enqueue(in(1)))).isIn(0, 2);
		}
	}

	@Test
	void fullShardIsNotReplacedByAnother() {
		open((builder) -> builder.shards(2).shardChooser(this::choose).maxLength(4).onFull(OnFull.REJECT));
		this.operations.enqueueAll(List.of(in(1), in(1)));
		assertThatExceptionOfType(QueueFullException.class).isThrownBy(() -> this.operations.enqueue(in(1)));
		assertThatExceptionOfType(QueueException.class).isThrownBy(() -> this.operations.enqueueAll(List.of(in(1))));
		assertThat(shard(this.operations.enqueue(message()))).isZero();
	}

}
