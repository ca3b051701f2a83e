/** Makes the queue beans of a Spring Boot application. */
@NullMarked
package io.github.queuesqlite.autoconfigure;

import org.jspecify.annotations.NullMarked;
