package io.github.queuesqlite.autoconfigure;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import io.github.queuesqlite.actuate.endpoint.QueueEndpointAutoConfiguration;
import io.github.queuesqlite.actuate.health.QueueHealthContributorAutoConfiguration;
import io.github.queuesqlite.annotation.QueueSchedule;
import io.github.queuesqlite.annotation.QueueTask;
import io.github.queuesqlite.listen.ListenerDefinition;
import io.github.queuesqlite.schedule.Schedule;
import io.github.queuesqlite.task.TaskDefinition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.boot.Banner;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;

/**
 * What a developer reads when an application does not start, with all analyzers of Boot
 * beside ours.
 */
@ExtendWith(OutputCaptureExtension.class)
class StartFailureTests {

	@TempDir
	private Path directory;

	@ParameterizedTest
	@CsvSource(delimiter = '|',
			textBlock = """
					queue.sqlite.worker=8                        | must have properties below it instead of a value, was '8'
					queue.sqlite.queues.mail=3                   | must have properties below it instead of a value, was '3'
					queue.sqlite.pools.main.queues=a,b,a         | must name each queue once, names 'a' twice, was 'a,b,a'
					queue.sqlite.retry.delays=1s,soon            | must be a list, each a duration such as 500ms, 10s
					queue.sqlite.worker.executor=nowhere         | must be auto, platform, virtual or the name of an Executor bean
					queue.sqlite.worker.executor=taskRegistry    | must be auto, platform, virtual or the name of an Executor bean
					queue.sqlite.payload.codec=xml               | must be json, cbor or smile (if Jackson's module
					management.health.queue.timeout=0s           | must be longer than 0, was '0s'
					management.health.queue.timeout=soon         | must be a duration such as 500ms, 10s
					management.health.queue.threshold.dead=-1    | must be at least 0, was '-1'
					management.health.queue.threshold.oldest-ready-age=-1s | must be at least 0, was '-1s'
					management.health.queue.threshold.stuck-handlers=-1 | must be at least 0, was '-1'
					management.endpoint.queue.show-values=some   | must be never, when-authorized or always, was 'some'
					management.endpoint.queue.backup-directory=  | must not be empty, was ''
					management.endpoint.queue.backup-directory=a<NUL>b | must be a path: Nul character not allowed
					""")
	void startWhenPropertyIsWrongNamesItsValueItsOriginAndWhatWouldBeRight(String property, String reason,
			CapturedOutput output) {
		fail(Application.class, property.replace("<NUL>", "\0"));
		String name = property.substring(0, property.indexOf('='));
		assertThat(output).contains("Property '" + name + "' " + reason)
			.contains("(\"" + name + "\" from property source \"commandLineArgs\").")
			.contains("Correct the property.");
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|',
			textBlock = """
					keys.k1=c2VjcmV0  | keys.k1' must be 16, 24 or 32 bytes as Base64, such as the output of 'openssl rand -base64 32': it has 6
					keys.k1=c2VjcmV0! | keys.k1' must be 16, 24 or 32 bytes as Base64, such as the output of 'openssl rand -base64 32'
					keys=c2VjcmV0     | keys' must have properties below it instead of a value
					""")
	void startWhenKeyIsWrongDoesNotPrintIt(String key, String reason, CapturedOutput output) {
		for (String kind : List.of("encryption", "signing")) {
			fail(Application.class, "queue.sqlite.payload." + kind + ".key=k1",
					"queue.sqlite.payload." + kind + "." + key);
			assertThat(output).contains("Property 'queue.sqlite.payload." + kind + "." + reason + ", was '******'")
				.doesNotContain("c2VjcmV0");
		}
	}

	@Test
	void startWhenKeyIsNotNamedSaysWhichThereAre(CapturedOutput output) {
		fail(Application.class, "queue.sqlite.payload.signing.keys.k1=NDQ0NDQ0NDQ0NDQ0NDQ0NA==");
		assertThat(output)
			.contains("Property 'queue.sqlite.payload.signing.key' must be the name of one of"
					+ " 'queue.sqlite.payload.signing.keys', which are [k1], is not set.")
			.doesNotContain("NDQ0");
	}

	static Stream<Arguments> beans() {
		String here = StartFailureTests.class.getName();
		return Stream.of(
				Arguments.of(TwoTasks.class, "The TaskDefinition of bean 'second' cannot be registered: Task 'mail' is"
						+ " declared twice: by " + here + "$TwoTasks and by " + here + "$TwoTasks. Give one of them"),
				Arguments.of(TwoListeners.class,
						"The ListenerDefinition of bean 'second' cannot be registered: There"
								+ " is already a listener named 'prices'."),
				Arguments.of(TwoSchedules.class,
						"Schedule 'nightly' is declared twice: by bean 'schedule' and by" + " @QueueSchedule method "
								+ here + "$TwoSchedules.nightly."),
				Arguments.of(NoExecutor.class,
						"@QueueTask method " + here + "$NoExecutor.mail cannot be a handler:"
								+ " 'executor' must name an Executor bean, was 'nowhere': there is no such bean."),
				Arguments.of(WrongCustomizer.class, "EmbeddedQueueBuilderCustomizer " + here + "$WrongCustomizer"
						+ " cannot be applied: 'concurrency' must be from 1 to 10000, was 0."));
	}

	@ParameterizedTest
	@MethodSource("beans")
	void startWhenBeansAreWrongNamesThem(Class<?> configuration, String text, CapturedOutput output) {
		fail(configuration);
		assertThat(output).contains("APPLICATION FAILED TO START").contains(text).doesNotContain("\tat ");
	}

	@Test
	void startWhenFilesMustBeThereAndAreNotSaysWhatToDo(CapturedOutput output) {
		Path missing = this.directory.resolve("missing");
		fail(Application.class, "queue.sqlite.storage=file", "queue.sqlite.directory=" + missing,
				"queue.sqlite.schema=none");
		assertThat(output).contains("There is no directory " + missing)
			.contains("start with 'schema: migrate' once.")
			.doesNotContain("\tat ");
		assertThat(Files.exists(missing)).isFalse();
	}

	private static void fail(Class<?> configuration, String... properties) {
		SpringApplication application = new SpringApplication(configuration);
		application.setWebApplicationType(WebApplicationType.NONE);
		application.setBannerMode(Banner.Mode.OFF);
		application.setDefaultProperties(Map.of("queue.sqlite.storage", "temporary", "queue.sqlite.shards", "1",
				"management.endpoints.jmx.exposure.include", "*", "spring.jmx.enabled", "true"));
		String[] arguments = Stream.of(properties).map((property) -> "--" + property).toArray(String[]::new);
		assertThatException().isThrownBy(() -> application.run(arguments).close());
	}

	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration({ QueueAutoConfiguration.class, QueueHealthContributorAutoConfiguration.class,
			QueueEndpointAutoConfiguration.class })
	static class Application {

	}

	static class TwoTasks extends Application {

		@Bean
		TaskDefinition<String> first() {
			return TaskDefinition.builder("mail", String.class, (payload, context) -> null).build();
		}

		@Bean
		TaskDefinition<String> second() {
			return TaskDefinition.builder("mail", String.class, (payload, context) -> null).build();
		}

	}

	static class TwoListeners extends Application {

		@Bean
		ListenerDefinition first() {
			return new ListenerDefinition("prices", List.of("price.*"), String.class, false, (change) -> {
			});
		}

		@Bean
		ListenerDefinition second() {
			return new ListenerDefinition("prices", List.of("price.*"), String.class, false, (change) -> {
			});
		}

	}

	static class TwoSchedules extends Application {

		@Bean
		Schedule schedule() {
			return Schedule.of("nightly", "mail").every(Duration.ofDays(1));
		}

		@QueueSchedule(name = "nightly", every = "1d")
		void nightly() {
		}

	}

	static class NoExecutor extends Application {

		@QueueTask(name = "mail", executor = "nowhere")
		void mail() {
		}

	}

	static class WrongCustomizer extends Application {

		@Bean
		EmbeddedQueueBuilderCustomizer customizer() {
			return (builder) -> builder.concurrency(0);
		}

	}

}
