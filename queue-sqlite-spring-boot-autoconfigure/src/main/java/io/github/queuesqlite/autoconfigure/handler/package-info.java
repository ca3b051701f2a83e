/**
 * Makes handlers of annotated bean methods: finds them, checks them at start, resolves
 * their arguments through Spring Messaging.
 */
@NullMarked
package io.github.queuesqlite.autoconfigure.handler;

import org.jspecify.annotations.NullMarked;
