package io.github.queuesqlite.autoconfigure.handler;

import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import io.github.queuesqlite.annotation.QueueListener;
import io.github.queuesqlite.annotation.QueueTask;
import io.github.queuesqlite.listen.ListenerDefinition;
import io.github.queuesqlite.listen.ListenerRegistry;
import io.github.queuesqlite.task.TaskDefinition;
import io.github.queuesqlite.task.TaskHandler;
import io.github.queuesqlite.task.TaskRegistry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.aop.support.AopUtils;
import org.springframework.beans.factory.BeanCreationException;
import org.springframework.beans.factory.config.ConfigurableBeanFactory;
import org.springframework.beans.factory.support.RootBeanDefinition;
import org.springframework.boot.LazyInitializationBeanFactoryPostProcessor;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;
import org.springframework.context.annotation.Scope;
import org.springframework.context.annotation.ScopedProxyMode;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.context.support.SimpleThreadScope;
import org.springframework.core.annotation.AliasFor;
import org.springframework.messaging.handler.annotation.Header;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.annotation.EnableTransactionManagement;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.AbstractPlatformTransactionManager;
import org.springframework.transaction.support.DefaultTransactionStatus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/** Tests for the beans that handlers belong to: proxies, scopes, lazy ones. */
@ExtendWith(OutputCaptureExtension.class)
class HandlerBeanTests {

	private final ApplicationContextRunner contextRunner = new ApplicationContextRunner()
		.withUserConfiguration(HandlerTestConfiguration.class);

	@Test
	void handleWhenBeanHasClassProxyRunsInTransaction() {
		this.contextRunner.withUserConfiguration(ClassProxies.class).run((context) -> {
			TransactionalHandler bean = context.getBean(TransactionalHandler.class);
			assertThat(AopUtils.isCglibProxy(bean)).isTrue();
			assertThat(run(context, "transactional", "x")).isEqualTo("x in transaction");
		});
	}

	@Test
	void handleWhenBeanHasInterfaceProxyRunsInTransactionWithAnnotationsOfTheClass() {
		this.contextRunner.withUserConfiguration(InterfaceProxies.class).run((context) -> {
			assertThat(AopUtils.isJdkDynamicProxy(context.getBean(Handler.class))).isTrue();
			assertThat(run(context, "interface", "x")).isEqualTo("x of acme in transaction");
		});
	}

	@Test
	void registerWhenMethodIsDeclaredByInterfaceOrComposedAnnotationFindsIt() {
		this.contextRunner.withBean(InterfaceTask.class, () -> new InterfaceTask() {
		}).withBean(Composed.class).run((context) -> {
			assertThat(run(context, "declared", null)).isEqualTo("declared");
			assertThat(context.getBean(TaskRegistry.class).find("composed"))
				.hasValueSatisfying((task) -> assertThat(task.queue()).isEqualTo("mail"));
		});
	}

	@Test
	void registerWhenDefinitionsAreBeansTakesThem() {
		ListenerDefinition listener = new ListenerDefinition("listener", List.of("a"), String.class, false,
				(change) -> {
				});
		this.contextRunner
			.withBean("task", TaskDefinition.class,
					() -> TaskDefinition.builder("defined", String.class, (payload, run) -> payload).build())
			.withBean("listener", ListenerDefinition.class, () -> listener)
			.run((context) -> {
				assertThat(context.getBean(TaskRegistry.class).find("defined")).isPresent();
				assertThat(context.getBean(ListenerRegistry.class).listeners()).containsExactly(listener);
			});
	}

	@Test
	void registerWhenBeanIsCreatedAfterStartRegistersAtOnce() {
		this.contextRunner.run((context) -> {
			GenericApplicationContext application = (GenericApplicationContext) context.getSourceApplicationContext();
			application.registerBeanDefinition("late", new RootBeanDefinition(Late.class));
			assertThat(context.getBean(TaskRegistry.class).tasks()).isEmpty();
			application.getBean("late");
			assertThat(context.getBean(TaskRegistry.class).find("late")).isPresent();
			assertThat(context.getBean(ListenerRegistry.class).listeners()).hasSize(1);
		});
	}

	@Test
	void registerWhenBeanCreatedAfterStartHasTakenNameRefusesTheBean() {
		this.contextRunner.withBean(Late.class).run((context) -> {
			GenericApplicationContext application = (GenericApplicationContext) context.getSourceApplicationContext();
			application.registerBeanDefinition("again", new RootBeanDefinition(Late.class));
			assertThatExceptionOfType(BeanCreationException.class).isThrownBy(() -> application.getBean("again"))
				.withStackTraceContaining("Task 'late' is declared twice");
		});
	}

	@Test
	void startWhenBeanIsLazyWarnsAndRegistersOnFirstUse(CapturedOutput output) {
		this.contextRunner.withUserConfiguration(LazyBeans.class).run((context) -> {
			assertThat(context.getBean(TaskRegistry.class).tasks()).isEmpty();
			assertThat(output).contains("Bean 'late' is lazy: its handlers (" + Late.class.getName());
			context.getBean(Late.class);
			assertThat(context.getBean(TaskRegistry.class).find("late")).isPresent();
		});
	}

	@Test
	void startWhenWholeApplicationIsLazyRegistersHandlers() {
		this.contextRunner.withBean(Late.class)
			.withBean(HandlerLazyInitializationExcludeFilter.class)
			.withInitializer(
					(context) -> context.addBeanFactoryPostProcessor(new LazyInitializationBeanFactoryPostProcessor()))
			.run((context) -> assertThat(context.getBean(TaskRegistry.class).find("late")).isPresent());
	}

	@Test
	void startWhenBeanIsPrototypeIsRefused() {
		this.contextRunner.withUserConfiguration(Prototypes.class)
			.run((context) -> assertThat(context).getFailure()
				.hasMessageContaining(Late.class.getName())
				.hasMessageContaining("bean 'late' has the scope 'prototype'"));
	}

	@Test
	void handleWhenBeanHasScopedProxyResolvesTheTargetAtEachRun() {
		this.contextRunner.withUserConfiguration(ScopedBeans.class)
			.withInitializer((context) -> ((ConfigurableBeanFactory) context.getBeanFactory()).registerScope("thread",
					new SimpleThreadScope()))
			.run((context) -> {
				assertThat(context.getBean(TaskRegistry.class).tasks()).hasSize(1);
				List<Object> results = new ArrayList<>();
				results.add(run(context, "scoped", null));
				results.add(run(context, "scoped", null));
				Thread other = new Thread(() -> results.add(uncheckedRun(context)));
				other.start();
				other.join();
				assertThat(results.get(0)).isEqualTo(results.get(1)).isNotEqualTo(results.get(2));
			});
	}

	private static Object uncheckedRun(AssertableApplicationContext context) {
		try {
			return run(context, "scoped", null);
		}
		catch (Exception ex) {
			return ex;
		}
	}

	@SuppressWarnings("unchecked")
	private static Object run(AssertableApplicationContext context, String name, Object payload) throws Exception {
		TaskDefinition<?> task = context.getBean(TaskRegistry.class).find(name).orElseThrow();
		return ((TaskHandler<Object>) task.handler()).handle(payload, StubContext.of(Map.of("tenant", "acme")));
	}

	/** Knows whether a transaction is open. */
	static class Transactions extends AbstractPlatformTransactionManager {

		private static final long serialVersionUID = 1L;

		boolean open;

		@Override
		protected Object doGetTransaction() {
			return this;
		}

		@Override
		protected void doBegin(Object transaction, TransactionDefinition definition) {
			this.open = true;
		}

		@Override
		protected void doCommit(DefaultTransactionStatus status) {
			this.open = false;
		}

		@Override
		protected void doRollback(DefaultTransactionStatus status) {
			this.open = false;
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableTransactionManagement(proxyTargetClass = true)
	static class ClassProxies {

		@Bean
		Transactions transactions() {
			return new Transactions();
		}

		@Bean
		TransactionalHandler transactionalHandler(Transactions transactions) {
			return new TransactionalHandler(transactions);
		}

	}

	static class TransactionalHandler {

		private final Transactions transactions;

		TransactionalHandler(Transactions transactions) {
			this.transactions = transactions;
		}

		@Transactional
		@QueueTask("transactional")
		public String handle(String payload) {
			return payload + (this.transactions.open ? " in transaction" : "");
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableTransactionManagement(proxyTargetClass = false)
	static class InterfaceProxies {

		@Bean
		Transactions transactions() {
			return new Transactions();
		}

		@Bean
		Handler handler(Transactions transactions) {
			return new DefaultHandler(transactions);
		}

	}

	interface Handler {

		String handle(String payload, String tenant);

	}

	static class DefaultHandler implements Handler {

		private final Transactions transactions;

		DefaultHandler(Transactions transactions) {
			this.transactions = transactions;
		}

		@Override
		@Transactional
		@QueueTask("interface")
		public String handle(String payload, @Header("tenant") String tenant) {
			return payload + " of " + tenant + (this.transactions.open ? " in transaction" : "");
		}

	}

	interface InterfaceTask {

		@QueueTask("declared")
		default String handle() {
			return "declared";
		}

	}

	@QueueTask(queue = "mail")
	@Retention(RetentionPolicy.RUNTIME)
	@interface MailTask {

		@AliasFor(annotation = QueueTask.class, attribute = "name")
		String value();

	}

	static class Composed {

		@MailTask("composed")
		void handle() {
		}

	}

	static class Late {

		@QueueTask("late")
		void handle() {
		}

		@QueueListener("late.*")
		void changed(String value) {
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class LazyBeans {

		@Bean
		@Lazy
		Late late() {
			return new Late();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Prototypes {

		@Bean
		@Scope(ConfigurableBeanFactory.SCOPE_PROTOTYPE)
		Late late() {
			return new Late();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class ScopedBeans {

		@Bean
		@Scope(scopeName = "thread", proxyMode = ScopedProxyMode.TARGET_CLASS)
		Scoped scoped() {
			return new Scoped();
		}

	}

	static class Scoped {

		@QueueTask("scoped")
		Integer handle() {
			return System.identityHashCode(this);
		}

	}

}
