/** A small application under test. */
package io.github.queuesqlite.test.app;
