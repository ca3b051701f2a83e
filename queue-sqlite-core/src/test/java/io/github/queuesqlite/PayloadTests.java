package io.github.queuesqlite;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Type;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

import io.github.queuesqlite.listen.ListenerDefinition;
import io.github.queuesqlite.message.GroupResult;
import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.message.MessageQuery;
import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.message.NewGroup;
import io.github.queuesqlite.message.NewMessage;
import io.github.queuesqlite.message.OnDuplicate;
import io.github.queuesqlite.message.PayloadException;
import io.github.queuesqlite.message.TaskFailedException;
import io.github.queuesqlite.payload.CborPayloadCodec;
import io.github.queuesqlite.payload.JacksonPayloadCodec;
import io.github.queuesqlite.payload.JsonPayloadCodec;
import io.github.queuesqlite.payload.PayloadCodec;
import io.github.queuesqlite.payload.PayloadKeys;
import io.github.queuesqlite.payload.PayloadSettings;
import io.github.queuesqlite.payload.PayloadUpcaster;
import io.github.queuesqlite.payload.PayloadVersion;
import io.github.queuesqlite.payload.Payloads;
import io.github.queuesqlite.payload.SmilePayloadCodec;
import io.github.queuesqlite.task.TaskDefinition;
import io.github.queuesqlite.task.UniqueKey;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.msgpack.core.MessageBufferPacker;
import org.msgpack.core.MessagePack;
import org.msgpack.core.MessageUnpacker;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

/** How payloads become bytes, and are read again years later. */
class PayloadTests extends QueueTester {

	private static final Order ORDER = new Order("shirt", 3);

	private static final String SECRET = "nobody may read this " + "x".repeat(100);

	static Stream<PayloadCodec> codecs() {
		return Stream.of(new JsonPayloadCodec(), new CborPayloadCodec(), new SmilePayloadCodec(),
				new MessagePackCodec());
	}

	@ParameterizedTest
	@MethodSource("codecs")
	void payloadAndResultAreWrittenAndReadByTheCodec(PayloadCodec codec) throws SQLException {
		open((builder) -> builder.codec(codec).shards(1));
		assertThat(runs(ORDER)).isEqualTo(ORDER);
		assertThat(storedText("codec")).isEqualTo(codec.name());
		assertThat(find(all().get(0).id()).rawPayload()).isEqualTo(codec.encode(ORDER));
	}

	@ParameterizedTest
	@MethodSource("codecs")
	void messageIsReadByTheCodecThatWroteItWhateverWritesNow(PayloadCodec codec) {
		open((builder) -> builder.codec(codec));
		MessageId id = this.operations.enqueue(TASK, ORDER);
		reopen((builder) -> builder.codec(new CborPayloadCodec())
			.readCodec(new SmilePayloadCodec())
			.readCodec(new MessagePackCodec()));
		assertThat(handled(id)).isEqualTo(ORDER);
	}

	@Test
	void messageWhoseCodecIsMissingIsDeadAndSaysWhichOneItNeeds() {
		open((builder) -> builder.codec(new SmilePayloadCodec()));
		MessageId id = this.operations.enqueue(TASK, ORDER);
		reopen((builder) -> builder);
		assertThatExceptionOfType(TaskFailedException.class).isThrownBy(() -> handled(id))
			.satisfies((ex) -> assertThat(ex.state()).isEqualTo(MessageState.DEAD))
			.withMessageContaining("Written by codec 'smile', but this process has only [json]");
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "json+deflate", "with space", "json@2", "ä",
			"a-name-of-more-than-thirty-two-characters", "bytes", "local", "group" })
	void codecWhoseNameCannotBeStoredIsRefused(String name) {
		assertThatIllegalArgumentException().isThrownBy(() -> new JacksonPayloadCodec(name, new JsonMapper()))
			.withMessageContaining("1 to 32 letters, digits or '-'");
		assertThatIllegalArgumentException().isThrownBy(() -> open((builder) -> builder.codec(new Named(name))))
			.withMessageContaining("1 to 32 letters, digits or '-'");
		assertThatIllegalArgumentException().isThrownBy(() -> open((builder) -> builder.readCodec(new Named(name))))
			.withMessageContaining("1 to 32 letters, digits or '-'");
	}

	// Compression

	@Test
	void largePayloadIsCompressedAndSmallOneIsNot() throws SQLException {
		open((builder) -> builder.compressOver(1000).shards(1));
		String large = "abc".repeat(10_000);
		assertThat(runs(large)).isEqualTo(large);
		assertThat(storedText("codec")).isEqualTo("json+deflate");
		assertThat(readFromShard0("SELECT length(payload) FROM message")).isLessThan(1000);
		assertThat(readFromShard0("SELECT length(result) FROM message")).isLessThan(1000);
		assertThat(new String(all().get(0).rawPayload(), StandardCharsets.UTF_8)).isEqualTo('"' + large + '"');
		this.operations.purge(MessageQuery.all());
		this.operations.enqueue(TASK, "small");
		assertThat(storedText("codec")).isEqualTo("json");
	}

	@Test
	void payloadThatWouldNotBecomeSmallerIsStoredAsItIs() throws SQLException {
		open((builder) -> builder.compressOver(0).shards(1));
		byte[] noise = new byte[5000];
		new Random(1).nextBytes(noise);
		MessageId id = this.operations.enqueue(TASK, noise);
		assertThat(storedText("codec")).isEqualTo("bytes");
		assertThat(find(id).rawPayload()).isEqualTo(noise);
	}

	@Test
	void compressedPayloadIsReadWhenNothingIsCompressedAnyMore() {
		open((builder) -> builder.compressOver(0));
		byte[] bytes = new byte[100_000];
		MessageId id = this.operations.enqueue(TASK, bytes);
		reopen((builder) -> builder);
		assertThat(find(id).payload(byte[].class)).isEqualTo(bytes);
		assertThat(find(id).rawPayload()).isEqualTo(bytes);
	}

	@Test
	void sizeCountsBeforeItIsCompressed() {
		open((builder) -> builder.compressOver(0).maxPayloadSize(1000));
		assertThatExceptionOfType(PayloadException.class)
			.isThrownBy(() -> this.operations.enqueue(TASK, "a".repeat(2000)))
			.withMessageContaining("2002 bytes, more than the 1000");
	}

	@Test
	void compressionOutOfRangeIsRefused() {
		assertThatIllegalArgumentException().isThrownBy(() -> open((builder) -> builder.compressOver(-2)))
			.withMessage("'compressOver' must be -1 or from 0 to 256 MB, was -2");
	}

	// Encryption

	@Test
	void nothingOfAnEncryptedPayloadResultOrValueIsReadableInTheFiles() {
		open((builder) -> builder.encrypt(keys("k1", 1)).compressOver(50));
		assertThat(runs(SECRET)).isEqualTo(SECRET);
		this.operations.enqueue(NewMessage.to("waits").payload(SECRET));
		this.queue.listen().put("key", SECRET);
		assertThat(this.queue.listen().get("key", String.class)).contains(SECRET);
		this.queue.close();
		assertThat(files()).isNotEmpty().allSatisfy((file) -> assertThat(file).doesNotContain("nobody may read"));
	}

	@Test
	void oldKeyReadsWhatItHasEncryptedAndTheCurrentOneWrites() throws SQLException {
		open((builder) -> builder.encrypt(keys("k1", 1)).shards(1));
		MessageId old = this.operations.enqueue(TASK, ORDER);
		assertThat(storedText("codec")).isEqualTo("json+aes:k1");
		reopen((builder) -> builder.encrypt(keys("k2", 2)));
		assertThat(handled(old)).isEqualTo(ORDER);
		assertThat(storedText("result_codec")).isEqualTo("json+aes:k2");
	}

	@Test
	void messageWhoseKeyIsGoneIsDeadAndSaysWhichOneItNeeds() {
		open((builder) -> builder.encrypt(keys("k1", 1)));
		MessageId id = this.operations.enqueue(TASK, ORDER);
		reopen((builder) -> builder.encrypt(PayloadKeys.of("k2", Map.of("k2", key(2)))));
		assertThatExceptionOfType(TaskFailedException.class).isThrownBy(() -> handled(id))
			.withMessageContaining("encrypted with key 'k1', which this process does not have");
		assertThat(new String(find(id).rawPayload(), StandardCharsets.ISO_8859_1)).as("as it is stored")
			.doesNotContain("shirt");
		reopen((builder) -> builder);
		assertThat(this.operations.retry(id)).isTrue();
		assertThatExceptionOfType(TaskFailedException.class).isThrownBy(() -> handled(id))
			.withMessageContaining("sealed by 'aes:k1', which this process cannot open: it has no keys for that");
		reopen((builder) -> builder.encrypt(keys("k2", 2)));
		assertThat(this.operations.retry(id)).isTrue();
		assertThat(handled(id)).isEqualTo(ORDER);
	}

	@Test
	void anotherKeyOfTheSameNameOpensNothing() {
		open((builder) -> builder.encrypt(keys("k1", 1)));
		MessageId id = this.operations.enqueue(TASK, ORDER);
		reopen((builder) -> builder.encrypt(PayloadKeys.of("k1", Map.of("k1", key(7)))));
		assertThatExceptionOfType(PayloadException.class).isThrownBy(() -> find(id).payload(Order.class))
			.withMessageContaining("Key 'k1' does not open it");
	}

	@Test
	void equalPayloadsAreEncryptedDifferentlyAndStillCountAsEqual() throws SQLException {
		open((builder) -> builder.encrypt(keys("k1", 1)).shards(1));
		this.queue.tasks()
			.register(TaskDefinition.builder(TASK, Order.class, (payload, context) -> null)
				.uniqueKey(UniqueKey.ofBody())
				.build());
		MessageId id = this.operations.enqueue(TASK, ORDER);
		assertThat(this.operations.enqueue(TASK, ORDER)).isEqualTo(id);
		this.operations.enqueue(NewMessage.to("other").payload(ORDER));
		assertThat(readFromShard0("SELECT count(DISTINCT payload) FROM message")).isEqualTo(2);
	}

	@Test
	void valueThatIsPutAgainIsNoChangeAlsoWhenItIsEncrypted() {
		open((builder) -> builder.encrypt(keys("k1", 1)));
		AtomicInteger changes = new AtomicInteger();
		this.queue.listeners()
			.register(new ListenerDefinition("listener", List.of("*"), String.class, false,
					(change) -> changes.incrementAndGet()));
		this.queue.start();
		long version = this.queue.listen().put("key", SECRET);
		assertThat(this.queue.listen().put("key", SECRET)).isEqualTo(version);
		assertThat(this.queue.listen().put("key", "another")).isGreaterThan(version);
		await().untilAsserted(() -> assertThat(changes).hasValue(2));
	}

	@Test
	void payloadIsReplacedEncrypted() throws SQLException {
		open((builder) -> builder.encrypt(keys("k1", 1)).shards(1));
		MessageId id = this.operations.enqueue(message().payload(ORDER).uniqueKey("u").delay(Duration.ofHours(1)));
		assertThat(this.operations.updatePayload(id, new Order("hat", 1))).isTrue();
		assertThat(storedText("codec")).isEqualTo("json+aes:k1");
		assertThat(find(id).payload(Order.class)).isEqualTo(new Order("hat", 1));
		this.operations.enqueue(message().payload(ORDER).uniqueKey("u").onDuplicate(OnDuplicate.REPLACE));
		assertThat(find(id).payload(Order.class)).isEqualTo(ORDER);
	}

	@Test
	void keysThatCannotBeAreRefused() {
		assertThatIllegalArgumentException().isThrownBy(() -> PayloadKeys.of("k2", Map.of("k1", key(1))))
			.withMessage("The current key 'k2' must be one of the keys, which are [k1]");
		assertThatIllegalArgumentException().isThrownBy(() -> PayloadKeys.of("k1", Map.of("k1", new byte[5])))
			.withMessage("Key 'k1' must have 16, 24 or 32 bytes, had 5");
		assertThatIllegalArgumentException().isThrownBy(() -> PayloadKeys.of("k 1", Map.of("k 1", key(1))))
			.withMessageContaining("1 to 32 letters, digits or '. _ -'");
		assertThat(keys("k1", 1).toString()).isEqualTo("PayloadKeys[k1]");
	}

	// Signatures

	@Test
	void payloadThatSomebodyElseWroteIsRefused() {
		Payloads payloads = signing();
		Payloads.Encoded signed = payloads.encode("payload", ORDER);
		assertThat(signed.codec()).isEqualTo("json+hmac:k1");
		assertThat(payloads.decode(signed.codec(), signed.bytes(), Order.class)).isEqualTo(ORDER);
		for (int i = 0; i < signed.bytes().length; i++) {
			byte[] changed = signed.bytes().clone();
			changed[i] ^= 1;
			assertRefused(signed.codec(), changed, "is not what was signed with key 'k1'");
		}
		assertRefused(signed.codec(), Arrays.copyOf(signed.bytes(), 31), "end too early");
		assertRefused("json@2+hmac:k1", signed.bytes(), "is not what was signed with key 'k1'");
		assertRefused("json", "{}".getBytes(StandardCharsets.UTF_8), "is not signed, and signatures are required");
		assertRefused("json+deflate", signed.bytes(), "is not signed, and signatures are required");
		assertRefused("json+hmac:k9", signed.bytes(), "signed with key 'k9', which this process does not have");
	}

	private static Payloads signing() {
		return new Payloads(
				new PayloadSettings(new JsonPayloadCodec(), List.of(), List.of(), -1, null, keys("k1", 1), true, 1000));
	}

	private static void assertRefused(String format, byte[] bytes, String why) {
		assertThatExceptionOfType(PayloadException.class).isThrownBy(() -> signing().decode(format, bytes, Order.class))
			.withMessageContaining(why);
	}

	@Test
	void messageFromBeforeEndsDeadWhereSignaturesAreRequiredAndRunsOnceTheyAreNot() {
		open((builder) -> builder);
		MessageId id = this.operations.enqueue(TASK, ORDER);
		reopen((builder) -> builder.sign(keys("k1", 1), true));
		assertThatExceptionOfType(TaskFailedException.class).isThrownBy(() -> handled(id))
			.withMessageContaining("is not signed, and signatures are required");
		reopen((builder) -> builder.sign(keys("k1", 1), false));
		assertThat(this.operations.retry(id)).isTrue();
		assertThat(handled(id)).isEqualTo(ORDER);
	}

	@Test
	void messagesFromBeforeTheyWereSignedRunWhileSignaturesAreNotRequired() {
		open((builder) -> builder.compressOver(10));
		MessageId before = this.operations.enqueue(TASK, SECRET);
		reopen((builder) -> builder.sign(keys("k1", 1), false));
		assertThat(find(before).payload(String.class)).isEqualTo(SECRET);
		MessageId old = this.operations.enqueue(TASK, SECRET);
		reopen((builder) -> builder.sign(keys("k2", 2), true));
		assertThat(find(old).payload(String.class)).isEqualTo(SECRET);
		reopen((builder) -> builder.encrypt(keys("k1", 1)).sign(keys("k2", 2), true));
		assertThat(find(old).payload(String.class)).isEqualTo(SECRET);
		assertThat(find(this.operations.enqueue(TASK, SECRET)).payload(String.class)).isEqualTo(SECRET);
	}

	@Test
	void resultsStepsAndWhatBecameOfGroupsAreReadWhereSignaturesAreRequired() {
		open((builder) -> builder.sign(keys("k1", 1), true));
		this.queue.tasks()
			.register(TASK, String.class, (payload, context) -> context.<String>step("step", () -> payload + "!"));
		this.queue.start();
		MessageId group = this.operations.enqueueGroup(NewGroup.of(message().payload("a"), message().payload("b")));
		GroupResult result = this.operations.await(group, GroupResult.class, LONG);
		assertThat(result.results(String.class)).containsExactly("a!", "b!");
	}

	// Versions

	@Test
	void payloadOfAnOlderVersionIsBroughtUpStepByStep() throws SQLException {
		open((builder) -> builder.shards(1));
		MessageId unversioned = this.operations.enqueue(TASK, Map.of("name", "Ada Lovelace"));
		reopen((builder) -> builder.upcaster(splitName()).upcaster(addCountry()));
		assertThat(this.operations.await(person(unversioned), Person.class, LONG))
			.isEqualTo(new Person("Ada", "Lovelace", "unknown"));
		assertThat(storedText("result_codec")).isEqualTo("json@3");
		assertThat(find(unversioned).result(Person.class)).isEqualTo(new Person("Ada", "Lovelace", "unknown"));
	}

	@Test
	void payloadOfAnOlderVersionWithoutAWayUpIsDeadAndSaysWhatLacks() {
		open();
		MessageId id = this.operations.enqueue(TASK, Map.of("name", "Ada Lovelace"));
		reopen((builder) -> builder.upcaster(splitName()));
		assertThatExceptionOfType(TaskFailedException.class)
			.isThrownBy(() -> this.operations.await(person(id), Person.class, LONG))
			.withMessageContaining("there is no PayloadUpcaster from version 2 to 3");
	}

	@Test
	void payloadOfANewerVersionIsDeadAndSaysSo() {
		open();
		MessageId id = this.operations.enqueue(TASK, new Person("Ada", "Lovelace", "GB"));
		this.queue.tasks().register(TASK, OldPerson.class, (payload, context) -> payload);
		this.queue.start();
		assertThatExceptionOfType(TaskFailedException.class)
			.isThrownBy(() -> this.operations.await(id, Object.class, LONG))
			.withMessageContaining("written as version 3 of " + OldPerson.class.getName())
			.withMessageContaining("of which this process knows 2: start the newer application");
	}

	@Test
	void upcasterThatFailsLeavesItsMessageDead() {
		open((builder) -> builder.upcaster(splitName())
			.upcaster(PayloadUpcaster.of(Person.class, 2, (node) -> Objects.requireNonNull(node.get("none")))));
		MessageId id = this.operations.enqueue(TASK, Map.of("name", "Ada Lovelace"));
		assertThatExceptionOfType(TaskFailedException.class)
			.isThrownBy(() -> this.operations.await(person(id), Person.class, LONG))
			.withMessageContaining("NullPointerException");
	}

	@Test
	void upcastersThatCannotBeAreRefused() {
		assertThatIllegalArgumentException()
			.isThrownBy(() -> open((builder) -> builder.upcaster(splitName()).upcaster(splitName())))
			.withMessageContaining("Two up-casters lead from version 1");
		assertThatIllegalArgumentException()
			.isThrownBy(() -> open((builder) -> builder.upcaster(PayloadUpcaster.of(Person.class, 3, (node) -> node))))
			.withMessageContaining("leads beyond the version of its type");
		assertThatIllegalArgumentException()
			.isThrownBy(() -> open((builder) -> builder.upcaster(PayloadUpcaster.of(Order.class, 1, (node) -> node))))
			.withMessageContaining("has 1, by @PayloadVersion");
	}

	// Helpers

	private void reopen(UnaryOperator<EmbeddedQueue.Builder> settings) {
		this.queue.close();
		open(settings);
	}

	/** Hands a payload in and returns it as its handler got it and gave it back. */
	private Object runs(Object payload) {
		return handled(this.operations.enqueue(TASK, payload), payload.getClass());
	}

	private Object handled(MessageId id) {
		return handled(id, Order.class);
	}

	private <T> T handled(MessageId id, Class<T> type) {
		this.queue.tasks().register(TASK, type, (payload, context) -> payload);
		this.queue.start();
		return this.operations.await(id, type, LONG);
	}

	private MessageId person(MessageId id) {
		this.queue.tasks().register(TASK, Person.class, (payload, context) -> payload);
		this.queue.start();
		return id;
	}

	private static PayloadKeys keys(String current, int seed) {
		return PayloadKeys.of(current, (seed == 1) ? Map.of("k1", key(1)) : Map.of("k1", key(1), current, key(seed)));
	}

	private static byte[] key(int seed) {
		byte[] key = new byte[32];
		new Random(seed).nextBytes(key);
		return key;
	}

	private String storedText(String column) throws SQLException {
		try (Connection connection = shard0();
				Statement statement = connection.createStatement();
				ResultSet row = statement.executeQuery("SELECT " + column + " FROM message")) {
			return row.getString(1);
		}
	}

	private List<String> files() {
		try (Stream<Path> files = Files.walk(this.directory)) {
			return files.filter(Files::isRegularFile).map((file) -> {
				try {
					return Files.readString(file, StandardCharsets.ISO_8859_1);
				}
				catch (IOException ex) {
					throw new UncheckedIOException(ex);
				}
			}).toList();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private static PayloadUpcaster splitName() {
		return PayloadUpcaster.of(Person.class, 1, change((node) -> {
			String[] names = node.get("name").asString().split(" ");
			node.remove("name");
			return node.put("first", names[0]).put("last", names[1]);
		}));
	}

	private static PayloadUpcaster addCountry() {
		return PayloadUpcaster.of(Person.class, 2, change((node) -> node.put("country", "unknown")));
	}

	private static UnaryOperator<JsonNode> change(Function<ObjectNode, ObjectNode> change) {
		return (node) -> change.apply((ObjectNode) node);
	}

	/** A payload. */
	record Order(String article, int number) {
	}

	/** The third version of a payload. */
	@PayloadVersion(3)
	record Person(String first, String last, String country) {
	}

	/** What an older application knows. */
	@PayloadVersion(2)
	record OldPerson(String first, String last) {
	}

	/** Writes orders as MessagePack does, with its own library. */
	private static final class MessagePackCodec implements PayloadCodec {

		@Override
		public String name() {
			return "msgpack";
		}

		@Override
		public byte[] encode(Object value) {
			Order order = (Order) value;
			try (MessageBufferPacker packer = MessagePack.newDefaultBufferPacker()) {
				packer.packString(order.article()).packInt(order.number());
				return packer.toByteArray();
			}
			catch (IOException ex) {
				throw new UncheckedIOException(ex);
			}
		}

		@Override
		public @Nullable Object decode(byte[] bytes, Type type) {
			try (MessageUnpacker unpacker = MessagePack.newDefaultUnpacker(bytes)) {
				return new Order(unpacker.unpackString(), unpacker.unpackInt());
			}
			catch (IOException ex) {
				throw new UncheckedIOException(ex);
			}
		}

		@Override
		public String toString() {
			return name();
		}

	}

	/** Has a name and does nothing. */
	private record Named(String name) implements PayloadCodec {

		@Override
		public byte[] encode(Object value) {
			return new byte[0];
		}

		@Override
		public @Nullable Object decode(byte[] bytes, Type type) {
			return null;
		}

	}

}
