package io.github.queuesqlite.test;

import org.springframework.context.ApplicationContext;
import org.springframework.test.context.TestContext;
import org.springframework.test.context.TestContextAnnotationUtils;
import org.springframework.test.context.TestExecutionListener;

/** Lets each test begin with an empty queue. */
class QueueTestExecutionListener implements TestExecutionListener {

	@Override
	public void beforeTestMethod(TestContext test) {
		AutoConfigureQueue annotation = TestContextAnnotationUtils.findMergedAnnotation(test.getTestClass(),
				AutoConfigureQueue.class);
		if (annotation != null) {
			queues(test.getApplicationContext()).forEach((queue) -> queue.enter(annotation.reset()));
		}
	}

	@Override
	public void afterTestMethod(TestContext test) {
		if (TestContextAnnotationUtils.hasAnnotation(test.getTestClass(), AutoConfigureQueue.class)
				&& test.hasApplicationContext()) {
			queues(test.getApplicationContext()).forEach(TestQueue::leave);
		}
	}

	private static Iterable<TestQueue> queues(ApplicationContext context) {
		return context.getBeanProvider(TestQueue.class);
	}

}
