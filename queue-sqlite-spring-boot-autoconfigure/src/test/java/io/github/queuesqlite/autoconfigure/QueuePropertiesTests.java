package io.github.queuesqlite.autoconfigure;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

import io.github.queuesqlite.Durability;
import io.github.queuesqlite.OnFull;
import io.github.queuesqlite.SchemaMode;
import io.github.queuesqlite.message.QueueOrder;
import io.github.queuesqlite.task.QueuePool;
import io.github.queuesqlite.task.RateLimit;
import io.github.queuesqlite.task.RetryPolicy;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.util.unit.DataSize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

/** Tests for {@link QueueProperties} and {@link QueueFailureAnalyzer}. */
class QueuePropertiesTests {

	private final StandardEnvironment environment = new StandardEnvironment();

	@Test
	void bindWhenNothingIsSetGivesDefaults() {
		QueueProperties properties = bind(Map.of());
		assertThat(properties.enabled()).isTrue();
		assertThat(properties.storage()).isEqualTo(QueueProperties.Storage.FILE);
		assertThat(properties.directory()).isEqualTo("data/queue");
		assertThat(properties.name()).isEqualTo("default");
		assertThat(properties.shards()).isNull();
		assertThat(properties.durability()).isEqualTo(Durability.FULL);
		assertThat(properties.schema()).isEqualTo(SchemaMode.MIGRATE);
		assertThat(properties.enqueue()).isEqualTo(new QueueProperties.Enqueue(
				QueueProperties.Enqueue.When.AFTER_COMMIT, 10_000, -1, OnFull.BLOCK, seconds(30), null));
		assertThat(properties.worker())
			.isEqualTo(new QueueProperties.Worker(true, 8, seconds(1), Duration.ofMinutes(30), seconds(10), "auto"));
		assertThat(properties.queues()).isEmpty();
		assertThat(properties.pools()).isEmpty();
		assertThat(properties.retry().toPolicy()).isEqualTo(RetryPolicy.DEFAULT);
		assertThat(properties.lease().duration()).isEqualTo(seconds(30));
		assertThat(properties.shutdown().drainTimeout()).isEqualTo(seconds(20));
		assertThat(properties.retention()).isEqualTo(new QueueProperties.Retention(Duration.ofHours(24),
				Duration.ofHours(24), Duration.ofHours(24), Duration.ofDays(14), 100_000));
		assertThat(properties.history()).isEqualTo(new QueueProperties.History(false, Duration.ofDays(7), 100_000));
		assertThat(properties.unhosted().expireAfter()).isNull();
		assertThat(properties.listen()).isEqualTo(new QueueProperties.Listen(Duration.ofHours(24), 3));
		assertThat(properties.payload()).isEqualTo(new QueueProperties.Payload(DataSize.ofMegabytes(1), null, null,
				new QueueProperties.Encryption(null, Map.of()), new QueueProperties.Signing(null, Map.of(), true)));
		assertThat(properties.wal().max()).isEqualTo(DataSize.ofGigabytes(1));
		assertThat(properties.cache())
			.isEqualTo(new QueueProperties.Cache(DataSize.ofMegabytes(16), DataSize.ofMegabytes(4)));
		assertThat(properties.disk().reserve()).isNull();
		assertThat(properties.dashboard()).isEqualTo(new QueueProperties.Dashboard(false, "/queue-dashboard",
				QueueProperties.Dashboard.Access.READ_ONLY, QueueProperties.Dashboard.ShowValues.NEVER, Set.of()));
	}

	@Test
	void bindWhenDashboardIsSetGivesWhatIsSet() {
		assertThat(bind(Map.of("dashboard.enabled", "true", "dashboard.path", "/internal/queue~1.x", "dashboard.access",
				"unrestricted", "dashboard.show-values", "when-authorized", "dashboard.roles", "admin,operator"))
			.dashboard())
			.isEqualTo(new QueueProperties.Dashboard(true, "/internal/queue~1.x",
					QueueProperties.Dashboard.Access.UNRESTRICTED, QueueProperties.Dashboard.ShowValues.WHEN_AUTHORIZED,
					Set.of("admin", "operator")));
	}

	@Test
	void bindWhenEverythingIsSetGivesWhatIsSet() {
		QueueProperties properties = bind(Map.ofEntries(Map.entry("enabled", "false"),
				Map.entry("storage", "temporary"), Map.entry("directory", "/var/queue"), Map.entry("name", "orders"),
				Map.entry("shards", "8"), Map.entry("durability", "normal"), Map.entry("schema", "validate"),
				Map.entry("enqueue.when", "now"), Map.entry("enqueue.max-pending", "1"),
				Map.entry("enqueue.block-timeout", "0"), Map.entry("enqueue.max-length", "500"),
				Map.entry("enqueue.on-full", "drop-oldest"), Map.entry("enqueue.callback-timeout", "5s"),
				Map.entry("worker.enabled", "false"), Map.entry("worker.concurrency", "10000"),
				Map.entry("worker.poll-interval", "10ms"), Map.entry("worker.timeout", "PT1H"),
				Map.entry("worker.probation", "0s"), Map.entry("worker.executor", "mine"),
				Map.entry("queues.mail.concurrency", "2"), Map.entry("queues.mail.rate-limit", "100/1m"),
				Map.entry("queues.mail.order", "lifo"), Map.entry("queues.mail.ageing", "5m"),
				Map.entry("queues[mail.out].concurrency", "3"), Map.entry("retry.max-retries", "0"),
				Map.entry("retry.delay", "0"), Map.entry("retry.multiplier", "1.5"), Map.entry("retry.max-delay", "1m"),
				Map.entry("retry.jitter", "0"), Map.entry("retry.delays", "1s,1m"),
				Map.entry("retry.max-elapsed", "1h"), Map.entry("lease.duration", "1s"),
				Map.entry("shutdown.drain-timeout", "1d"), Map.entry("retention.completed", "0"),
				Map.entry("retention.cancelled", "1h"), Map.entry("retention.expired", "2h"),
				Map.entry("retention.dead", "3h"), Map.entry("retention.max-rows", "0"),
				Map.entry("history.enabled", "true"), Map.entry("history.keep", "1h"),
				Map.entry("history.max-rows", "5"), Map.entry("unhosted.expire-after", "7d"),
				Map.entry("listen.retention", "1s"), Map.entry("listen.max-retries", "0"),
				Map.entry("payload.max-size", "256MB"), Map.entry("payload.codec", "json"),
				Map.entry("payload.compress-over", "8KB"), Map.entry("payload.encryption.key", "k1"),
				Map.entry("payload.encryption.keys.k1", "c2VjcmV0"), Map.entry("payload.signing.key", "s1"),
				Map.entry("payload.signing.keys.s1", "c2VjcmV0"), Map.entry("payload.signing.required", "false"),
				Map.entry("wal.max", "128MB"), Map.entry("disk.reserve", "1GB"), Map.entry("cache.writer", "256KB"),
				Map.entry("cache.reader", "16GB")));
		assertThat(properties.enabled()).isFalse();
		assertThat(properties.storage()).isEqualTo(QueueProperties.Storage.TEMPORARY);
		assertThat(properties.directory()).isEqualTo("/var/queue");
		assertThat(properties.name()).isEqualTo("orders");
		assertThat(properties.shards()).isEqualTo(8);
		assertThat(properties.durability()).isEqualTo(Durability.NORMAL);
		assertThat(properties.schema()).isEqualTo(SchemaMode.VALIDATE);
		assertThat(properties.enqueue()).isEqualTo(new QueueProperties.Enqueue(QueueProperties.Enqueue.When.NOW, 1, 500,
				OnFull.DROP_OLDEST, Duration.ZERO, seconds(5)));
		assertThat(properties.worker()).isEqualTo(new QueueProperties.Worker(false, 10_000, Duration.ofMillis(10),
				Duration.ofHours(1), Duration.ZERO, "mine"));
		assertThat(properties.queues())
			.containsOnly(
					Map.entry("mail",
							new QueueProperties.Queue(2, RateLimit.of("100/1m"), QueueOrder.LIFO,
									Duration.ofMinutes(5))),
					Map.entry("mail.out", new QueueProperties.Queue(3, null, QueueOrder.FIFO, null)));
		assertThat(properties.retry().toPolicy()).isEqualTo(new RetryPolicy(0, Duration.ZERO, 1.5,
				Duration.ofMinutes(1), 0, List.of(seconds(1), seconds(60)), Duration.ofHours(1)));
		assertThat(properties.lease().duration()).isEqualTo(seconds(1));
		assertThat(properties.shutdown().drainTimeout()).isEqualTo(Duration.ofDays(1));
		assertThat(properties.retention()).isEqualTo(new QueueProperties.Retention(Duration.ZERO, Duration.ofHours(1),
				Duration.ofHours(2), Duration.ofHours(3), 0));
		assertThat(properties.history()).isEqualTo(new QueueProperties.History(true, Duration.ofHours(1), 5));
		assertThat(properties.unhosted().expireAfter()).isEqualTo(Duration.ofDays(7));
		assertThat(properties.listen()).isEqualTo(new QueueProperties.Listen(seconds(1), 0));
		assertThat(properties.payload()).isEqualTo(new QueueProperties.Payload(DataSize.ofMegabytes(256), "json",
				DataSize.ofKilobytes(8), new QueueProperties.Encryption("k1", Map.of("k1", "c2VjcmV0")),
				new QueueProperties.Signing("s1", Map.of("s1", "c2VjcmV0"), false)));
		assertThat(properties.toString()).doesNotContain("c2VjcmV0");
		assertThat(properties.wal().max()).isEqualTo(DataSize.ofMegabytes(128));
		assertThat(properties.disk().reserve()).isEqualTo(DataSize.ofGigabytes(1));
		assertThat(properties.cache())
			.isEqualTo(new QueueProperties.Cache(DataSize.ofKilobytes(256), DataSize.ofGigabytes(16)));
	}

	@ParameterizedTest
	@CsvSource(quoteCharacter = '"',
			textBlock = """
					enabled,                 maybe,      must be true or false
					storage,                 memory,     must be file or temporary
					directory,               "",         must not be empty
					name,                    a/b,        must be 1 to 200 letters, digits or . _ - :
					name,                    ..,         must not be a relative directory
					shards,                  0,          must be from 1 to 64
					shards,                  65,         must be from 1 to 64
					shards,                  two,        must be a whole number
					shards,                  99999999999,must be a whole number
					durability,              fast,       must be full or normal
					schema,                  drop,       "must be migrate, validate or none"
					enqueue.when,            later,      must be after-commit or now
					enqueue.max-pending,     0,          must be from 1 to 1000000
					enqueue.max-pending,     1000001,    must be from 1 to 1000000
					enqueue.max-length,      0,          must be -1 or at least 1
					enqueue.max-length,      -2,         must be -1 or at least 1
					enqueue.max-length,      some,       must be a whole number
					enqueue.on-full,         wait,       "must be block, reject or drop-oldest"
					enqueue.block-timeout,   -1s,        must be from 0s to 1d
					enqueue.callback-timeout,0s,         must be from 1ms to 36525d
					enqueue.block-timeout,   25h,        must be from 0s to 1d
					enqueue.block-timeout,   soon,       "must be a duration such as 500ms, 10s, 5m, 1h, 7d or PT10S"
					worker.enabled,          perhaps,    must be true or false
					worker.concurrency,      0,          must be from 1 to 10000
					worker.concurrency,      10001,      must be from 1 to 10000
					worker.poll-interval,    9ms,        must be from 10ms to 1m
					worker.poll-interval,    61s,        must be from 10ms to 1m
					worker.probation,        -1s,        must be from 0s to 1h
					worker.probation,        61m,        must be from 0s to 1h
					worker.timeout,          0,          must be from 1ms to 36525d
					worker.timeout,          36526d,     must be from 1ms to 36525d
					worker.executor,         "",         must not be empty
					queues.mail.concurrency, 0,          must be from 1 to 10000
					queues.mail.concurrency, 10001,      must be from 1 to 10000
					queues.mail.rate-limit,  100,        "must be a rate such as 100/1m or 5/500ms: 1 to 1000000 in 1ms to 366d"
					queues.mail.rate-limit,  0/1s,       "must be a rate such as 100/1m or 5/500ms: 1 to 1000000 in 1ms to 366d"
					queues.mail.rate-limit,  1/1w,       "must be a rate such as 100/1m or 5/500ms: 1 to 1000000 in 1ms to 366d"
					queues.mail.order,       sideways,   must be fifo or lifo
					queues.mail.ageing,      9ms,        must be from 10ms to 36525d
					queues.mail.ageing,      36526d,     must be from 10ms to 36525d
					queues.mail.concurrency, many,       must be a whole number
					queues.mail,             3,          must have properties below it instead of a value
					queues,                  mail,       must have properties below it instead of a value
					worker,                  8,          must have properties below it instead of a value
					queues[a/b].concurrency, 1,          must have names of 1 to 200 letters, digits or . _ - :
					retry.max-retries,       -1,         must be from 0 to 1000000
					retry.max-retries,       1000001,    must be from 0 to 1000000
					retry.delay,             -1s,        must be from 0s to 36525d
					retry.delays,            -1s,        must be from 0s to 36525d
					retry.delays,            "1s,soon",  "must be a list, each a duration such as 500ms, 10s, 5m, 1h, 7d or PT10S"
					retry.max-elapsed,       0s,         must be from 1ms to 36525d
					retry.multiplier,        0.9,        must be from 1 to 1000
					retry.multiplier,        1001,       must be from 1 to 1000
					retry.multiplier,        NaN,        must be from 1 to 1000
					retry.multiplier,        double,     must be a number
					retry.max-delay,         999ms,      "must be at least 'queue.sqlite.retry.delay', which is PT1S"
					retry.max-delay,         36526d,     must be from 0s to 36525d
					retry.jitter,            -0.1,       must be from 0 to 1
					retry.jitter,            1.1,        must be from 0 to 1
					lease.duration,          999ms,      must be from 1s to 1h
					lease.duration,          61m,        must be from 1s to 1h
					shutdown.drain-timeout,  -1s,        must be from 0s to 1d
					shutdown.drain-timeout,  25h,        must be from 0s to 1d
					retention.completed,     -1s,        must be from 0s to 36525d
					retention.cancelled,     -1s,        must be from 0s to 36525d
					retention.expired,       -1s,        must be from 0s to 36525d
					retention.dead,          36526d,     must be from 0s to 36525d
					retention.max-rows,      -1,         must be at least 0
					history.keep,            999ms,      must be from 1s to 36525d
					history.max-rows,        0,          must be at least 1
					unhosted.expire-after,   999ms,      must be from 1s to 36525d
					listen.retention,        999ms,      must be from 1s to 36525d
					listen.max-retries,      -1,         must be from 0 to 1000
					listen.max-retries,      1001,       must be from 0 to 1000
					payload.max-size,        0B,         must be from 1B to 256MB
					payload.max-size,        257MB,      must be from 1B to 256MB
					payload.max-size,        big,        "must be a size such as 512KB, 1MB or 1GB"
					wal.max,                 127MB,      must be at least 128MB
					disk.reserve,            1023KB,     must be 0 or at least 1MB
					disk.reserve,            -1MB,       must be 0 or at least 1MB
					cache.writer,            255KB,      must be from 256KB to 16GB
					cache.reader,            17GB,       must be from 256KB to 16GB
					disk.reserve,            much,       "must be a size such as 512KB, 1MB or 1GB"
					dashboard.path,          "",         must be a path such as /queue-dashboard
					dashboard.path,          /,          must be a path such as /queue-dashboard
					dashboard.path,          queue,      must be a path such as /queue-dashboard
					dashboard.path,          /queue/,    must be a path such as /queue-dashboard
					dashboard.path,          //queue,    must be a path such as /queue-dashboard
					dashboard.path,          /..,        must be a path such as /queue-dashboard
					dashboard.path,          /a/../b,    must be a path such as /queue-dashboard
					dashboard.path,          /a b,       must be a path such as /queue-dashboard
					dashboard.path,          /{a},       must be a path such as /queue-dashboard
					dashboard.path,          /*,         must be a path such as /queue-dashboard
					dashboard.path,          /a?b,       must be a path such as /queue-dashboard
					dashboard.access,        none,       must be read-only or unrestricted
					dashboard.show-values,   sometimes,  "must be never, when-authorized or always"
					""")
	void bindWhenValueIsWrongNamesPropertyValueAndRange(String property, String value, String reason) {
		Throwable failure = catchThrowable(() -> bind(Map.of(property, value)));
		assertThat(failure).isNotNull();
		FailureAnalysis analysis = new QueueFailureAnalyzer(this.environment).analyze(failure);
		assertThat(analysis).isNotNull();
		assertThat(analysis.getDescription()).contains(reason)
			.startsWith("Property 'queue.sqlite." + (property.startsWith("queues[") ? "queues" : property) + "' must")
			.containsPattern("was '.*'")
			.doesNotContain("\n");
		if (!property.startsWith("queues[")) {
			assertThat(analysis.getDescription()).contains("was '" + value + "'")
				.contains("\"queue.sqlite." + property + "\" from property source \"test\"");
		}
	}

	@Test
	void bindWhenPoolsAreSetGivesWhatIsSet() {
		QueueProperties properties = bind(Map.of("worker.concurrency", "5", "pools.main.queues", "high,default",
				"pools.side.queues[0]", "b", "pools.side.queues[1]", "a", "pools.side.concurrency", "2",
				"pools.side.strategy", "weighted", "pools.side.weights.a", "3", "queues.a.concurrency", "2"));
		assertThat(properties.pools().get("main").toPool(properties.worker().concurrency()))
			.isEqualTo(QueuePool.strict(5, "high", "default"));
		assertThat(properties.pools().get("side").toPool(properties.worker().concurrency()))
			.isEqualTo(QueuePool.weighted(2, Map.of("b", 1, "a", 3)));
		assertThat(properties.pools().get("side").queues()).containsExactly("b", "a");
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|',
			textBlock = """
					pools.main=3                                               | pools.main must have properties below it instead of a value, was '3'
					pools=main                                                 | pools must have properties below it instead of a value, was 'main'
					pools.main.concurrency=3                                   | pools.main.queues must name the queues that share the pool, is not set
					pools.main.queues=                                         | pools.main.queues must name the queues that share the pool, was ''
					pools.main.queues=a;pools.main.concurrency=0               | pools.main.concurrency must be from 1 to 10000, was '0'
					pools.main.queues=a;pools.main.concurrency=10001           | pools.main.concurrency must be from 1 to 10000, was '10001'
					pools.main.queues=a;pools.main.strategy=random             | pools.main.strategy must be strict, weighted or round-robin, was 'random'
					pools.main.queues=a b                                      | pools.main.queues must have names of 1 to 200 letters, digits or . _ - :, was 'a b'
					pools.main.queues=a,b,a                                    | pools.main.queues must name each queue once, names 'a' twice, was 'a,b,a'
					pools.one.queues=a;pools.two.queues=b,a                    | pools.two.queues must name no queue of another pool: 'a' is in pool 'one', was 'b,a'
					pools.main.queues=a;queues.a.concurrency=9                 | queues.a.concurrency must be at most 8, the concurrency of its pool 'main', was '9'
					pools.main.queues=a;pools.main.strategy=weighted;pools.main.weights.a=0    | pools.main.weights.a must be from 1 to 1000, was '0'
					pools.main.queues=a;pools.main.strategy=weighted;pools.main.weights.a=-1   | pools.main.weights.a must be from 1 to 1000, was '-1'
					pools.main.queues=a;pools.main.strategy=weighted;pools.main.weights.a=much | pools.main.weights.a must be a whole number, was 'much'
					pools.main.queues=a;pools.main.strategy=weighted;pools.main.weights=5      | pools.main.weights must have properties below it instead of a value, was '5'
					pools.main.queues=a;pools.main.strategy=weighted;pools.main.weights.b=2    | pools.main.weights.b must be of one of 'queue.sqlite.pools.main.queues', which are [a], was '2'
					pools.main.queues=a;pools.main.weights.a=2                                 | pools.main.weights.a must not be set with another strategy than weighted: 'queue.sqlite.pools.main.strategy' is strict, was '2'
					""")
	void bindWhenPoolIsWrongNamesPropertyValueAndWhatWouldBeRight(String properties, String text) {
		// In this order: which of two pools is the second one is a matter of order.
		Map<String, String> values = new LinkedHashMap<>();
		for (String property : properties.split(";")) {
			String[] parts = property.split("=", 2);
			values.put(parts[0], parts[1]);
		}
		Throwable failure = catchThrowable(() -> bind(values));
		FailureAnalysis analysis = new QueueFailureAnalyzer(this.environment).analyze(failure);
		assertThat(analysis).isNotNull();
		String[] parts = text.split(" ", 2);
		assertThat(analysis.getDescription()).startsWith("Property 'queue.sqlite." + parts[0] + "' " + parts[1])
			.doesNotContain("\n");
	}

	@Test
	void analyzeWhenFailureIsOfAnotherPropertyLeavesItToOthers() {
		this.environment.getPropertySources().addFirst(new MapPropertySource("test", Map.of("other.size", "big")));
		Throwable failure = catchThrowable(() -> Binder.get(this.environment).bind("other.size", DataSize.class));
		assertThat(new QueueFailureAnalyzer(this.environment).analyze(failure)).isNull();
		assertThat(new QueueFailureAnalyzer(this.environment).analyze(new IllegalStateException())).isNull();
	}

	private QueueProperties bind(Map<String, String> values) {
		Map<String, Object> prefixed = new LinkedHashMap<>();
		values.forEach((name, value) -> prefixed.put("queue.sqlite." + name, value));
		this.environment.getPropertySources().addFirst(new MapPropertySource("test", prefixed));
		ConfigurationPropertySources.attach(this.environment);
		return Binder.get(this.environment).bindOrCreate("queue.sqlite", QueueProperties.class);
	}

	private static Duration seconds(int seconds) {
		return Duration.ofSeconds(seconds);
	}

}
