package io.github.queuesqlite.actuate;

import java.util.List;
import java.util.Map;

import io.github.queuesqlite.EmbeddedQueue;
import io.github.queuesqlite.actuate.endpoint.ListenersDescriptor;
import io.github.queuesqlite.actuate.endpoint.ListenersDescriptor.ListenerDescriptor;
import io.github.queuesqlite.actuate.endpoint.QueueEndpoint;
import io.github.queuesqlite.actuate.health.QueueHealthContributorAutoConfiguration;
import io.github.queuesqlite.annotation.QueueListener;
import io.github.queuesqlite.autoconfigure.QueueAutoConfiguration;
import io.github.queuesqlite.listen.ListenOperations;
import io.github.queuesqlite.listen.ListenerStatus;
import org.junit.jupiter.api.Test;
import org.springframework.boot.actuate.endpoint.Show;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Keys that a listener cannot take are seen by operators. */
class ParkedKeysTests {

	private static final String WHY = "java.lang.IllegalStateException: no such import";

	private final Imports imports = new Imports();

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(
				AutoConfigurations.of(QueueAutoConfiguration.class, QueueHealthContributorAutoConfiguration.class))
		.withPropertyValues("queue.sqlite.storage=temporary", "queue.sqlite.listen.max-retries=0")
		.withBean(Imports.class, () -> this.imports);

	@Test
	void parkedKeyShowsInStatusEndpointAndHealth() {
		this.runner.run((context) -> {
			EmbeddedQueue queue = context.getBean(EmbeddedQueue.class);
			context.getBean(ListenOperations.class).put("import.42", 1);
			await().until(() -> parked(queue) == 1);
			assertThat(queue.status().listeners()).singleElement()
				.satisfies((listener) -> assertThat(listener.parked()).isEqualTo(Map.of("import.42", WHY)));
			assertThat(listed(queue)).containsOnlyKeys("imports").extractingByKey("imports").satisfies((listener) -> {
				assertThat(listener.active()).isTrue();
				assertThat(listener.parkedCount()).isOne();
				assertThat(listener.parked()).isEqualTo(Map.of("import.42", WHY));
				assertThat(listener.failure()).isNull();
			});
			Health health = context.getBean(HealthIndicator.class).health();
			assertThat(health.getStatus()).isEqualTo(Status.UP);
			assertThat(health.getDetails()).extractingByKey("warnings").asString().contains("import.42", WHY);
			assertThat(health.getDetails()).containsEntry("directory", queue.directory().toString());
		});
	}

	@Test
	void listenersThatDoNotRunAreNotListed() {
		this.runner.withPropertyValues("queue.sqlite.worker.enabled=false").run((context) -> {
			assertThat(listed(context.getBean(EmbeddedQueue.class))).isEmpty();
			assertThat(context.getBean(HealthIndicator.class).health().getDetails()).doesNotContainKey("listeners");
		});
	}

	private static int parked(EmbeddedQueue queue) {
		return queue.listeners().status().stream().mapToInt(ListenerStatus::parkedCount).sum();
	}

	private static Map<String, ListenerDescriptor> listed(EmbeddedQueue queue) {
		return ((ListenersDescriptor) new QueueEndpoint(queue, List.of(), Show.NEVER).list("listeners", null, null,
				null, null, null, null, null, null, null, null, null, null, null, null))
			.listeners();
	}

	static class Imports {

		@QueueListener(value = "import.*", name = "imports")
		void changed(Integer value) {
			throw new IllegalStateException("no such import");
		}

	}

}
