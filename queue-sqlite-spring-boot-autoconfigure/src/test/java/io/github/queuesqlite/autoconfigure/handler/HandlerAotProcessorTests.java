package io.github.queuesqlite.autoconfigure.handler;

import java.util.List;

import io.github.queuesqlite.annotation.QueueListener;
import io.github.queuesqlite.annotation.QueueTask;
import io.github.queuesqlite.listen.DataChange;
import io.github.queuesqlite.task.TaskContext;
import org.junit.jupiter.api.Test;
import org.springframework.aot.generate.ClassNameGenerator;
import org.springframework.aot.generate.DefaultGenerationContext;
import org.springframework.aot.generate.InMemoryGeneratedFiles;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.predicate.RuntimeHintsPredicates;
import org.springframework.beans.factory.aot.AotServices;
import org.springframework.beans.factory.aot.BeanRegistrationAotContribution;
import org.springframework.beans.factory.aot.BeanRegistrationAotProcessor;
import org.springframework.beans.factory.aot.BeanRegistrationCode;
import org.springframework.beans.factory.support.DefaultListableBeanFactory;
import org.springframework.beans.factory.support.RegisteredBean;
import org.springframework.beans.factory.support.RootBeanDefinition;
import org.springframework.javapoet.ClassName;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.mock;

/** Tests for {@link HandlerAotProcessor}. */
class HandlerAotProcessorTests {

	private final BeanRegistrationAotProcessor processor = AotServices.factories()
		.load(BeanRegistrationAotProcessor.class)
		.stream()
		.filter(HandlerAotProcessor.class::isInstance)
		.findFirst()
		.orElseThrow();

	@Test
	void processWhenBeanHasHandlersRegistersWhatTheyReadAndWrite() {
		DefaultGenerationContext context = new DefaultGenerationContext(
				new ClassNameGenerator(ClassName.get("com.acme", "Application")), new InMemoryGeneratedFiles());
		BeanRegistrationAotContribution contribution = process(Handlers.class);
		contribution.applyTo(context, mock(BeanRegistrationCode.class));
		RuntimeHints hints = context.getRuntimeHints();
		assertThat(List.of(Order.class, Line.class, Receipt.class, Price.class))
			.allMatch((type) -> RuntimeHintsPredicates.reflection().onType(type).test(hints));
		assertThat(RuntimeHintsPredicates.reflection().onType(TaskContext.class).test(hints)).isFalse();
	}

	@Test
	void processWhenBeanHasNoHandlersContributesNothing() {
		assertThat(process(String.class)).isNull();
	}

	private BeanRegistrationAotContribution process(Class<?> beanClass) {
		DefaultListableBeanFactory beanFactory = new DefaultListableBeanFactory();
		beanFactory.registerBeanDefinition("bean", new RootBeanDefinition(beanClass));
		return this.processor.processAheadOfTime(RegisteredBean.of(beanFactory, "bean"));
	}

	record Order(List<Line> lines) {

	}

	record Line(String article) {

	}

	record Receipt(String number) {

	}

	record Price(int cents) {

	}

	static class Handlers {

		@QueueTask("order")
		Receipt order(Order order, TaskContext context) {
			return new Receipt("1");
		}

		@QueueListener("price.*")
		void price(DataChange<Price> change) {
		}

	}

}
