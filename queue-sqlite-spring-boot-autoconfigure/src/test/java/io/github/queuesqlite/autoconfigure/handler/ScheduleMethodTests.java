package io.github.queuesqlite.autoconfigure.handler;

import java.time.Duration;
import java.time.ZoneId;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import io.github.queuesqlite.EmbeddedQueue;
import io.github.queuesqlite.annotation.QueueSchedule;
import io.github.queuesqlite.annotation.QueueTask;
import io.github.queuesqlite.autoconfigure.QueueAutoConfiguration;
import io.github.queuesqlite.message.NewMessage;
import io.github.queuesqlite.schedule.Misfire;
import io.github.queuesqlite.schedule.Overlap;
import io.github.queuesqlite.schedule.Schedule;
import io.github.queuesqlite.schedule.ScheduleOperations;
import io.github.queuesqlite.schedule.ScheduleStatus;
import io.github.queuesqlite.task.TaskContext;
import io.github.queuesqlite.task.TaskDefinition;
import io.github.queuesqlite.task.TaskRegistry;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.diagnostics.FailureAnalyzedException;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;
import org.springframework.context.support.PropertySourcesPlaceholderConfigurer;
import org.springframework.messaging.Message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Methods that are called by the clock. */
class ScheduleMethodTests {

	private final ApplicationContextRunner contextRunner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(QueueAutoConfiguration.class))
		.withBean(PropertySourcesPlaceholderConfigurer.class)
		.withPropertyValues("queue.sqlite.storage=temporary", "report.cron=0 30 2 * * *", "report.every=15m",
				"report.off=-");

	@Test
	void methodThatStandsAloneIsCalledWithItsSlot() {
		this.contextRunner.withBean("ticker", Ticker.class).run((context) -> {
			TaskContext first = context.getBean(Ticker.class).calls.poll(60, TimeUnit.SECONDS);
			assertThat(first).isNotNull();
			assertThat(first.schedule()).isEqualTo("ticker.tick");
			assertThat(first.slot()).isNotNull();
			assertThat(first.message().task()).isEqualTo("ticker.tick");
			TaskDefinition<?> task = context.getBean(TaskRegistry.class).find("ticker.tick").orElseThrow();
			assertThat(task.queue()).isEqualTo("default");
			ScheduleStatus status = context.getBean(ScheduleOperations.class).find("ticker.tick").orElseThrow();
			assertThat(status.declared()).isTrue();
			assertThat(status.schedule().every()).isEqualTo(Duration.ofMillis(50));
		});
	}

	@Test
	void methodWithATaskFiresThatTask() {
		this.contextRunner.withPropertyValues("queue.sqlite.schedules.enabled=false")
			.withBean(Reports.class)
			.run((context) -> {
				ScheduleOperations schedules = context.getBean(ScheduleOperations.class);
				assertThat(schedules.list()).extracting(ScheduleStatus::name)
					.containsExactly("named", "report.plain", "report.refresh");
				assertThat(schedules.find("named").orElseThrow().schedule()).satisfies((schedule) -> {
					assertThat(schedule.cron()).isEqualTo("0 30 2 * * *");
					assertThat(schedule.zone()).isEqualTo(ZoneId.of("Asia/Kolkata"));
					assertThat(schedule.misfire()).isEqualTo(Misfire.FIRE_ALL);
					assertThat(schedule.misfireLimit()).isEqualTo(7);
					assertThat(schedule.overlap()).isEqualTo(Overlap.QUEUE);
					assertThat(schedule.message().task()).isEqualTo("report.daily");
					assertThat(schedule.message().queue()).isEqualTo("reports");
				});
				assertThat(schedules.find("report.refresh").orElseThrow().schedule()).satisfies((schedule) -> {
					assertThat(schedule.every()).isEqualTo(Duration.ofMinutes(15));
					assertThat(schedule.misfire()).isEqualTo(Misfire.FIRE_ONCE);
					assertThat(schedule.overlap()).isEqualTo(Overlap.SKIP);
				});
				assertThat(context.getBean(TaskRegistry.class).find("report.off")).isPresent();
			});
	}

	@Test
	void beanOfTypeScheduleIsDeclared() {
		this.contextRunner.withUserConfiguration(ScheduleBeans.class).run((context) -> {
			ScheduleStatus status = context.getBean(ScheduleOperations.class).find("sales").orElseThrow();
			assertThat(status.declared()).isTrue();
			assertThat(status.schedule().times()).isEqualTo(3);
		});
	}

	@Test
	void methodOfALazyBeanIsDeclaredWhenTheBeanIsMade() {
		this.contextRunner.withUserConfiguration(LazyBeans.class).run((context) -> {
			ScheduleOperations schedules = context.getBean(ScheduleOperations.class);
			assertThat(schedules.list()).extracting(ScheduleStatus::name).containsExactly("sales");
			context.getBean(Reports.class);
			assertThat(schedules.list()).extracting(ScheduleStatus::name)
				.containsExactly("named", "report.plain", "report.refresh", "sales");
			assertThat(schedules.list()).allMatch((status) -> status.nextSlot() != null);
		});
	}

	@Test
	void processFiresNothingWhenThatIsOff() {
		this.contextRunner.withPropertyValues("queue.sqlite.schedules.enabled=false")
			.withBean("ticker", Ticker.class)
			.run((context) -> {
				EmbeddedQueue queue = context.getBean(EmbeddedQueue.class);
				await().during(Duration.ofMillis(300))
					.until(() -> queue.schedules().find("ticker.tick").orElseThrow().fired() == 0);
			});
	}

	static Stream<Arguments> refused() {
		return Stream.of(
				Arguments.of(new FiveFields(),
						"'cron' must be six fields (second minute hour day month weekday) or a macro such as @hourly,"
								+ " was '0 2 * * *'"),
				Arguments.of(new Never(), "'cron' has no time that ever comes, was '0 0 0 31 4 *'"),
				Arguments.of(new BadEvery(), "'every' must be a duration such as 500ms, 10s or PT10S, was 'often'"),
				Arguments.of(new ShortEvery(), "'every' must be from 10 ms"),
				Arguments.of(new BadZone(), "'zone' must be a time zone such as Europe/Berlin, was 'Berlin'"),
				Arguments.of(new Neither(), "has neither 'cron' nor 'every'"),
				Arguments.of(new Both(), "has both 'cron' and 'every'"),
				Arguments.of(new BadLimit(), "'misfireLimit' must be from 1 to 1000, was 0"),
				Arguments.of(new BadName(), "'name' may hold letters, digits and . _ - : only"),
				Arguments.of(new BadPlaceholder(), "'cron' cannot be resolved from '${nowhere}'"),
				Arguments.of(new WithPayload(), "takes a payload, but the messages of @QueueSchedule have none"),
				Arguments.of(new WithBatch(), "handles batches, but a schedule gives one message at a time"),
				Arguments.of(new StaticMethod(), "is static"));
	}

	@ParameterizedTest
	@MethodSource
	@SuppressWarnings("unchecked")
	void refused(Object bean, String reason) {
		this.contextRunner.withBean("handler", (Class<Object>) bean.getClass(), () -> bean)
			.run((context) -> assertThat(context).getFailure()
				.isInstanceOf(FailureAnalyzedException.class)
				.hasMessageContaining(
						"@QueueSchedule method " + bean.getClass().getName() + ".handle cannot be a handler: ")
				.hasMessageContaining(reason));
	}

	@Test
	void startWhenTwoSchedulesHaveOneNameIsRefused() {
		this.contextRunner.withUserConfiguration(TwoBeans.class)
			.run((context) -> assertThat(context).getFailure()
				.isInstanceOf(FailureAnalyzedException.class)
				.hasMessage("Schedule 'same' is declared twice: by bean 'first' and by bean 'second'."));
	}

	static class Ticker {

		final BlockingQueue<TaskContext> calls = new LinkedBlockingQueue<>();

		@QueueSchedule(every = "50ms")
		void tick(TaskContext context) {
			this.calls.add(context);
		}

	}

	static class Reports {

		@QueueSchedule(name = "named", cron = "${report.cron}", zone = "#{'Asia/Kolkata'}", misfire = Misfire.FIRE_ALL,
				misfireLimit = 7, overlap = Overlap.QUEUE)
		@QueueTask(value = "report.daily", queue = "reports")
		void daily() {
		}

		@QueueSchedule(every = "${report.every}")
		@QueueTask("report.refresh")
		void refresh(Message<?> message) {
		}

		@QueueSchedule(cron = "@hourly")
		@QueueTask("report.plain")
		void plain(@Nullable String customer) {
		}

		@QueueSchedule(name = "report.off", cron = "${report.off}")
		void off() {
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class ScheduleBeans {

		@Bean
		Schedule sales() {
			return Schedule.of("sales", NewMessage.to("report").payload(List.of("sales"))).cron("@daily").times(3);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class LazyBeans extends ScheduleBeans {

		@Bean
		@Lazy
		Reports reports() {
			return new Reports();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class TwoBeans {

		@Bean
		Schedule first() {
			return Schedule.of("same", "a").cron("@daily");
		}

		@Bean
		Schedule second() {
			return Schedule.of("same", "b").cron("@daily");
		}

	}

	static class FiveFields {

		@QueueSchedule(cron = "0 2 * * *")
		void handle() {
		}

	}

	static class Never {

		@QueueSchedule(cron = "0 0 0 31 4 *")
		void handle() {
		}

	}

	static class BadEvery {

		@QueueSchedule(every = "often")
		void handle() {
		}

	}

	static class ShortEvery {

		@QueueSchedule(every = "9ms")
		void handle() {
		}

	}

	static class BadZone {

		@QueueSchedule(cron = "@daily", zone = "Berlin")
		void handle() {
		}

	}

	static class Neither {

		@QueueSchedule
		void handle() {
		}

	}

	static class Both {

		@QueueSchedule(cron = "@daily", every = "1d")
		void handle() {
		}

	}

	static class BadLimit {

		@QueueSchedule(cron = "@daily", misfireLimit = 0)
		void handle() {
		}

	}

	static class BadName {

		@QueueSchedule(name = "a b", cron = "@daily")
		void handle() {
		}

	}

	static class BadPlaceholder {

		@QueueSchedule(cron = "${nowhere}")
		void handle() {
		}

	}

	static class WithPayload {

		@QueueSchedule(cron = "@daily")
		@QueueTask("a")
		void handle(String customer) {
		}

	}

	static class WithBatch {

		@QueueSchedule(cron = "@daily")
		@QueueTask(value = "a", batchSize = 10)
		void handle(List<TaskContext> runs) {
		}

	}

	static class StaticMethod {

		@QueueSchedule(cron = "@daily")
		static void handle() {
		}

	}

}
