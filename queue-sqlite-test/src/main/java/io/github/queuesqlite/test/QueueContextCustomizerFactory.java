package io.github.queuesqlite.test;

import java.util.List;

import org.jspecify.annotations.Nullable;
import org.springframework.test.context.ContextConfigurationAttributes;
import org.springframework.test.context.ContextCustomizer;
import org.springframework.test.context.ContextCustomizerFactory;
import org.springframework.test.context.TestContextAnnotationUtils;

/** Prepares the contexts of tests with {@link AutoConfigureQueue @AutoConfigureQueue}. */
class QueueContextCustomizerFactory implements ContextCustomizerFactory {

	@Override
	public @Nullable ContextCustomizer createContextCustomizer(Class<?> testClass,
			List<ContextConfigurationAttributes> attributes) {
		AutoConfigureQueue annotation = TestContextAnnotationUtils.findMergedAnnotation(testClass,
				AutoConfigureQueue.class);
		return (annotation != null) ? new QueueContextCustomizer(annotation.mode()) : null;
	}

}
