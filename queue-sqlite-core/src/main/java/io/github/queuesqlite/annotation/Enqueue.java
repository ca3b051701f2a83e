package io.github.queuesqlite.annotation;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Method of an interface that enqueues a message when it is called. What implements the
 * interface is made by {@code TaskClients}, which says what the method may look like.
 *
 * @since 0.1.0
 */
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@Documented
public @interface Enqueue {

	/**
	 * The task of the message.
	 * @return 1 to 200 letters, digits or {@code . _ - :}
	 */
	String value();

	/**
	 * The queue of the message.
	 * @return empty for the queue that the task declares
	 */
	String queue() default "";

}
