package io.github.queuesqlite.autoconfigure;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import io.github.queuesqlite.EmbeddedQueue;
import io.github.queuesqlite.QueueOperations;
import io.github.queuesqlite.annotation.QueueTask;
import io.github.queuesqlite.event.MessageEvent;
import io.github.queuesqlite.event.MessageEventListener;
import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.task.PermanentTaskException;
import org.junit.jupiter.api.Test;
import org.springframework.boot.LazyInitializationBeanFactoryPostProcessor;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.EventListener;
import org.springframework.core.annotation.Order;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Tests for what beans are told of messages. */
class MessageEventTests {

	private final ApplicationContextRunner contextRunner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(QueueAutoConfiguration.class))
		.withPropertyValues("queue.sqlite.storage=temporary", "queue.sqlite.shards=1");

	@Test
	void publishWhenNobodyAsksPublishesNothing() {
		this.contextRunner.withUserConfiguration(Application.class, ListenerBeans.class).run((context) -> {
			assertThat(context).doesNotHaveBean(MessageEventPublisher.class);
			MessageId id = context.getBean(QueueOperations.class).enqueue("greet", "Ada");
			// The bean is told in the same order: nothing is on its way any more.
			await().untilAsserted(
					() -> assertThat(context.getBean(ListenerBeans.class).told).contains("second Completed " + id));
			assertThat(context.getBean(Application.class).all).isEmpty();
		});
	}

	@Test
	void publishWhenEnabledPublishesEachEventInOrder() {
		this.contextRunner.withUserConfiguration(Application.class)
			.withPropertyValues("queue.sqlite.events.enabled=true")
			.run((context) -> {
				assertThat(context).hasSingleBean(MessageEventPublisher.class);
				Application application = context.getBean(Application.class);
				MessageId id = context.getBean(QueueOperations.class).enqueue("greet", "Ada");
				await().untilAsserted(() -> assertThat(application.all).containsExactly("Enqueued " + id,
						"Started " + id, "Completed " + id));
				assertThat(application.dead).isEmpty();
			});
	}

	@Test
	void publishWhenListenerWantsOneKindGetsThatAlone() {
		this.contextRunner.withUserConfiguration(Application.class)
			.withPropertyValues("queue.sqlite.events.enabled=true")
			.run((context) -> {
				Application application = context.getBean(Application.class);
				QueueOperations operations = context.getBean(QueueOperations.class);
				operations.enqueue("greet", "Ada");
				MessageId dead = operations.enqueue("greet", "nobody");
				await().untilAsserted(() -> assertThat(application.dead).containsExactly(dead));
			});
	}

	@Test
	void publishWhenListenerThrowsHarmsNobody() {
		this.contextRunner.withUserConfiguration(Application.class, ThrowingListener.class, ListenerBeans.class)
			.withPropertyValues("queue.sqlite.events.enabled=true")
			.run((context) -> {
				QueueOperations operations = context.getBean(QueueOperations.class);
				MessageId id = operations.enqueue("greet", "Ada");
				assertThat(operations.await(id, String.class, Duration.ofMinutes(1))).isEqualTo("Hello Ada");
				await().untilAsserted(() -> {
					assertThat(context.getBean(ThrowingListener.class).told).hasSize(3);
					assertThat(context.getBean(ListenerBeans.class).told).contains("second Completed " + id);
					assertThat(context.getBean(EmbeddedQueue.class).status().failingLoops())
						.containsKey("event listener " + MessageEventPublisher.class.getName());
				});
			});
	}

	@Test
	void listenerBeansAreToldInOrderAndMayUseTheQueue() {
		this.contextRunner.withUserConfiguration(Application.class, ListenerBeans.class).run((context) -> {
			MessageId id = context.getBean(QueueOperations.class).enqueue("greet", "Ada");
			ListenerBeans listeners = context.getBean(ListenerBeans.class);
			await().untilAsserted(() -> {
				assertThat(listeners.told)
					.filteredOn((line) -> line.startsWith("first") && line.endsWith(id.toString()))
					.containsExactly("first Enqueued " + id, "first Started " + id, "first Completed " + id);
				assertThat(listeners.told).filteredOn((line) -> line.startsWith("second"))
					.contains("second Completed " + id);
			});
			assertThat(listeners.lengths).isNotEmpty();
		});
	}

	@Test
	void listenerBeansAreToldWhenBeansAreLazy() {
		this.contextRunner.withUserConfiguration(Application.class, ListenerBeans.class)
			.withBean(LazyInitializationBeanFactoryPostProcessor.class)
			.run((context) -> {
				MessageId id = context.getBean(QueueOperations.class).enqueue("greet", "Ada");
				await().untilAsserted(
						() -> assertThat(context.getBean(ListenerBeans.class).told).contains("first Completed " + id));
			});
	}

	private static String text(MessageEvent event) {
		return event.getClass().getSimpleName() + " " + event.id();
	}

	@Configuration(proxyBeanMethods = false)
	static class Application {

		final List<String> all = new CopyOnWriteArrayList<>();

		final List<MessageId> dead = new CopyOnWriteArrayList<>();

		@QueueTask("greet")
		String greet(String name) {
			if (name.equals("nobody")) {
				throw new PermanentTaskException("nobody is there");
			}
			return "Hello " + name;
		}

		@EventListener
		void any(MessageEvent event) {
			this.all.add(text(event));
		}

		@EventListener
		void dead(MessageEvent.Dead event) {
			this.dead.add(event.id());
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class ListenerBeans {

		final List<String> told = new CopyOnWriteArrayList<>();

		final List<Long> lengths = new CopyOnWriteArrayList<>();

		@Bean
		@Order(2)
		MessageEventListener secondListener() {
			return (event) -> this.told.add("second " + text(event));
		}

		@Bean
		@Order(1)
		MessageEventListener firstListener(QueueOperations operations) {
			return (event) -> {
				this.lengths.add(operations.length());
				this.told.add("first " + text(event));
			};
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class ThrowingListener {

		final List<String> told = new CopyOnWriteArrayList<>();

		@EventListener
		void any(MessageEvent event) {
			this.told.add(text(event));
			throw new IllegalStateException("broken");
		}

	}

}
