package io.github.queuesqlite.autoconfigure.handler;

import java.util.Optional;

import org.jspecify.annotations.Nullable;
import org.springframework.core.MethodParameter;
import org.springframework.messaging.Message;
import org.springframework.messaging.converter.MessageConverter;
import org.springframework.messaging.handler.annotation.support.PayloadMethodArgumentResolver;
import org.springframework.validation.Validator;

/**
 * Gives the payload that was read already, validated. Only a message without a payload
 * counts as empty: an empty text is a payload.
 */
final class TaskPayloadArgumentResolver extends PayloadMethodArgumentResolver {

	TaskPayloadArgumentResolver(MessageConverter converter, @Nullable Validator validator) {
		super(converter, validator);
	}

	@Override
	public @Nullable Object resolveArgument(MethodParameter parameter, Message<?> message) throws Exception {
		if (isEmptyPayload(message.getPayload()) && isNullable(parameter)) {
			return null;
		}
		return super.resolveArgument(parameter, message);
	}

	private static boolean isNullable(MethodParameter parameter) {
		return parameter.isOptional() && parameter.getParameterType() != Optional.class;
	}

	@Override
	protected boolean isEmptyPayload(@Nullable Object payload) {
		return payload == TaskMessage.NO_PAYLOAD;
	}

}
