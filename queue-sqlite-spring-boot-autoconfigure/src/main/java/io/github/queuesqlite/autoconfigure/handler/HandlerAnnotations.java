package io.github.queuesqlite.autoconfigure.handler;

import java.lang.annotation.Annotation;
import java.lang.reflect.Method;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import io.github.queuesqlite.annotation.QueueListener;
import io.github.queuesqlite.annotation.QueueSchedule;
import io.github.queuesqlite.annotation.QueueTask;
import org.jspecify.annotations.Nullable;
import org.springframework.core.MethodIntrospector;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.core.annotation.AnnotationUtils;

/** Finds methods annotated with our annotations, or with annotations made of them. */
final class HandlerAnnotations {

	private static final List<Class<? extends Annotation>> TYPES = List.of(QueueTask.class, QueueListener.class,
			QueueSchedule.class);

	private HandlerAnnotations() {
	}

	static Map<Method, List<Annotation>> find(Class<?> beanClass) {
		if (!AnnotationUtils.isCandidateClass(beanClass, TYPES)) {
			return Map.of();
		}
		return MethodIntrospector.selectMethods(beanClass,
				(MethodIntrospector.MetadataLookup<List<Annotation>>) HandlerAnnotations::of);
	}

	private static @Nullable List<Annotation> of(Method method) {
		List<Annotation> annotations = Stream
			.<@Nullable Annotation>of(AnnotatedElementUtils.findMergedAnnotation(method, QueueTask.class),
					AnnotatedElementUtils.findMergedAnnotation(method, QueueListener.class),
					AnnotatedElementUtils.findMergedAnnotation(method, QueueSchedule.class))
			.flatMap(Stream::ofNullable)
			.toList();
		return annotations.isEmpty() ? null : annotations;
	}

}
