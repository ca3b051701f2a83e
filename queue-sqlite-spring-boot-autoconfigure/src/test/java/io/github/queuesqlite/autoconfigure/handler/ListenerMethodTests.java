package io.github.queuesqlite.autoconfigure.handler;

import java.io.IOException;
import java.lang.reflect.Type;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

import io.github.queuesqlite.annotation.QueueListener;
import io.github.queuesqlite.annotation.QueueTask;
import io.github.queuesqlite.listen.DataChange;
import io.github.queuesqlite.listen.ListenerDefinition;
import io.github.queuesqlite.listen.ListenerRegistry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.core.ParameterizedTypeReference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/** Tests for methods annotated with {@link QueueListener @QueueListener}. */
@ExtendWith(OutputCaptureExtension.class)
class ListenerMethodTests {

	private final ApplicationContextRunner contextRunner = new ApplicationContextRunner()
		.withUserConfiguration(HandlerTestConfiguration.class)
		.withBean("listeners", Listeners.class)
		.withPropertyValues("key=price.gold");

	@Test
	void defineWhenNothingIsSetNamesBeanAndMethod() {
		this.contextRunner.run((context) -> {
			ListenerDefinition listener = listener(context, "listeners.value");
			assertThat(listener.patterns()).containsExactly("price.gold", "price.*");
			assertThat(listener.replay()).isFalse();
			assertThat(listener(context, "named").replay()).isTrue();
		});
	}

	@Test
	void defineWhenBeanNameHoldsSignsThatNamesMayNotReplacesThem() {
		new ApplicationContextRunner().withUserConfiguration(HandlerTestConfiguration.class)
			.withBean("com.acme.App$Listeners#0", OneListener.class)
			.run((context) -> assertThat(context.getBean(ListenerRegistry.class).listeners())
				.extracting(ListenerDefinition::name)
				.containsExactly("com.acme.App.Listeners.0.changed"));
	}

	@Test
	void valueTypeWhenParameterIsGenericKeepsIt() {
		this.contextRunner.run((context) -> {
			Type list = new ParameterizedTypeReference<List<Integer>>() {
			}.getType();
			assertThat(listener(context, "listeners.value").valueType()).isEqualTo(Integer.class);
			assertThat(listener(context, "named").valueType()).isEqualTo(list);
			assertThat(listener(context, "listeners.both").valueType()).isEqualTo(Integer.class);
			assertThat(listener(context, "listeners.anyChange").valueType()).isEqualTo(Object.class);
			assertThat(listener(context, "listeners.optional").valueType()).isEqualTo(Integer.class);
			assertThat(listener(context, "listeners.nothing").valueType()).isEqualTo(Void.class);
		});
	}

	@Test
	void onChangeWhenCalledPassesWhatTheMethodTakes() {
		this.contextRunner.run((context) -> {
			List<Object> seen = context.getBean(Listeners.class).seen;
			DataChange<Integer> change = new DataChange<>("price.gold", 1, 2, 7, Instant.EPOCH);
			DataChange<Integer> removal = new DataChange<>("price.gold", 2, null, 8, Instant.EPOCH);
			for (String name : List.of("value", "both", "anyChange", "optional", "nothing")) {
				listener(context, "listeners." + name).handler().onChange(change);
				listener(context, "listeners." + name).handler().onChange(removal);
			}
			assertThat(seen).containsExactly(2, "removed", List.of(change, 2), List.of(removal, "removed"), change,
					removal, Optional.of(2), Optional.empty(), "nothing", "nothing");
		});
	}

	@Test
	void onChangeWhenMethodThrowsThrowsTheSame() {
		this.contextRunner.run((context) -> {
			DataChange<Integer> change = new DataChange<>("a", null, 1, 1, Instant.EPOCH);
			assertThatExceptionOfType(IOException.class)
				.isThrownBy(() -> listener(context, "listeners.failing").handler().onChange(change))
				.withMessage("disk");
			assertThatExceptionOfType(IOException.class)
				.isThrownBy(() -> listener(context, "listeners.failingStage").handler().onChange(change))
				.withMessage("stage");
		});
	}

	@Test
	void startWhenKeyIsNameOfTaskOrQueueWarns(CapturedOutput output) {
		this.contextRunner.withBean(Mistaken.class).run((context) -> {
			assertThat(context).hasNotFailed();
			assertThat(output).contains("@QueueListener method " + Mistaken.class.getName()
					+ ".onTask: 'mail.welcome' is the name of a task, but a @QueueListener listens for data changes;"
					+ " to handle messages use @QueueTask")
				.contains(".onQueue: 'mail' is the name of a queue")
				.contains(".onQueue: 'default' is the name of a queue")
				.doesNotContain("listeners.value: ");
		});
	}

	private static ListenerDefinition listener(AssertableApplicationContext context, String name) {
		return context.getBean(ListenerRegistry.class)
			.listeners()
			.stream()
			.filter((listener) -> listener.name().equals(name))
			.findFirst()
			.orElseThrow();
	}

	static class Listeners {

		final List<Object> seen = new ArrayList<>();

		@QueueListener({ "${key}", "price.*" })
		void value(Integer value) {
			this.seen.add((value != null) ? value : "removed");
		}

		@QueueListener(value = "a", name = "named", replay = true)
		void list(DataChange<List<Integer>> change) {
		}

		@QueueListener("a")
		void both(DataChange<Integer> change, Integer value) {
			this.seen.add(List.of(change, (value != null) ? value : "removed"));
		}

		@QueueListener("a")
		void anyChange(DataChange<?> change) {
			this.seen.add(change);
		}

		@QueueListener("a")
		void optional(Optional<Integer> value) {
			this.seen.add(value);
		}

		@QueueListener("a")
		void nothing() {
			this.seen.add("nothing");
		}

		@QueueListener("a")
		void failing(Integer value) throws IOException {
			throw new IOException("disk");
		}

		@QueueListener("a")
		CompletableFuture<Void> failingStage(Integer value) {
			return CompletableFuture.failedFuture(new IOException("stage"));
		}

	}

	static class OneListener {

		@QueueListener("a")
		void changed(String value) {
		}

	}

	static class Mistaken {

		@QueueTask(value = "mail.welcome", queue = "mail")
		void task() {
		}

		@QueueListener("mail.welcome")
		void onTask(String value) {
		}

		@QueueListener({ "mail", "default" })
		void onQueue(String value) {
		}

	}

}
