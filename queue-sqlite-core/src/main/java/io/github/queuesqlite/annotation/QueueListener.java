package io.github.queuesqlite.annotation;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import org.springframework.aot.hint.annotation.Reflective;

/**
 * Calls a method of a bean for each change of listen data. To handle messages use
 * {@link QueueTask}.
 * <p>
 * Changes of one key arrive in order, at least once for each listener name, also those
 * made while no process ran. The method may take the new value (any type the codec can
 * read) or a {@link io.github.queuesqlite.listen.DataChange}. A
 * {@link java.util.concurrent.CompletionStage} or {@code Mono} that it returns is waited
 * for.
 *
 * @since 0.1.0
 */
@Target({ ElementType.METHOD, ElementType.ANNOTATION_TYPE })
@Retention(RetentionPolicy.RUNTIME)
@Documented
@Reflective
public @interface QueueListener {

	/** Keys, or patterns in which {@code *} stands for any characters. */
	String[] value();

	/**
	 * Owns the cursor: which changes were delivered. {@code beanName.methodName} by
	 * default.
	 */
	String name() default "";

	/** Whether a new listener first gets the current value of each matching key. */
	boolean replay() default false;

}
