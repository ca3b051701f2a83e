package io.github.queuesqlite.autoconfigure.handler;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

import io.github.queuesqlite.annotation.QueueListener;
import io.github.queuesqlite.annotation.QueueSchedule;
import io.github.queuesqlite.annotation.QueueTask;
import io.github.queuesqlite.autoconfigure.QueueProperties;
import io.github.queuesqlite.listen.ListenerDefinition;
import io.github.queuesqlite.listen.ListenerRegistry;
import io.github.queuesqlite.schedule.Schedule;
import io.github.queuesqlite.schedule.ScheduleOperations;
import io.github.queuesqlite.task.TaskDefinition;
import io.github.queuesqlite.task.TaskRegistry;
import org.springframework.beans.factory.BeanFactoryUtils;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.diagnostics.FailureAnalyzedException;
import org.springframework.util.ClassUtils;
import org.springframework.validation.SmartValidator;

/** Puts handlers into the registries of the queue. */
final class HandlerRegistrar {

	private final ConfigurableListableBeanFactory beanFactory;

	private final TaskRegistry tasks;

	private final ListenerRegistry listeners;

	private final TaskMethods taskMethods;

	private final ListenerMethods listenerMethods;

	private final ScheduleMethods scheduleMethods;

	/** What the application declares; guarded by this. */
	private final List<Schedule> schedules = new ArrayList<>();

	/** Who declares them, to be found when two do; guarded by this. */
	private final Map<String, Supplier<String>> scheduleOrigins = new HashMap<>();

	private final MistakenListeners mistakenListeners;

	private HandlerRegistrar(ConfigurableListableBeanFactory beanFactory, TaskRegistry tasks,
			ListenerRegistry listeners, TaskMethods taskMethods, ScheduleMethods scheduleMethods,
			MistakenListeners mistakenListeners) {
		this.beanFactory = beanFactory;
		this.tasks = tasks;
		this.listeners = listeners;
		this.taskMethods = taskMethods;
		this.listenerMethods = new ListenerMethods(beanFactory);
		this.scheduleMethods = scheduleMethods;
		this.mistakenListeners = mistakenListeners;
	}

	static HandlerRegistrar create(ConfigurableListableBeanFactory beanFactory) {
		QueueProperties properties = beanFactory.getBean(QueueProperties.class);
		SmartValidator validator = beanFactory.getBeanProvider(SmartValidator.class).getIfUnique();
		TaskArguments arguments = new TaskArguments(beanFactory, validator);
		TaskMethods taskMethods = new TaskMethods(beanFactory, arguments, properties.retry().toPolicy());
		TaskRegistry tasks = beanFactory.getBean(TaskRegistry.class);
		return new HandlerRegistrar(beanFactory, tasks, beanFactory.getBean(ListenerRegistry.class), taskMethods,
				new ScheduleMethods(beanFactory, arguments),
				new MistakenListeners(tasks, properties.queues().keySet()));
	}

	/** Registers the definitions that are beans. */
	void registerDefinitions() {
		beans(TaskDefinition.class).orderedStream().forEach(this::registerBean);
		beans(ListenerDefinition.class).orderedStream().forEach(this::registerBean);
		beans(Schedule.class).orderedStream().forEach((schedule) -> register(schedule, () -> bean(schedule)));
	}

	private void registerBean(TaskDefinition<?> task) {
		try {
			this.tasks.register(task);
		}
		catch (IllegalStateException ex) {
			throw refusedBean(task, ex);
		}
	}

	private void registerBean(ListenerDefinition listener) {
		try {
			this.listeners.register(listener);
		}
		catch (IllegalStateException ex) {
			throw refusedBean(listener, ex);
		}
	}

	private FailureAnalyzedException refusedBean(Object bean, IllegalStateException cause) {
		return new FailureAnalyzedException("The %s of %s cannot be registered: %s"
			.formatted(ClassUtils.getShortName(bean.getClass()), bean(bean), cause.getMessage()), null, cause);
	}

	/** Returns how a person would find a bean. */
	private String bean(Object bean) {
		return BeanFactoryUtils.beansOfTypeIncludingAncestors(this.beanFactory, bean.getClass(), false, false)
			.entrySet()
			.stream()
			.filter((named) -> named.getValue() == bean)
			.findFirst()
			.map((named) -> "bean '" + named.getKey() + "'")
			.orElse("a bean");
	}

	/** Tells the queue of the schedules that were registered. */
	synchronized void declareSchedules() {
		ScheduleOperations operations = beans(ScheduleOperations.class).getIfAvailable();
		if (operations == null) {
			return;
		}
		try {
			operations.declare(this.schedules);
		}
		catch (IllegalArgumentException ex) {
			throw new FailureAnalyzedException("Schedules cannot be declared: " + ex.getMessage() + ".",
					"Correct the @QueueSchedule methods and the beans of type Schedule.", ex);
		}
	}

	private <T> ObjectProvider<T> beans(Class<T> type) {
		return this.beanFactory.getBeanProvider(type);
	}

	void register(BeanMethod method) {
		checkSingleton(method);
		if (method.annotation() instanceof QueueTask annotation) {
			register(this.taskMethods.define(method, annotation));
		}
		else if (method.annotation() instanceof QueueListener annotation) {
			register(method, this.listenerMethods.define(method, annotation));
		}
		else if (method.annotation() instanceof QueueSchedule annotation) {
			register(method, annotation);
		}
	}

	private void register(BeanMethod method, QueueSchedule annotation) {
		Schedule schedule = this.scheduleMethods.define(method, annotation);
		if (ScheduleMethods.task(method) == null) {
			register(this.taskMethods.define(method, this.scheduleMethods.defaultTask(method, annotation)));
		}
		if (schedule != null) {
			register(schedule, method::description);
		}
	}

	private synchronized void register(Schedule schedule, Supplier<String> origin) {
		Supplier<String> other = this.scheduleOrigins.putIfAbsent(schedule.name(), origin);
		if (other != null) {
			throw new FailureAnalyzedException("Schedule '%s' is declared twice: by %s and by %s."
				.formatted(schedule.name(), other.get(), origin.get()), "Give one of them another name.");
		}
		this.schedules.add(schedule);
	}

	private void checkSingleton(BeanMethod method) {
		String beanName = method.beanName();
		if (this.beanFactory.containsBean(beanName) && !this.beanFactory.isSingleton(beanName)) {
			throw method.refused("belongs to bean '" + beanName + "', of which there may be many",
					"Make the bean a singleton, or give it a scoped proxy.");
		}
	}

	private void register(TaskDefinition<?> task) {
		try {
			this.tasks.register(task);
		}
		catch (IllegalStateException ex) {
			throw new FailureAnalyzedException(String.valueOf(ex.getMessage()), null, ex);
		}
	}

	private void register(BeanMethod method, ListenerDefinition listener) {
		try {
			this.listeners.register(listener);
		}
		catch (IllegalStateException ex) {
			throw new FailureAnalyzedException(method.description() + " cannot be a handler: " + ex.getMessage(),
					"Give the listener a name of its own: @QueueListener(value = …, name = \"…\").", ex);
		}
		this.mistakenListeners.warn(method, listener);
	}

}
