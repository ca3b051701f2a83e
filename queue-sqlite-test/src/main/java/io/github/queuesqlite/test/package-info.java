/**
 * Support for tests: a queue whose handlers run when the test says so, a clock that the
 * test moves, assertions, and a simulator of crashes. Usable with Spring Boot and
 * without.
 */
@NullMarked
package io.github.queuesqlite.test;

import org.jspecify.annotations.NullMarked;
