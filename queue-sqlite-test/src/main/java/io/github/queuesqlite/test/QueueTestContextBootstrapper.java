package io.github.queuesqlite.test;

import org.springframework.boot.test.autoconfigure.TestSliceTestContextBootstrapper;

/** Reads the properties of {@link QueueTest @QueueTest}. */
class QueueTestContextBootstrapper extends TestSliceTestContextBootstrapper<QueueTest> {

}
