package io.github.queuesqlite.test;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.test.autoconfigure.OverrideAutoConfiguration;
import org.springframework.boot.test.context.filter.annotation.TypeExcludeFilters;
import org.springframework.context.annotation.ComponentScan;
import org.springframework.core.annotation.AliasFor;
import org.springframework.test.context.BootstrapWith;
import org.springframework.test.context.junit.jupiter.SpringExtension;

/**
 * A test of handlers and nothing else: loads the queue, JSON and validation, and of the
 * application the beans with {@code @QueueTask}, {@code @QueueListener} or
 * {@code @QueueSchedule} methods and those that extend the queue: interceptors, event
 * listeners, customizers, codecs, upcasters. What these need besides is given as
 * {@code @MockitoBean} or {@code @Import}.
 * <p>
 * Its store, its clock and the running of its handlers are as
 * {@link AutoConfigureQueue @AutoConfigureQueue} says. It is not transactional: in a
 * transaction nothing would ever be committed, and so nothing be enqueued.
 *
 * @since 0.1.0
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Documented
@Inherited
@BootstrapWith(QueueTestContextBootstrapper.class)
@ExtendWith(SpringExtension.class)
@OverrideAutoConfiguration(enabled = false)
@TypeExcludeFilters(QueueTypeExcludeFilter.class)
@AutoConfigureQueue
@ImportAutoConfiguration
public @interface QueueTest {

	/**
	 * Which classes with handlers to load. Alias of {@link #handlers()}.
	 * @return none for all of them
	 */
	@AliasFor("handlers")
	Class<?>[] value() default {};

	/**
	 * Which classes with handlers to load.
	 * @return none for all of them
	 */
	@AliasFor("value")
	Class<?>[] handlers() default {};

	/**
	 * When handlers run.
	 * @return the mode
	 */
	@AliasFor(annotation = AutoConfigureQueue.class)
	RunMode mode() default RunMode.MANUAL;

	/**
	 * Whether all messages are deleted before each test method.
	 * @return false to keep them
	 */
	@AliasFor(annotation = AutoConfigureQueue.class)
	boolean reset() default true;

	/**
	 * Properties to add to the environment, as {@code key=value}.
	 * @return the properties
	 */
	String[] properties() default {};

	/**
	 * Whether the beans of the application are filtered as described.
	 * @return false to begin with none
	 */
	boolean useDefaultFilters() default true;

	/**
	 * Beans to load although they would be left out.
	 * @return filters
	 */
	ComponentScan.Filter[] includeFilters() default {};

	/**
	 * Beans to leave out although they would be loaded.
	 * @return filters
	 */
	ComponentScan.Filter[] excludeFilters() default {};

	/**
	 * Auto-configurations to leave out.
	 * @return their classes
	 */
	@AliasFor(annotation = ImportAutoConfiguration.class, attribute = "exclude")
	Class<?>[] excludeAutoConfiguration() default {};

}
