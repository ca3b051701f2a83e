package io.github.queuesqlite.autoconfigure;

import java.util.Map;

import io.github.queuesqlite.QueueOperations;
import io.github.queuesqlite.message.Message;
import io.github.queuesqlite.message.MessageQuery;
import io.github.queuesqlite.payload.PayloadKeys;
import io.github.queuesqlite.payload.PayloadUpcaster;
import io.github.queuesqlite.payload.PayloadVersion;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import tools.jackson.databind.node.ObjectNode;

import static org.assertj.core.api.Assertions.as;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;

/** Properties and beans that say how payloads become bytes. */
class PayloadConfigurationTests {

	private final ApplicationContextRunner contextRunner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(QueueAutoConfiguration.class))
		.withPropertyValues("queue.sqlite.storage=temporary", "queue.sqlite.shards=1");

	@ParameterizedTest
	@ValueSource(strings = { "cbor", "smile" })
	void encodeWhenPropertyNamesAFormatOfJacksonUsesIt(String name) {
		this.contextRunner.withPropertyValues("queue.sqlite.payload.codec=" + name).run((context) -> {
			assertThat(stored(context, new Customer("Ada"))).doesNotStartWith("{").contains("Ada");
			assertThat(read(context)).isEqualTo(new Customer("Ada"));
		});
		this.contextRunner.withPropertyValues("queue.sqlite.payload.codec=" + name)
			.withClassLoader(new FilteredClassLoader("tools.jackson.dataformat"))
			.run((context) -> assertThat(context).hasFailed());
	}

	@Test
	void encodeWhenSizeIsReachedCompresses() {
		this.contextRunner.withPropertyValues("queue.sqlite.payload.compress-over=1KB").run((context) -> {
			stored(context, new Customer("Ada".repeat(1000)));
			assertThat(read(context)).isEqualTo(new Customer("Ada".repeat(1000)));
		});
	}

	@Test
	void encodeWhenThereAreKeysEncrypts() {
		String key = "NDQ0NDQ0NDQ0NDQ0NDQ0NA==";
		this.contextRunner
			.withPropertyValues("queue.sqlite.payload.encryption.key=2026",
					"queue.sqlite.payload.encryption.keys.2026=" + key)
			.run((context) -> {
				stored(context, new Customer("Ada"));
				assertThat(read(context)).isEqualTo(new Customer("Ada"));
			});
		this.contextRunner.withBean(PayloadKeys.class, () -> PayloadKeys.of("k", Map.of("k", new byte[16])))
			.run((context) -> {
				stored(context, new Customer("Ada"));
				assertThat(read(context)).isEqualTo(new Customer("Ada"));
			});
	}

	@Test
	void encodeWhenThereAreSigningKeysSigns() {
		this.contextRunner
			.withPropertyValues("queue.sqlite.payload.signing.key=2026",
					"queue.sqlite.payload.signing.keys.2026=NDQ0NDQ0NDQ0NDQ0NDQ0NA==")
			.run((context) -> {
				stored(context, new Customer("Ada"));
				assertThat(read(context)).isEqualTo(new Customer("Ada"));
			});
		this.contextRunner.withPropertyValues("queue.sqlite.payload.signing.key=2026")
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.extracting((ex) -> ((InvalidConfigurationPropertyValueException) ex).getReason(), as(STRING))
				.contains("must be the name of one of 'queue.sqlite.payload.signing.keys', which are []"));
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|',
			textBlock = """
					key=none    | keys.k1=NDQ0NDQ0NDQ0NDQ0NDQ0NA== | must be the name of one of 'queue.sqlite.payload.encryption.keys', which are [k1]
					key=k1      | keys.k1=!                        | must be 16, 24 or 32 bytes as Base64
					key=k1      | keys.k1=NDQ0                     | openssl rand -base64 32': it has 3
					key=        | keys.k1=NDQ0NDQ0NDQ0NDQ0NDQ0NA== | must be the name of one of
					key=k1      | key=k1                           | which are []""")
	void openWhenAKeyIsWrongSaysSoWithoutTheKey(String key, String keys, String text) {
		this.contextRunner
			.withPropertyValues("queue.sqlite.payload.encryption." + key, "queue.sqlite.payload.encryption." + keys)
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.hasMessageContaining("queue.sqlite.payload.encryption.key")
				.satisfies((ex) -> assertThat(String.valueOf(ex)).doesNotContain("NDQ0"))
				.extracting((ex) -> ((InvalidConfigurationPropertyValueException) ex).getReason(), as(STRING))
				.contains(text));
	}

	@Test
	void openWhenThereAreKeysTwiceIsRefused() {
		this.contextRunner.withBean(PayloadKeys.class, () -> PayloadKeys.of("k", Map.of("k", new byte[16])))
			.withPropertyValues("queue.sqlite.payload.encryption.key=k")
			.run((context) -> assertThat(context).getFailure().rootCause().hasMessageContaining("PayloadKeys bean"));
	}

	@Test
	void readWhenThereIsAnUpcasterUsesIt() {
		this.contextRunner
			.withBean(PayloadUpcaster.class,
					() -> PayloadUpcaster.of(NewCustomer.class, 1,
							(node) -> ((ObjectNode) node).put("givenName", node.get("firstName").asString())))
			.run((context) -> {
				stored(context, new Customer("Ada"));
				assertThat(read(context, NewCustomer.class)).isEqualTo(new NewCustomer("Ada"));
			});
	}

	private static String stored(AssertableApplicationContext context, Object payload) {
		QueueOperations operations = context.getBean(QueueOperations.class);
		return new String(operations.find(operations.enqueue("unknown", payload)).orElseThrow().rawPayload());
	}

	private static Customer read(AssertableApplicationContext context) {
		return read(context, Customer.class);
	}

	private static <T> T read(AssertableApplicationContext context, Class<T> type) {
		Message message = context.getBean(QueueOperations.class).list(MessageQuery.all()).get(0);
		return message.payload(type);
	}

	record Customer(String firstName) {

	}

	@PayloadVersion(2)
	record NewCustomer(String givenName) {

	}

}
