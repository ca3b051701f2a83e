package io.github.queuesqlite.autoconfigure;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

import io.github.queuesqlite.EmbeddedQueue;
import io.github.queuesqlite.QueueOperations;
import io.github.queuesqlite.TaskClients;
import io.github.queuesqlite.annotation.Enqueue;
import io.github.queuesqlite.annotation.QueueListener;
import io.github.queuesqlite.annotation.QueueTask;
import io.github.queuesqlite.listen.ListenOperations;
import io.github.queuesqlite.message.Message;
import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.message.NewMessage;
import io.github.queuesqlite.task.TaskContext;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotBlank;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.messaging.handler.annotation.Header;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/** Tests of whole applications on real files. */
@ExtendWith(OutputCaptureExtension.class)
class QueueApplicationTests {

	private static final Duration SOON = Duration.ofMinutes(1);

	@TempDir
	Path directory;

	@Test
	void handleWhenMethodIsAnnotatedRunsWithItsArguments() throws Exception {
		try (ConfigurableApplicationContext context = run()) {
			QueueOperations operations = context.getBean(QueueOperations.class);
			NewMessage message = NewMessage.to("greet").payload(new Person("Ada")).header("tenant", "acme");
			assertThat(operations.submit(message, String.class).get(60, TimeUnit.SECONDS))
				.isEqualTo("Hello Ada of acme, attempt 1");
		}
	}

	@Test
	void clientWhenCalledHasTheHandlersResult() throws Exception {
		try (ConfigurableApplicationContext context = run()) {
			Greetings greetings = context.getBean(TaskClients.class).create(Greetings.class);
			assertThat(greetings.greet(new Person("Ada"), (message) -> message.header("tenant", "b"))
				.get(60, TimeUnit.SECONDS)).isEqualTo("Hello Ada of b, attempt 1");
		}
	}

	/** A client of a handler below. */
	interface Greetings {

		@Enqueue("greet")
		CompletableFuture<String> greet(Person person, UnaryOperator<NewMessage> options);

	}

	@Test
	void handleWhenPayloadIsInvalidOrUnreadableEndsDeadAtOnce() {
		try (ConfigurableApplicationContext context = run()) {
			QueueOperations operations = context.getBean(QueueOperations.class);
			MessageId invalid = operations
				.enqueue(NewMessage.to("greet").payload(new Person("")).header("tenant", "a"));
			MessageId unreadable = operations.enqueue("greet", List.of(1));
			MessageId headerless = operations.enqueue("greet", new Person("Ada"));
			assertDead(operations, invalid, "name must not be blank");
			assertDead(operations, unreadable, "Cannot read");
			assertDead(operations, headerless, "tenant");
		}
	}

	private static void assertDead(QueueOperations operations, MessageId id, String reason) {
		await().atMost(SOON)
			.untilAsserted(() -> assertThat(operations.find(id))
				.hasValueSatisfying((message) -> assertThat(message.state()).isEqualTo(MessageState.DEAD)));
		Message message = operations.find(id).orElseThrow();
		assertThat(message.attempt()).isOne();
		assertThat(message.lastError().message()).contains(reason);
	}

	@Test
	void handleWhenMethodTakesBatchesEndsEachMessageByItself() {
		try (ConfigurableApplicationContext context = run()) {
			QueueOperations operations = context.getBean(QueueOperations.class);
			List<MessageId> ids = operations.enqueueAll(Stream.of("Ada", "", "Bob")
				.map((name) -> NewMessage.to("batch").payload(new Person(name)))
				.toList());
			assertDead(operations, ids.get(1), "name must not be blank");
			assertThat(operations.await(ids.get(0), String.class, SOON)).isEqualTo("Hello Ada");
			assertThat(operations.await(ids.get(2), String.class, SOON)).isEqualTo("Hello Bob");
		}
	}

	@Test
	void enqueueWhenItsTaskSaysWhatIsUniqueStoresOne() {
		try (ConfigurableApplicationContext context = run("--queue.sqlite.worker.enabled=false")) {
			QueueOperations operations = context.getBean(QueueOperations.class);
			MessageId ada = operations.enqueue("once", new Person("Ada"));
			assertThat(operations.enqueue("once", new Person("Ada"))).isEqualTo(ada);
			assertThat(operations.enqueue("once", new Person("Bob"))).isNotEqualTo(ada);
			assertThat(operations.find(ada).orElseThrow().uniqueKey()).isEqualTo("person Ada");
			MessageId whole = operations.enqueue("whole", new Person("Ada"));
			assertThat(operations.enqueue("whole", new Person("Ada"))).isEqualTo(whole);
		}
	}

	@Test
	void onChangeWhenMethodListensGetsTheValue() throws Exception {
		try (ConfigurableApplicationContext context = run()) {
			context.getBean(ListenOperations.class).put("person.ada", new Person("Ada"));
			assertThat(context.getBean(Handlers.class).changes.poll(60, TimeUnit.SECONDS)).isEqualTo(new Person("Ada"));
		}
	}

	@Test
	void enqueueWhenInTransactionWaitsForItsCommit() {
		try (ConfigurableApplicationContext context = run()) {
			QueueOperations operations = context.getBean(QueueOperations.class);
			TransactionTemplate transactions = new TransactionTemplate(
					context.getBean(PlatformTransactionManager.class));
			MessageId committed = transactions.execute((status) -> {
				MessageId id = operations.enqueue("unknown", "committed");
				assertThat(operations.find(id)).isEmpty();
				return id;
			});
			assertThat(operations.find(committed)).isPresent();
			MessageId rolledBack = transactions.execute((status) -> {
				status.setRollbackOnly();
				return operations.enqueue("unknown", "rolled back");
			});
			assertThat(operations.find(rolledBack)).isEmpty();
			assertThat(operations.length()).isOne();
		}
	}

	@Test
	void enqueueWhenPropertySaysNowDoesNotWaitForTheTransaction() {
		try (ConfigurableApplicationContext context = run("queue.sqlite.enqueue.when=now")) {
			QueueOperations operations = context.getBean(QueueOperations.class);
			new TransactionTemplate(context.getBean(PlatformTransactionManager.class))
				.executeWithoutResult((status) -> {
					assertThat(operations.find(operations.enqueue("unknown", "x"))).isPresent();
					status.setRollbackOnly();
				});
			assertThat(operations.length()).isOne();
		}
	}

	@Test
	void closeWhenHandlerRunsWaitsForIt() throws Exception {
		MessageId id;
		ConfigurableApplicationContext context = run("queue.sqlite.shutdown.drain-timeout=2m",
				"spring.lifecycle.timeout-per-shutdown-phase=3m");
		Handlers handlers = context.getBean(Handlers.class);
		id = context.getBean(QueueOperations.class).enqueue("slow", null);
		assertThat(handlers.started.await(60, TimeUnit.SECONDS)).isTrue();
		Thread closer = new Thread(context::close);
		closer.start();
		await().atMost(SOON).until(() -> !context.getBeanFactory().getBean(QueueWorkers.class).isRunning());
		assertThat(closer.isAlive()).isTrue();
		handlers.goOn.countDown();
		closer.join(SOON.toMillis());
		assertThat(closer.isAlive()).isFalse();
		try (ConfigurableApplicationContext again = run("queue.sqlite.worker.enabled=false")) {
			assertThat(again.getBean(QueueOperations.class).find(id))
				.hasValueSatisfying((message) -> assertThat(message.state()).isEqualTo(MessageState.COMPLETED));
		}
	}

	@Test
	void closeWhenOtherBeansStillStopAcceptsTheirMessages() {
		ConfigurableApplicationContext context = run();
		LateProducer producer = context.getBean(LateProducer.class);
		context.close();
		assertThat(producer.workersWereRunning).isFalse();
		try (ConfigurableApplicationContext again = run()) {
			assertThat(again.getBean(QueueOperations.class).find(producer.id)).isPresent();
		}
		assertThatExceptionOfType(RuntimeException.class)
			.isThrownBy(() -> producer.operations.enqueue("unknown", "after close"));
	}

	@Test
	void restartWhenWorkersStoppedRunsWhatCameMeanwhile() throws Exception {
		try (ConfigurableApplicationContext context = run()) {
			QueueWorkers workers = context.getBean(QueueWorkers.class);
			QueueOperations operations = context.getBean(QueueOperations.class);
			workers.stop();
			workers.stop();
			assertThat(workers.isRunning()).isFalse();
			MessageId id = operations.enqueue("plain", "x");
			workers.start();
			workers.start();
			assertThat(operations.await(id, String.class, SOON)).isEqualTo("plain x");
			context.stop();
			assertThat(workers.isRunning()).isFalse();
			MessageId second = operations.enqueue("plain", "y");
			context.start();
			assertThat(operations.await(second, String.class, SOON)).isEqualTo("plain y");
		}
	}

	@Test
	void startWhenApplicationIsLazyRunsHandlers() throws Exception {
		try (ConfigurableApplicationContext context = run("spring.main.lazy-initialization=true")) {
			assertThat(context.getBean(QueueOperations.class)
				.submit(NewMessage.to("plain").payload("x"), String.class)
				.get(60, TimeUnit.SECONDS)).isEqualTo("plain x");
		}
	}

	@Test
	void startWhenTwoContextsShareTheDirectoryBothWork() throws Exception {
		try (ConfigurableApplicationContext first = run();
				ConfigurableApplicationContext second = run("queue.sqlite.worker.enabled=false")) {
			QueueOperations operations = second.getBean(QueueOperations.class);
			MessageId id = operations.enqueue("plain", "x");
			assertThat(operations.await(id, String.class, SOON)).isEqualTo("plain x");
			first.close();
			MessageId left = operations.enqueue("plain", "y");
			assertThat(operations.find(left)).isPresent();
			try (ConfigurableApplicationContext third = run()) {
				assertThat(third.getBean(EmbeddedQueue.class).isRunning()).isTrue();
				assertThat(operations.await(left, String.class, SOON)).isEqualTo("plain y");
			}
		}
	}

	@Test
	void handlerOfAChildContextRunsForTheQueueOfItsParent() throws Exception {
		try (ConfigurableApplicationContext parent = run();
				ConfigurableApplicationContext child = new SpringApplicationBuilder(Child.class).parent(parent)
					.web(WebApplicationType.NONE)
					.run()) {
			assertThat(child.getBean(EmbeddedQueue.class)).isSameAs(parent.getBean(EmbeddedQueue.class));
			assertThat(parent.getBean(QueueOperations.class)
				.submit(NewMessage.to("of.child").payload("x"), String.class)
				.get(60, TimeUnit.SECONDS)).isEqualTo("child x");
			assertThat(child.getBean(QueueOperations.class)
				.submit(NewMessage.to("plain").payload("x"), String.class)
				.get(60, TimeUnit.SECONDS)).isEqualTo("plain x");
		}
	}

	/** As DevTools does: the classes of the application are new ones each time. */
	@Test
	void startWhenClassesWereReloadedGoesOnWithWhatTheirPredecessorsLeft() throws Exception {
		MessageId id;
		try (ConfigurableApplicationContext before = reloaded("queue.sqlite.worker.enabled=false")) {
			id = before.getBean(QueueOperations.class)
				.enqueue(NewMessage.to("greet").payload(new Person("Ada")).header("tenant", "a"));
		}
		for (int round = 0; round < 2; round++) {
			try (ConfigurableApplicationContext after = reloaded()) {
				QueueOperations operations = after.getBean(QueueOperations.class);
				assertThat(operations.await(id, String.class, SOON)).isEqualTo("Hello Ada of a, attempt 1");
				assertThat(operations
					.submit(NewMessage.to("greet").payload(new Person("Eve")).header("tenant", "b"), String.class)
					.get(60, TimeUnit.SECONDS)).isEqualTo("Hello Eve of b, attempt 1");
			}
		}
	}

	private ConfigurableApplicationContext reloaded(String... properties) throws Exception {
		ClassLoader loader = new ReloadingClassLoader(getClass().getClassLoader());
		Thread thread = Thread.currentThread();
		ClassLoader before = thread.getContextClassLoader();
		thread.setContextClassLoader(loader);
		try {
			return run(loader.loadClass(Application.class.getName()), properties);
		}
		finally {
			thread.setContextClassLoader(before);
		}
	}

	/** Has classes of its own for the application below, and no others. */
	private static final class ReloadingClassLoader extends ClassLoader {

		ReloadingClassLoader(ClassLoader parent) {
			super(parent);
		}

		@Override
		protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
			if (!name.startsWith(QueueApplicationTests.class.getName())) {
				return super.loadClass(name, resolve);
			}
			synchronized (getClassLoadingLock(name)) {
				Class<?> loaded = findLoadedClass(name);
				return (loaded != null) ? loaded : define(name);
			}
		}

		private Class<?> define(String name) throws ClassNotFoundException {
			try (InputStream in = getResourceAsStream(name.replace('.', '/') + ".class")) {
				byte[] bytes = in.readAllBytes();
				return defineClass(name, bytes, 0, bytes.length);
			}
			catch (IOException ex) {
				throw new ClassNotFoundException(name, ex);
			}
		}

	}

	@Test
	void startWhenPropertyIsWrongReportsOneLine(CapturedOutput output) {
		assertThatExceptionOfType(RuntimeException.class).isThrownBy(() -> run("queue.sqlite.shards=65"));
		assertThat(output).contains("APPLICATION FAILED TO START")
			.contains("Property 'queue.sqlite.shards' must be from 1 to 64, was '65' (")
			.contains("Correct the property.");
	}

	@Test
	void startWhenExecutorIsUnknownReportsOneLine(CapturedOutput output) {
		assertThatExceptionOfType(RuntimeException.class).isThrownBy(() -> run("queue.sqlite.worker.executor=no"));
		assertThat(output).contains("Property 'queue.sqlite.worker.executor' must be auto, platform, virtual"
				+ " or the name of an Executor bean, was 'no'");
	}

	@Test
	void startWhenDirectoryCannotBeUsedReportsTheReason(CapturedOutput output) throws Exception {
		Path file = Files.createFile(this.directory.resolve("taken"));
		assertThatExceptionOfType(RuntimeException.class).isThrownBy(() -> run("queue.sqlite.directory=" + file));
		assertThat(output).contains("APPLICATION FAILED TO START").contains("Cannot use the directory " + file);
	}

	private ConfigurableApplicationContext run(String... properties) {
		return run(Application.class, properties);
	}

	private ConfigurableApplicationContext run(Class<?> application, String... properties) {
		Map<String, String> values = new LinkedHashMap<>(Map.of("queue.sqlite.directory", this.directory.toString(),
				"queue.sqlite.shards", "2", "spring.datasource.generate-unique-name", "true"));
		for (String property : properties) {
			String[] pair = property.split("=", 2);
			values.put(pair[0], pair[1]);
		}
		return new SpringApplicationBuilder(application).web(WebApplicationType.NONE)
			.run(values.entrySet().stream().map((entry) -> "--" + entry).toArray(String[]::new));
	}

	record Person(@NotBlank String name) {

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

		@Bean
		Handlers handlers() {
			return new Handlers();
		}

		@Bean
		LateProducer lateProducer(QueueOperations operations, ObjectProvider<QueueWorkers> workers) {
			return new LateProducer(operations, workers);
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Child {

		@QueueTask("of.child")
		String run(String payload) {
			return "child " + payload;
		}

	}

	static class Handlers {

		final CountDownLatch started = new CountDownLatch(1);

		final CountDownLatch goOn = new CountDownLatch(1);

		final BlockingQueue<Person> changes = new LinkedBlockingQueue<>();

		@QueueTask("greet")
		String greet(@Valid Person person, @Header("tenant") String tenant, TaskContext context) {
			return "Hello %s of %s, attempt %d".formatted(person.name(), tenant, context.attempt());
		}

		@QueueTask(name = "batch", batchSize = 10)
		List<String> batch(@Valid List<Person> persons) {
			return persons.stream().map((person) -> "Hello " + person.name()).toList();
		}

		@QueueTask(name = "once", unique = "'person ' + name()")
		void once(Person person) {
		}

		@QueueTask(name = "whole", unique = "payload")
		void whole(Person person) {
		}

		@QueueTask("plain")
		String plain(String payload) {
			return "plain " + payload;
		}

		@QueueTask("slow")
		void slow() throws InterruptedException {
			this.started.countDown();
			this.goOn.await();
		}

		@QueueListener("person.*")
		void changed(Person person) {
			this.changes.add(person);
		}

	}

	/** Stops where the web server does and hands in a last message. */
	static class LateProducer implements SmartLifecycle {

		private final QueueOperations operations;

		private final ObjectProvider<QueueWorkers> workers;

		private volatile boolean running;

		private volatile boolean workersWereRunning = true;

		private volatile MessageId id;

		LateProducer(QueueOperations operations, ObjectProvider<QueueWorkers> workers) {
			this.operations = operations;
			this.workers = workers;
		}

		@Override
		public void start() {
			this.running = true;
		}

		@Override
		public void stop() {
			this.workersWereRunning = this.workers.getObject().isRunning();
			this.id = this.operations.enqueue("unknown", "last");
			this.running = false;
		}

		@Override
		public boolean isRunning() {
			return this.running;
		}

		@Override
		public int getPhase() {
			return SmartLifecycle.DEFAULT_PHASE - 1024;
		}

	}

}
