/**
 * Random commands against a queue and against a model of it in memory, which must agree.
 */
@NullMarked
package io.github.queuesqlite.reliability.model;

import org.jspecify.annotations.NullMarked;
