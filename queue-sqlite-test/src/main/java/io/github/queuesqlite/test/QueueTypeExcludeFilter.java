package io.github.queuesqlite.test;

import java.io.IOException;
import java.lang.annotation.Annotation;
import java.util.List;
import java.util.Set;

import io.github.queuesqlite.annotation.QueueListener;
import io.github.queuesqlite.annotation.QueueSchedule;
import io.github.queuesqlite.annotation.QueueTask;
import io.github.queuesqlite.autoconfigure.EmbeddedQueueBuilderCustomizer;
import io.github.queuesqlite.event.MessageEventListener;
import io.github.queuesqlite.event.QueueRecorder;
import io.github.queuesqlite.payload.PayloadCodec;
import io.github.queuesqlite.payload.PayloadKeys;
import io.github.queuesqlite.payload.PayloadUpcaster;
import io.github.queuesqlite.task.EnqueueInterceptor;
import io.github.queuesqlite.task.TaskInterceptor;
import org.springframework.boot.test.context.filter.annotation.StandardAnnotationCustomizableTypeExcludeFilter;
import org.springframework.core.type.classreading.MetadataReader;
import org.springframework.core.type.classreading.MetadataReaderFactory;

/** Says which beans of the application {@link QueueTest @QueueTest} loads. */
class QueueTypeExcludeFilter extends StandardAnnotationCustomizableTypeExcludeFilter<QueueTest> {

	private static final List<Class<? extends Annotation>> HANDLERS = List.of(QueueTask.class, QueueListener.class,
			QueueSchedule.class);

	private static final Set<Class<?>> EXTENSIONS = Set.of(TaskInterceptor.class, EnqueueInterceptor.class,
			MessageEventListener.class, QueueRecorder.class, EmbeddedQueueBuilderCustomizer.class, PayloadCodec.class,
			PayloadKeys.class, PayloadUpcaster.class);

	private final Set<Class<?>> handlers;

	QueueTypeExcludeFilter(Class<?> testClass) {
		super(testClass);
		this.handlers = Set.of(getAnnotation().getValue("handlers", Class[].class).orElse(new Class<?>[0]));
	}

	@Override
	protected Set<Class<?>> getKnownIncludes() {
		return EXTENSIONS;
	}

	@Override
	protected Set<Class<?>> getComponentIncludes() {
		return this.handlers;
	}

	@Override
	protected boolean defaultInclude(MetadataReader type, MetadataReaderFactory factory) throws IOException {
		return super.defaultInclude(type, factory) || (this.handlers.isEmpty() && hasHandlers(type, factory));
	}

	private static boolean hasHandlers(MetadataReader type, MetadataReaderFactory factory) throws IOException {
		if (HANDLERS.stream()
			.anyMatch((handler) -> type.getAnnotationMetadata().hasAnnotatedMethods(handler.getName()))) {
			return true;
		}
		String parent = type.getClassMetadata().getSuperClassName();
		return parent != null && !parent.startsWith("java.") && hasHandlers(factory.getMetadataReader(parent), factory);
	}

}
