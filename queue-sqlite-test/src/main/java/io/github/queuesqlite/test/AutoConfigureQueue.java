package io.github.queuesqlite.test;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import org.springframework.boot.autoconfigure.ImportAutoConfiguration;

/**
 * Puts the queue of a Spring test into its hands: {@link TestQueue} is a bean, messages
 * are kept in a temporary directory of the application context, and handlers run when the
 * test says so. For {@code @SpringBootTest} and any slice; {@link QueueTest @QueueTest}
 * loads nothing but the queue and its handlers.
 * <p>
 * The directory is deleted when the context is closed. Contexts that the test framework
 * caches keep theirs; before each test method the messages of those before are deleted,
 * unless another test uses the same context at that moment.
 *
 * @since 0.1.0
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Documented
@Inherited
@ImportAutoConfiguration
public @interface AutoConfigureQueue {

	/**
	 * When handlers run.
	 * @return the mode
	 */
	RunMode mode() default RunMode.MANUAL;

	/**
	 * Whether all messages are deleted and all pauses ended before each test method. Not
	 * done while another test uses the same context.
	 * @return false to keep them
	 */
	boolean reset() default true;

}
