/** What a user writes on bean methods. */
@NullMarked
package io.github.queuesqlite.annotation;

import org.jspecify.annotations.NullMarked;
