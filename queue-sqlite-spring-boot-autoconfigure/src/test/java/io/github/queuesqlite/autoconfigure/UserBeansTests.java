package io.github.queuesqlite.autoconfigure;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Executor;
import java.util.stream.Stream;
import javax.sql.DataSource;

import io.github.queuesqlite.QueueOperations;
import org.flywaydb.core.Flyway;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.task.TaskExecutionAutoConfiguration;
import org.springframework.boot.flyway.autoconfigure.FlywayAutoConfiguration;
import org.springframework.boot.jackson.autoconfigure.JacksonAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceTransactionManagerAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcTemplateAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.transaction.autoconfigure.TransactionAutoConfiguration;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.task.SimpleAsyncTaskExecutor;
import org.springframework.jdbc.core.JdbcOperations;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.TransactionManager;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;

/** Tests that the application's own beans are untouched, whether or not it has any. */
class UserBeansTests {

	@TempDir
	Path directory;

	private final ApplicationContextRunner withoutQueue = new ApplicationContextRunner();

	private final ApplicationContextRunner boots = this.withoutQueue
		.withConfiguration(AutoConfigurations.of(DataSourceAutoConfiguration.class, JdbcTemplateAutoConfiguration.class,
				DataSourceTransactionManagerAutoConfiguration.class, TransactionAutoConfiguration.class,
				FlywayAutoConfiguration.class, TaskExecutionAutoConfiguration.class, JacksonAutoConfiguration.class));

	static Stream<Class<?>> types() {
		return Stream.of(DataSource.class, JdbcOperations.class, Flyway.class, TransactionManager.class, Executor.class,
				JsonMapper.class);
	}

	@ParameterizedTest
	@MethodSource("types")
	void startWhenUserHasNoneMakesNone(Class<?> type) {
		queue(this.withoutQueue).run((context) -> assertThat(context).hasNotFailed()
			.hasSingleBean(QueueOperations.class)
			.doesNotHaveBean(type));
	}

	@ParameterizedTest
	@MethodSource("types")
	void startWhenBootMakesThemLeavesThem(Class<?> type) {
		Map<String, String> expected = new TreeMap<>();
		this.boots.run((context) -> expected.putAll(beans(context, type)));
		assertThat(expected).isNotEmpty();
		queue(this.boots).run((context) -> {
			assertThat(context).hasNotFailed().hasSingleBean(QueueOperations.class);
			assertThat(beans(context, type)).isEqualTo(expected);
		});
	}

	@ParameterizedTest
	@MethodSource("types")
	void startWhenUserDefinesThemLeavesThem(Class<?> type) {
		queue(this.boots.withUserConfiguration(OwnBeans.class)).run((context) -> {
			assertThat(context).hasNotFailed().hasSingleBean(QueueOperations.class);
			assertThat(beans(context, type).keySet()).containsExactly("own" + type.getSimpleName());
		});
	}

	@Test
	void migrateWhenUserHasMigrationsKeepsBothApart() throws Exception {
		queue(this.boots).run((context) -> {
			Flyway flyway = context.getBean(Flyway.class);
			assertThat(flyway.info().applied()).extracting((migration) -> migration.getScript())
				.containsExactly("V1__create_customer.sql");
			assertThat(context.getBean(JdbcTemplate.class)
				.queryForList("SELECT LOWER(table_name) FROM information_schema.tables WHERE table_schema = 'PUBLIC'",
						String.class))
				.containsExactlyInAnyOrder("customer", "flyway_schema_history");
			context.getBean(QueueOperations.class).enqueue("greet", "Ada");
		});
		assertThat(tables(this.directory.resolve("default/queue_shard_0.db"))).contains("message")
			.doesNotContain("customer");
	}

	private ApplicationContextRunner queue(ApplicationContextRunner runner) {
		return runner.withConfiguration(AutoConfigurations.of(QueueAutoConfiguration.class))
			.withPropertyValues("queue.sqlite.directory=" + this.directory, "queue.sqlite.shards=1");
	}

	private static Map<String, String> beans(ApplicationContext context, Class<?> type) {
		Map<String, String> beans = new TreeMap<>();
		context.getBeansOfType(type).forEach((name, bean) -> beans.put(name, bean.getClass().getName()));
		return beans;
	}

	private static List<String> tables(Path file) throws Exception {
		List<String> tables = new ArrayList<>();
		try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
				ResultSet rows = connection.createStatement()
					.executeQuery("SELECT name FROM sqlite_master WHERE type = 'table'")) {
			while (rows.next()) {
				tables.add(rows.getString(1));
			}
		}
		return tables;
	}

	@Configuration(proxyBeanMethods = false)
	static class OwnBeans {

		@Bean
		DataSource ownDataSource() {
			JdbcDataSource dataSource = new JdbcDataSource();
			dataSource.setUrl("jdbc:h2:mem:own");
			return dataSource;
		}

		@Bean
		JdbcOperations ownJdbcOperations(DataSource dataSource) {
			return new JdbcTemplate(dataSource);
		}

		@Bean
		Flyway ownFlyway(DataSource dataSource) {
			return Flyway.configure().dataSource(dataSource).load();
		}

		@Bean
		TransactionManager ownTransactionManager(DataSource dataSource) {
			return new JdbcTransactionManager(dataSource);
		}

		@Bean
		Executor ownExecutor() {
			return new SimpleAsyncTaskExecutor("own-");
		}

		@Bean
		JsonMapper ownJsonMapper() {
			return JsonMapper.builder().build();
		}

	}

}
