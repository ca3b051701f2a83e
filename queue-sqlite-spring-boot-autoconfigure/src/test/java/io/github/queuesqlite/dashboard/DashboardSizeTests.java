package io.github.queuesqlite.dashboard;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import com.jayway.jsonpath.JsonPath;
import io.github.queuesqlite.QueueOperations;
import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.message.NewMessage;
import io.github.queuesqlite.task.PermanentTaskException;
import io.github.queuesqlite.task.TaskDefinition;
import io.github.queuesqlite.task.TaskRegistry;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.test.web.servlet.assertj.MockMvcTester;
import org.springframework.test.web.servlet.assertj.MvcTestResult;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What the page asks for, with few messages and with many: with
 * {@code -Ddashboard.messages=1000000} also with so many. The answers stay small; how
 * long they took is in the log.
 */
class DashboardSizeTests {

	private static final Logger logger = LoggerFactory.getLogger(DashboardSizeTests.class);

	private static final int TIMES = 5;

	private static final int MOST_DEAD = 3000;

	private static final int MOST_BYTES = 1_000_000;

	@TempDir
	Path directory;

	static Stream<Integer> sizes() {
		Integer more = Integer.getInteger("dashboard.messages");
		return (more != null) ? Stream.of(1, 1000, more) : Stream.of(1, 1000);
	}

	@ParameterizedTest
	@MethodSource("sizes")
	void answersStaySmallHoweverManyMessagesThereAre(int messages) {
		new WebApplicationContextRunner().withUserConfiguration(Application.class)
			.withPropertyValues("queue.sqlite.directory=" + this.directory, "queue.sqlite.dashboard.enabled=true",
					"queue.sqlite.dashboard.access=unrestricted", "logging.level.io.github.queuesqlite.worker=error")
			.run((context) -> {
				MessageId oldest = fill(context, messages);
				List<String> asked = new ArrayList<>(List.of("page", "queue", "history", "queues", "tasks", "failures",
						"schedules", "limits", "keys", "audit?limit=20", "messages/" + oldest));
				for (String filter : List.of("", "&state=READY", "&state=DEAD", "&task=rare", "&task=none", "&tag=none",
						"&key=order-4711", "&key=none")) {
					asked.add("messages?order=newest&limit=50" + filter);
				}
				MockMvcTester mvc = MockMvcTester.from(context);
				asked.forEach((path) -> measure(mvc, messages, path));
				String found = body(get(mvc, "messages?order=newest&limit=50&key=order-4711"));
				assertThat(JsonPath.<List<String>>read(found, "$.messages[*].id")).containsExactly(oldest.toString());
			});
	}

	/** The oldest is the one that is searched for. Most wait, a tenth has ended. */
	private static MessageId fill(ApplicationContext context, int messages) {
		QueueOperations operations = context.getBean(QueueOperations.class);
		MessageId oldest = operations.enqueue(NewMessage.to("rare").orderingKey("order-4711"));
		enqueue(operations, NewMessage.to("die").payload("ada"), Math.min(messages / 10, MOST_DEAD));
		enqueue(operations, NewMessage.to("work").payload("ada"), messages / 10);
		operations.drain(Duration.ofMinutes(30));
		enqueue(operations, NewMessage.to("nobody.has.this").payload("ada"), messages * 8 / 10);
		return oldest;
	}

	private static void enqueue(QueueOperations operations, NewMessage message, int count) {
		for (int left = count; left > 0; left -= 1000) {
			operations.enqueueAll(Collections.nCopies(Math.min(left, 1000), message));
		}
	}

	private static void measure(MockMvcTester mvc, int messages, String path) {
		long[] nanos = IntStream.range(0, TIMES).mapToLong((time) -> {
			long begin = System.nanoTime();
			assertSmall(path, get(mvc, path));
			return System.nanoTime() - begin;
		}).sorted().toArray();
		logger.info("{} messages, {}: median {} ms", messages, path, nanos[TIMES / 2] / 1000 / 1000.0);
	}

	private static void assertSmall(String path, MvcTestResult result) {
		assertThat(result).as(path).hasStatusOk();
		assertThat(body(result).length()).as(path).isLessThan(MOST_BYTES);
		if (path.startsWith("messages?")) {
			assertThat(JsonPath.<List<Object>>read(body(result), "$.messages")).as(path).hasSizeLessThanOrEqualTo(50);
		}
		if (path.equals("failures")) {
			assertThat(JsonPath.<Integer>read(body(result), "$.messages")).isLessThanOrEqualTo(1000);
			assertThat(JsonPath.<List<Object>>read(body(result), "$.groups")).hasSizeLessThanOrEqualTo(1);
		}
	}

	private static String body(MvcTestResult result) {
		return new String(result.getResponse().getContentAsByteArray());
	}

	private static MvcTestResult get(MockMvcTester mvc, String path) {
		return mvc.get().uri(URI.create("/queue-dashboard/api/" + path)).exchange();
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

		@Bean
		Tasks tasks(TaskRegistry registry) {
			return new Tasks(registry);
		}

	}

	/** The handlers. */
	static final class Tasks {

		Tasks(TaskRegistry registry) {
			registry.register("work", String.class, (name, run) -> null);
			registry.register(TaskDefinition.builder("die", String.class, (name, run) -> {
				throw new PermanentTaskException("No such customer");
			}).build());
		}

	}

}
