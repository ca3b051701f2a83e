package io.github.queuesqlite.autoconfigure.handler;

import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.List;

import io.github.queuesqlite.message.Message;
import io.github.queuesqlite.task.TaskContext;
import org.jspecify.annotations.Nullable;
import org.springframework.core.MethodParameter;
import org.springframework.core.ResolvableType;
import org.springframework.messaging.handler.annotation.Payload;

/**
 * The parameters of a task method that handles batches: a list of payloads, of runs, of
 * messages.
 *
 * @param contents what is in the list of each parameter
 * @param payload the parameter with the payloads; null when the method does not want them
 * @param payloadType what one payload is read as
 */
record BatchParameters(List<Content> contents, @Nullable MethodParameter payload, Type payloadType) {

	static BatchParameters of(BeanMethod method) {
		List<Content> contents = new ArrayList<>();
		MethodParameter payload = null;
		Type payloadType = Void.class;
		for (MethodParameter parameter : method.parameters()) {
			if (parameter.getParameterType() != List.class) {
				throw method.refused("handles batches and takes a " + parameter.getParameterType().getSimpleName(),
						"Take lists, of payloads, of TaskContext or of Message, or remove 'batchSize'.");
			}
			ResolvableType element = ResolvableType.forMethodParameter(parameter).getGeneric();
			Content content = Content.of(element);
			if (content == Content.PAYLOADS) {
				if (payload != null) {
					throw method.refused("takes two lists of payloads", "Leave one of them.");
				}
				payload = parameter;
				payloadType = PayloadTypes.of(method, element);
			}
			contents.add(content);
		}
		checkReturnType(method);
		return new BatchParameters(List.copyOf(contents), payload, payloadType);
	}

	private static void checkReturnType(BeanMethod method) {
		Class<?> type = method.method().getReturnType();
		if (!method.isAwaited() && type != void.class && type != Void.class && !List.class.isAssignableFrom(type)) {
			throw method.refused("handles batches and returns a " + type.getSimpleName(),
					"Return nothing, or a List with a result for each message.");
		}
	}

	/** Whether a message without payload is handled like others. */
	boolean allowsNull() {
		if (this.payload == null) {
			return true;
		}
		Payload annotation = this.payload.getParameterAnnotation(Payload.class);
		return annotation != null && !annotation.required();
	}

	/** What is in a list. */
	enum Content {

		PAYLOADS, RUNS, MESSAGES;

		static Content of(ResolvableType element) {
			Class<?> type = element.resolve();
			if (type == TaskContext.class) {
				return RUNS;
			}
			return (type == Message.class) ? MESSAGES : PAYLOADS;
		}

	}

}
