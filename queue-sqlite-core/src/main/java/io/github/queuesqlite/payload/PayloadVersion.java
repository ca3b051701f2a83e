package io.github.queuesqlite.payload;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * The version of a payload type, stored with each payload. One that was written by an
 * older version is brought up by {@link PayloadUpcaster}s, step by step, before it is
 * read as the type; one of a newer version is not read. A type without it has version 1.
 *
 * @since 0.1.0
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Inherited
@Documented
public @interface PayloadVersion {

	/**
	 * The version.
	 * @return 1 to 999,999,999; raise it by one with each change that Jackson cannot read
	 * by itself
	 */
	int value();

}
