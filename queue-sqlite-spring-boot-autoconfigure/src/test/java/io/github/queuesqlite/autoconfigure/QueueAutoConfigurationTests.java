package io.github.queuesqlite.autoconfigure;

import java.lang.reflect.Method;
import java.lang.reflect.Type;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

import io.github.queuesqlite.EmbeddedQueue;
import io.github.queuesqlite.QueueOperations;
import io.github.queuesqlite.ShardChooser;
import io.github.queuesqlite.autoconfigure.handler.QueueAnnotationBeanPostProcessor;
import io.github.queuesqlite.event.QueueRecorder;
import io.github.queuesqlite.event.RunOutcome;
import io.github.queuesqlite.listen.ListenOperations;
import io.github.queuesqlite.listen.ListenerRegistry;
import io.github.queuesqlite.message.NewMessage;
import io.github.queuesqlite.payload.PayloadCodec;
import io.github.queuesqlite.store.IdLayout;
import io.github.queuesqlite.store.Shard;
import io.github.queuesqlite.task.EnqueueInterceptor;
import io.github.queuesqlite.task.TaskDefinition;
import io.github.queuesqlite.task.TaskInterceptor;
import io.github.queuesqlite.task.TaskRegistry;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.EnabledOnJre;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.mockito.Mockito;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.diagnostics.FailureAnalyzedException;
import org.springframework.boot.logging.LogLevel;
import org.springframework.boot.logging.LoggingSystem;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.PayloadApplicationEvent;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Tests for {@link QueueAutoConfiguration}. */
@ExtendWith(OutputCaptureExtension.class)
class QueueAutoConfigurationTests {

	@TempDir
	Path directory;

	private final ApplicationContextRunner contextRunner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(QueueAutoConfiguration.class))
		.withPropertyValues("queue.sqlite.storage=temporary", "queue.sqlite.shards=1");

	@Test
	void startWhenNothingIsDefinedMakesBeansAndStartsWorkers() {
		this.contextRunner.run((context) -> assertThat(context).hasSingleBean(EmbeddedQueue.class)
			.hasSingleBean(QueueOperations.class)
			.hasSingleBean(ListenOperations.class)
			.hasSingleBean(TaskRegistry.class)
			.hasSingleBean(ListenerRegistry.class)
			.hasSingleBean(QueueAnnotationBeanPostProcessor.class)
			.getBean(QueueWorkers.class)
			.satisfies((workers) -> assertThat(workers.isRunning()).isTrue()));
	}

	@Test
	void startAndStopAreToldToTheApplication() {
		List<String> told = new ArrayList<>();
		this.contextRunner.withInitializer((context) -> context.addApplicationListener((event) -> {
			if (event instanceof PayloadApplicationEvent<?> payload) {
				if (payload.getPayload() instanceof QueueStarted started) {
					told.add("started, runs: " + started.queue().isRunning());
				}
				if (payload.getPayload() instanceof QueueStopping stopping) {
					told.add("stopping, runs: " + stopping.queue().isRunning());
					throw new IllegalStateException("a listener that fails");
				}
			}
		})).run((context) -> assertThat(told).containsExactly("started, runs: true"));
		assertThat(told).containsExactly("started, runs: true", "stopping, runs: true");
	}

	@Test
	void startWhenDisabledMakesNoBeans() {
		this.contextRunner.withPropertyValues("queue.sqlite.enabled=false")
			.run((context) -> assertThat(context).hasNotFailed()
				.doesNotHaveBean(EmbeddedQueue.class)
				.doesNotHaveBean(QueueOperations.class)
				.doesNotHaveBean(QueueWorkers.class)
				.doesNotHaveBean(QueueAnnotationBeanPostProcessor.class)
				.doesNotHaveBean(QueueProperties.class));
	}

	@Test
	void startWhenUserDefinesBeansBacksOff() {
		QueueOperations operations = Mockito.mock(QueueOperations.class);
		ListenOperations listen = Mockito.mock(ListenOperations.class);
		TaskRegistry tasks = new TaskRegistry();
		ListenerRegistry listeners = Mockito.mock(ListenerRegistry.class);
		this.contextRunner.withBean("own", QueueOperations.class, () -> operations)
			.withBean(ListenOperations.class, () -> listen)
			.withBean(TaskRegistry.class, () -> tasks)
			.withBean(ListenerRegistry.class, () -> listeners)
			.run((context) -> {
				assertThat(context).getBean(QueueOperations.class).isSameAs(operations);
				assertThat(context).getBean(ListenOperations.class).isSameAs(listen);
				assertThat(context).getBean(TaskRegistry.class).isSameAs(tasks);
				assertThat(context).getBean(ListenerRegistry.class).isSameAs(listeners);
			});
	}

	@Test
	void startWhenUserDefinesQueueBuildsOnIt() {
		this.contextRunner.withUserConfiguration(OwnQueue.class).run((context) -> {
			assertThat(context).hasSingleBean(EmbeddedQueue.class);
			assertThat(context.getBean(QueueOperations.class))
				.isSameAs(context.getBean(EmbeddedQueue.class).operations());
			assertThat(context.getBean(EmbeddedQueue.class).isRunning()).isTrue();
		});
	}

	@Test
	void startWhenUserDefinesWorkersLeavesTheStartToThem() {
		this.contextRunner.withUserConfiguration(OwnWorkers.class)
			.run((context) -> assertThat(context.getBean(EmbeddedQueue.class).isRunning()).isFalse());
	}

	@Test
	void startWhenWorkersAreDisabledAcceptsMessagesOnly() {
		this.contextRunner.withPropertyValues("queue.sqlite.worker.enabled=false").run((context) -> {
			assertThat(context.getBean(QueueWorkers.class).isRunning()).isFalse();
			context.getBean(QueueOperations.class).enqueue("greet", "Ada");
			assertThat(context.getBean(QueueOperations.class).length()).isOne();
		});
	}

	@Test
	void openWhenStorageIsFileUsesDirectoryNameAndShards() {
		files().withPropertyValues("queue.sqlite.name=orders", "queue.sqlite.shards=3").run((context) -> {
			assertThat(context).hasNotFailed();
			assertThat(this.directory.resolve("orders")).isDirectoryContaining("glob:**/queue_shard_0.db")
				.isDirectoryContaining("glob:**/queue_shard_2.db")
				.isDirectoryNotContaining("glob:**/queue_shard_3.db");
		});
	}

	@Test
	void openWhenStorageIsTemporaryDeletesTheDirectoryAtClose() {
		Path[] used = new Path[1];
		this.contextRunner.run((context) -> {
			used[0] = context.getBean(EmbeddedQueue.class).directory();
			assertThat(used[0]).isDirectory();
		});
		assertThat(used[0]).doesNotExist();
	}

	@Test
	void openWhenQueuesAreConfiguredGivesThemLanes() {
		this.contextRunner
			.withPropertyValues("queue.sqlite.worker.concurrency=5", "queue.sqlite.queues.mail.concurrency=2")
			.run((context) -> assertThat(context.getBean(EmbeddedQueue.class).lanes())
				.extracting((lane) -> lane.queue() + " " + lane.concurrency())
				.containsExactly("default 5", "mail 2"));
	}

	@Test
	void openWhenPoolsAreConfiguredGivesTheirQueuesLanes() {
		this.contextRunner
			.withPropertyValues("queue.sqlite.worker.concurrency=5", "queue.sqlite.pools.main.concurrency=3",
					"queue.sqlite.pools.main.queues=high,low", "queue.sqlite.queues.high.order=lifo",
					"queue.sqlite.queues.low.concurrency=2")
			.run((context) -> assertThat(context.getBean(EmbeddedQueue.class).lanes())
				.extracting((lane) -> lane.queue() + " " + lane.concurrency() + " " + lane.pool())
				.containsExactly("default 5 null",
						"high 3 PoolStatus[name=main, strategy=STRICT, concurrency=3, running=0]",
						"low 2 PoolStatus[name=main, strategy=STRICT, concurrency=3, running=0]"));
	}

	@Test
	void openWhenThereAreCustomizersCallsThemInOrderAfterTheProperties() {
		this.contextRunner.withUserConfiguration(Customizers.class)
			.withPropertyValues("queue.sqlite.worker.concurrency=5")
			.run((context) -> assertThat(context.getBean(EmbeddedQueue.class).lanes())
				.extracting((lane) -> lane.concurrency())
				.containsExactly(7));
	}

	@Test
	void runWhenThereAreInterceptorsAndRecordersCallsThemInOrder() {
		this.contextRunner.withUserConfiguration(Interceptors.class).run((context) -> {
			QueueOperations operations = context.getBean(QueueOperations.class);
			String result = operations.submit(NewMessage.to("greet").payload("Ada"), String.class)
				.get(60, TimeUnit.SECONDS);
			assertThat(result).isEqualTo("first(second(Ada [a, b]))");
			// A waiter that looks by itself may see the commit before they are told.
			await().untilAsserted(() -> assertThat(context.getBean(Interceptors.class).recorded)
				.containsSubsequence("1 enqueued", "2 enqueued", "1 finished", "2 finished"));
		});
	}

	@Test
	void shardChooserOfTheUserPlacesMessages() {
		this.contextRunner.withPropertyValues("queue.sqlite.shards=3")
			.withBean(ShardChooser.class, () -> (message, shards) -> OptionalInt.of(shards.get(2).number()))
			.run((context) -> {
				QueueOperations operations = context.getBean(QueueOperations.class);
				for (int i = 0; i < 5; i++) {
					assertThat(IdLayout.shard(operations.enqueue("nobody", null).value())).isEqualTo(2);
				}
			});
	}

	@Test
	void shardChoosersWhenThereAreSeveralStopTheStart() {
		this.contextRunner.withBean("one", ShardChooser.class, () -> (message, shards) -> OptionalInt.empty())
			.withBean("two", ShardChooser.class, () -> (message, shards) -> OptionalInt.empty())
			.run((context) -> assertThat(context).hasFailed()
				.getFailure()
				.rootCause()
				.hasMessageContaining("expected single matching bean but found 2: one,two"));
	}

	@Test
	void encodeWhenUserHasMapperUsesACopyOfIt() {
		JsonMapper mapper = JsonMapper.builder().propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE).build();
		this.contextRunner.withBean(JsonMapper.class, () -> mapper).run((context) -> {
			assertThat(stored(context, new Customer("Ada"))).isEqualTo("{\"first_name\":\"Ada\"}");
			assertThat(context).getBean(JsonMapper.class).isSameAs(mapper);
		});
	}

	@Test
	void encodeWhenThereIsNoMapperUsesDefaults() {
		this.contextRunner.run((context) -> {
			assertThat(context).doesNotHaveBean(JsonMapper.class);
			assertThat(stored(context, new Customer("Ada"))).isEqualTo("{\"firstName\":\"Ada\"}");
		});
	}

	@Test
	void encodeWhenThereAreSeveralMappersUsesDefaults() {
		this.contextRunner.withBean("one", JsonMapper.class, JsonMapper::new)
			.withBean("two", JsonMapper.class, JsonMapper::new)
			.run((context) -> assertThat(stored(context, new Customer("Ada"))).isEqualTo("{\"firstName\":\"Ada\"}"));
	}

	@Test
	void encodeWhenUserHasCodecUsesIt() {
		this.contextRunner.withBean(PayloadCodec.class, () -> new TextCodec("text"))
			.run((context) -> assertThat(stored(context, "Ada")).isEqualTo("text:Ada"));
	}

	@Test
	void encodeWhenPropertyNamesCodecUsesThatOne() {
		ApplicationContextRunner codecs = this.contextRunner
			.withBean("one", PayloadCodec.class, () -> new TextCodec("one"))
			.withBean("two", PayloadCodec.class, () -> new TextCodec("two"));
		codecs.withPropertyValues("queue.sqlite.payload.codec=two")
			.run((context) -> assertThat(stored(context, "Ada")).isEqualTo("two:Ada"));
		codecs.withPropertyValues("queue.sqlite.payload.codec=json")
			.run((context) -> assertThat(stored(context, "Ada")).isEqualTo("\"Ada\""));
		codecs.withPropertyValues("queue.sqlite.payload.codec=three")
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.hasMessageContaining("queue.sqlite.payload.codec")
				.hasMessageContaining("[one, two, json, cbor, smile]"));
		codecs.run((context) -> assertThat(context).getFailure()
			.rootCause()
			.isInstanceOf(FailureAnalyzedException.class)
			.hasMessageContaining("several PayloadCodec beans: [one, two]"));
	}

	@Test
	void openWhenTwoCodecsHaveOneNameIsRefused() {
		this.contextRunner.withBean("one", PayloadCodec.class, () -> new TextCodec("same"))
			.withBean("two", PayloadCodec.class, () -> new TextCodec("same"))
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.hasMessageContaining("Two PayloadCodec beans have the name 'same'"));
	}

	@Test
	void runWhenExecutorIsBeanUsesIt() {
		var executor = Executors.newSingleThreadExecutor((task) -> new Thread(task, "own-thread"));
		try {
			withThreadTask().withBean("own", Executor.class, () -> executor)
				.withPropertyValues("queue.sqlite.worker.executor=own")
				.run((context) -> assertThat(thread(context)).startsWith("own-thread"));
		}
		finally {
			executor.shutdownNow();
		}
	}

	@Test
	void connectionsHaveTheCachesOfTheProperties() {
		this.contextRunner.withPropertyValues("queue.sqlite.cache.writer=300KB", "queue.sqlite.cache.reader=700KB")
			.run((context) -> assertThat(context.getBean(EmbeddedQueue.class))
				.extracting("engine.store.group.shards", InstanceOfAssertFactories.map(Integer.class, Shard.class))
				.hasSize(1)
				.allSatisfy((number, shard) -> {
					assertThat(shard.outlook())
						.extracting("connection", InstanceOfAssertFactories.type(Connection.class))
						.satisfies((connection) -> assertThat(cacheSize(connection)).isEqualTo(-300));
					assertThat(shard.reader()).extracting("reads.cacheBytes").isEqualTo(700L * 1024);
				}));
	}

	private static long cacheSize(Connection connection) throws SQLException {
		try (Statement statement = connection.createStatement();
				ResultSet row = statement.executeQuery("PRAGMA cache_size")) {
			row.next();
			return row.getLong(1);
		}
	}

	@Test
	void openWhenExecutorIsUnknownIsRefused() {
		this.contextRunner.withPropertyValues("queue.sqlite.worker.executor=nowhere")
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.hasMessageContaining("queue.sqlite.worker.executor")
				.hasMessageContaining("nowhere")
				.hasMessageContaining("must be auto, platform, virtual or the name of an Executor bean"));
		this.contextRunner.withPropertyValues("queue.sqlite.worker.executor=queueOperations")
			.run((context) -> assertThat(context).hasFailed());
	}

	@Test
	@EnabledOnJre(JRE.JAVA_17)
	void openWhenVirtualThreadsAreMissingIsRefused() {
		this.contextRunner.withPropertyValues("queue.sqlite.worker.executor=virtual")
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.hasMessageContaining("queue.sqlite.worker.executor")
				.hasMessageContaining("needs Java 21"));
	}

	@Test
	@EnabledOnJre(JRE.JAVA_17)
	void runWhenVirtualThreadsAreMissingAutoUsesPlatformThreads() {
		withThreadTask().withPropertyValues("spring.threads.virtual.enabled=true")
			.run((context) -> assertThat(thread(context)).endsWith("platform"));
	}

	@Test
	@EnabledForJreRange(min = JRE.JAVA_21)
	void runWhenVirtualThreadsAreThereFollowsTheProperties() {
		withThreadTask().run((context) -> assertThat(thread(context)).endsWith("platform"));
		withThreadTask().withPropertyValues("spring.threads.virtual.enabled=true")
			.run((context) -> assertThat(thread(context)).endsWith("virtual"));
		withThreadTask().withPropertyValues("queue.sqlite.worker.executor=virtual")
			.run((context) -> assertThat(thread(context)).endsWith("virtual"));
		withThreadTask()
			.withPropertyValues("spring.threads.virtual.enabled=true", "queue.sqlite.worker.executor=platform")
			.run((context) -> assertThat(thread(context)).endsWith("platform"));
	}

	@Test
	void startWhenDrainTimeoutIsNotBelowPhaseTimeoutWarns(CapturedOutput output) {
		this.contextRunner.withPropertyValues("queue.sqlite.shutdown.drain-timeout=29s")
			.run((context) -> assertThat(output).doesNotContain("drain-timeout"));
		this.contextRunner.withPropertyValues("queue.sqlite.shutdown.drain-timeout=30s")
			.run((context) -> assertThat(output).contains("'queue.sqlite.shutdown.drain-timeout'")
				.contains("'spring.lifecycle.timeout-per-shutdown-phase' is PT30S"));
		this.contextRunner
			.withPropertyValues("queue.sqlite.shutdown.drain-timeout=5s",
					"spring.lifecycle.timeout-per-shutdown-phase=4s")
			.run((context) -> assertThat(output).contains("is PT4S"));
	}

	@Test
	void openWhenDirectoryIsAFileIsRefusedWithTheReason() throws Exception {
		Path file = Files.createFile(this.directory.resolve("taken"));
		files().withPropertyValues("queue.sqlite.directory=" + file)
			.run((context) -> assertThat(analyzed(context.getStartupFailure()))
				.hasMessageContaining("Cannot use the directory " + file)
				.hasMessageContaining("queue.sqlite.directory"));
	}

	@Test
	void compositeRecorderWhenAnyMethodIsCalledTellsAll() throws Exception {
		for (Method method : QueueRecorder.class.getMethods()) {
			assertThat(CompositeQueueRecorder.class.getMethod(method.getName(), method.getParameterTypes())
				.getDeclaringClass()).as(method.getName()).isEqualTo(CompositeQueueRecorder.class);
		}
	}

	private static FailureAnalyzedException analyzed(Throwable failure) {
		Throwable cause = failure;
		while (!(cause instanceof FailureAnalyzedException) && cause != null) {
			cause = cause.getCause();
		}
		return (FailureAnalyzedException) cause;
	}

	@Test
	void openWhenAnotherContextHasTheDirectoryOpenWarnsOfItsOtherSettings(CapturedOutput output) {
		files().run((first) -> {
			files().run((second) -> assertThat(second).hasNotFailed());
			assertThat(output).doesNotContain("Another queue of this application");
			files().withPropertyValues("queue.sqlite.durability=normal", "queue.sqlite.retention.max-rows=7")
				.run((second) -> assertThat(second).hasNotFailed());
			assertThat(output).contains("Another queue of this application")
				.contains("asked for {durability=normal, retention=Retention[")
				.contains("maxRows=7")
				.contains("but {durability=full, retention=Retention[")
				.contains("maxRows=100000");
			files().withPropertyValues("queue.sqlite.disk.reserve=2MB")
				.run((second) -> assertThat(second).hasNotFailed());
			assertThat(output).contains("but {disk.reserve=not set} holds");
		});
	}

	@Test
	void attemptWhenItFailsAndIsTriedAgainIsLoggedAtDebug(CapturedOutput output) {
		LoggingSystem logging = LoggingSystem.get(getClass().getClassLoader());
		logging.setLogLevel("io.github.queuesqlite.worker", LogLevel.DEBUG);
		try {
			this.contextRunner.withPropertyValues("queue.sqlite.retry.delay=1ms")
				.withBean(TaskDefinition.class, () -> TaskDefinition.builder("once", Void.class, (payload, run) -> {
					if (run.attempt() == 1) {
						throw new IllegalStateException("not\nyet");
					}
					return null;
				}).build())
				.run((context) -> context.getBean(QueueOperations.class)
					.submit(NewMessage.to("once"), Object.class)
					.get(30, TimeUnit.SECONDS));
		}
		finally {
			logging.setLogLevel("io.github.queuesqlite.worker", null);
		}
		assertThat(output).containsPattern("Message \\w{13} of task 'once' failed attempt 1 of 4 and is tried again in "
				+ "\\d+ ms: java.lang.IllegalStateException: not\\\\nyet");
	}

	private ApplicationContextRunner files() {
		return this.contextRunner.withPropertyValues("queue.sqlite.storage=file",
				"queue.sqlite.directory=" + this.directory);
	}

	private ApplicationContextRunner withThreadTask() {
		return this.contextRunner.withBean(TaskDefinition.class,
				() -> TaskDefinition
					.builder("thread", Void.class, (payload, run) -> Thread.currentThread().getName() + " " + kind())
					.build());
	}

	private static String kind() {
		// Java 17 knows no other threads; their class has a name of its own later.
		return Thread.currentThread().getClass().getSimpleName().contains("Virtual") ? "virtual" : "platform";
	}

	private static String thread(AssertableApplicationContext context) throws Exception {
		return context.getBean(QueueOperations.class)
			.submit(NewMessage.to("thread"), String.class)
			.get(60, TimeUnit.SECONDS);
	}

	private static String stored(AssertableApplicationContext context, Object payload) {
		QueueOperations operations = context.getBean(QueueOperations.class);
		return new String(operations.find(operations.enqueue("unknown", payload)).orElseThrow().rawPayload());
	}

	record Customer(String firstName) {

	}

	@Configuration(proxyBeanMethods = false)
	static class OwnQueue {

		@Bean
		EmbeddedQueue ownQueue() {
			return EmbeddedQueue.temporary().shards(1).build();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class OwnWorkers {

		@Bean
		QueueWorkers ownWorkers(EmbeddedQueue queue) {
			return new QueueWorkers(queue, false);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Customizers {

		@Bean
		@Order(2)
		EmbeddedQueueBuilderCustomizer second() {
			return (builder) -> builder.concurrency(7);
		}

		@Bean
		@Order(1)
		EmbeddedQueueBuilderCustomizer first() {
			return (builder) -> builder.concurrency(6);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Interceptors {

		final List<String> recorded = Collections.synchronizedList(new ArrayList<>());

		@Bean
		TaskDefinition<?> greet() {
			return TaskDefinition.builder("greet", String.class, (payload, run) -> payload + " " + run.message().tags())
				.build();
		}

		@Bean
		@Order(2)
		TaskInterceptor second() {
			return (invocation) -> "second(" + invocation.proceed() + ")";
		}

		@Bean
		@Order(1)
		TaskInterceptor first() {
			return (invocation) -> "first(" + invocation.proceed() + ")";
		}

		@Bean
		@Order(2)
		EnqueueInterceptor addB() {
			return (message) -> message
				.tags(message.tags().contains("a") ? new String[] { "a", "b" } : new String[] { "wrong" });
		}

		@Bean
		@Order(1)
		EnqueueInterceptor addA() {
			return (message) -> message.tags("a");
		}

		@Bean
		@Order(2)
		QueueRecorder secondRecorder() {
			return recorder("2 ");
		}

		@Bean
		@Order(1)
		QueueRecorder firstRecorder() {
			return recorder("1 ");
		}

		private QueueRecorder recorder(String prefix) {
			return new QueueRecorder() {

				@Override
				public void enqueued(String queue, String task, int messages) {
					Interceptors.this.recorded.add(prefix + "enqueued");
				}

				@Override
				public void finished(String queue, String task, RunOutcome outcome, Duration duration) {
					Interceptors.this.recorded.add(prefix + "finished");
				}

			};
		}

	}

	/**
	 * Writes texts with its name before them.
	 *
	 * @param name the name
	 */
	record TextCodec(String name) implements PayloadCodec {

		@Override
		public byte[] encode(Object value) {
			return (this.name + ":" + value).getBytes();
		}

		@Override
		public Object decode(byte[] bytes, Type type) {
			return new String(bytes).substring(this.name.length() + 1);
		}

	}

}
