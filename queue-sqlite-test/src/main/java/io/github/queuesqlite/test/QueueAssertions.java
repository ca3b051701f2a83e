package io.github.queuesqlite.test;

import io.github.queuesqlite.QueueOperations;

/**
 * Entry points of the assertions, for a static import beside those of AssertJ.
 *
 * @since 0.1.0
 */
public final class QueueAssertions {

	private QueueAssertions() {
	}

	/**
	 * Begins to assert a queue.
	 * @param queue the queue
	 * @return the assertions
	 */
	public static QueueAssert assertThat(TestQueue queue) {
		return queue.assertThat();
	}

	/**
	 * Begins to assert any queue, also one of production.
	 * @param operations its operations
	 * @return the assertions
	 */
	public static QueueAssert assertThat(QueueOperations operations) {
		return new QueueAssert(operations);
	}

}
