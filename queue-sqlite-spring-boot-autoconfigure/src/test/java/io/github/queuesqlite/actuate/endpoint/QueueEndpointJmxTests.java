package io.github.queuesqlite.actuate.endpoint;

import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;

import javax.management.MBeanOperationInfo;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import javax.management.ReflectionException;

import io.github.queuesqlite.QueueOperations;
import io.github.queuesqlite.autoconfigure.QueueAutoConfiguration;
import io.github.queuesqlite.message.MessageId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.actuate.autoconfigure.endpoint.EndpointAutoConfiguration;
import org.springframework.boot.actuate.autoconfigure.endpoint.jmx.JmxEndpointAutoConfiguration;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.jmx.JmxAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.LIST;
import static org.assertj.core.api.InstanceOfAssertFactories.MAP;

/** Tests for {@link QueueEndpoint} over JMX: plain types only. */
class QueueEndpointJmxTests {

	private final MBeanServer server = ManagementFactory.getPlatformMBeanServer();

	private final String domain = "test-" + UUID.randomUUID();

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(JmxAutoConfiguration.class, EndpointAutoConfiguration.class,
				JmxEndpointAutoConfiguration.class, QueueAutoConfiguration.class, QueueEndpointAutoConfiguration.class))
		.withPropertyValues("spring.jmx.enabled=true", "management.endpoints.jmx.domain=" + this.domain,
				"management.endpoints.jmx.exposure.include=queue", "queue.sqlite.storage=temporary",
				"queue.sqlite.worker.enabled=false");

	@Test
	void readsReturnMapsAndText() {
		this.runner.run((context) -> {
			MessageId id = context.getBean(QueueOperations.class).enqueue("mail.welcome", "secret");
			assertThat(invoke("queue")).asInstanceOf(MAP)
				.containsEntry("length", 1L)
				.containsKeys("states", "queues", "shards");
			assertThat(invoke("show", "messages", id.toString(), "true", null)).asInstanceOf(MAP)
				.containsEntry("id", id.toString())
				.containsEntry("payload", Map.of("size", 8, "value", "******"));
			assertThat(invoke("list", "messages", "READY", null, null, null, null, null, null, null, null, null, null,
					null))
				.asInstanceOf(MAP)
				.extractingByKey("messages", LIST)
				.hasSize(1);
		});
	}

	@Test
	void requestsThatAreWrongSaySo() {
		this.runner.run((context) -> assertThatThrownBy(() -> invoke("show", "queues", "mial", null, null))
			.isInstanceOf(ReflectionException.class)
			.hasMessageContaining("No queue 'mial'"));
	}

	@Test
	void operationsWhenAccessIsNotSetAreAbsent() {
		this.runner.run((context) -> assertThat(operations()).containsExactlyInAnyOrder("queue", "list", "show"));
	}

	@Test
	void operationsWhenAccessIsUnrestrictedWork() {
		this.runner.withPropertyValues("management.endpoint.queue.access=UNRESTRICTED").run((context) -> {
			assertThat(invoke("operate", "queues", "default", "pause", null, null)).asInstanceOf(MAP)
				.containsEntry("paused", true);
			assertThat(context.getBean(QueueOperations.class).stats().pausedQueues()).containsExactly("default");
		});
	}

	@ParameterizedTest
	@ValueSource(strings = { "a/b", "a;b=c", "%2F", "..", "\u043a\u043b\u044e\u0447 \ud83d\ude00" })
	void keyOfAnyCharactersIsPausedAndShown(String key) {
		this.runner.withPropertyValues("management.endpoint.queue.access=UNRESTRICTED").run((context) -> {
			assertThat(invoke("operate", "keys", key, "pause", null, null)).asInstanceOf(MAP)
				.containsEntry("name", key)
				.containsEntry("paused", true);
			assertThat(context.getBean(QueueOperations.class).stats().pausedKeys()).containsExactly(key);
			assertThat(invoke("show", "keys", key, null, null)).asInstanceOf(MAP).containsEntry("paused", true);
		});
	}

	@Test
	void enqueueWhenAllowedReturnsTheId() {
		this.runner
			.withPropertyValues("management.endpoint.queue.access=UNRESTRICTED",
					"management.endpoint.queue.enqueue=hosted")
			.run((context) -> {
				Object[] arguments = new Object[18];
				arguments[0] = "tasks";
				arguments[1] = "noop";
				arguments[2] = "messages";
				arguments[3] = "{\"a\": 1}";
				Object id = ((Map<?, ?>) invoke("enqueue", arguments)).get("id");
				assertThat(context.getBean(QueueOperations.class).find(MessageId.parse((String) id))).isPresent();
			});
	}

	private List<String> operations() throws Exception {
		return Arrays.stream(this.server.getMBeanInfo(name()).getOperations())
			.map(MBeanOperationInfo::getName)
			.toList();
	}

	private Object invoke(String operation, Object... arguments) throws Exception {
		String[] signature = new String[arguments.length];
		Arrays.fill(signature, String.class.getName());
		return this.server.invoke(name(), operation, arguments, signature);
	}

	private ObjectName name() throws Exception {
		return new ObjectName(this.domain + ":type=Endpoint,name=Queue");
	}

}
