package io.github.queuesqlite.autoconfigure.handler;

import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.config.ConfigurableBeanFactory;
import org.springframework.boot.convert.ApplicationConversionService;
import org.springframework.core.MethodParameter;
import org.springframework.core.ResolvableType;
import org.springframework.core.convert.ConversionService;
import org.springframework.messaging.Message;
import org.springframework.messaging.converter.GenericMessageConverter;
import org.springframework.messaging.handler.annotation.Headers;
import org.springframework.messaging.handler.annotation.Payload;
import org.springframework.messaging.handler.annotation.support.HeaderMethodArgumentResolver;
import org.springframework.messaging.handler.annotation.support.HeadersMethodArgumentResolver;
import org.springframework.messaging.handler.annotation.support.MessageMethodArgumentResolver;
import org.springframework.messaging.handler.invocation.HandlerMethodArgumentResolverComposite;
import org.springframework.util.StringUtils;
import org.springframework.validation.SmartValidator;

/** What a task method may take, and which of it is the payload. */
final class TaskArguments {

	private final HandlerMethodArgumentResolverComposite notPayload = new HandlerMethodArgumentResolverComposite();

	private final HandlerMethodArgumentResolverComposite resolvers = new HandlerMethodArgumentResolverComposite();

	private final @Nullable SmartValidator validator;

	TaskArguments(ConfigurableBeanFactory beanFactory, @Nullable SmartValidator validator) {
		this.validator = validator;
		ConversionService conversion = ApplicationConversionService.getSharedInstance();
		this.notPayload.addResolvers(new TaskContextArgumentResolver(),
				new HeaderMethodArgumentResolver(conversion, beanFactory), new HeadersMethodArgumentResolver(),
				new MessageMethodArgumentResolver());
		this.resolvers.addResolvers(this.notPayload.getResolvers());
		this.resolvers.addResolver(new TaskPayloadArgumentResolver(new GenericMessageConverter(conversion), validator));
	}

	/** Returns what validates the payloads of a parameter that asks for it. */
	PayloadValidation validation(@Nullable MethodParameter parameter) {
		return new PayloadValidation(this.validator, parameter);
	}

	HandlerMethodArgumentResolverComposite resolvers() {
		return this.resolvers;
	}

	/**
	 * Returns what the payload of a method is read as.
	 * @param method the method
	 * @return {@code Void.class} when it does not want the payload
	 */
	Type payloadType(BeanMethod method) {
		List<MethodParameter> payloads = new ArrayList<>();
		Type type = Void.class;
		for (MethodParameter parameter : method.parameters()) {
			if (Message.class == parameter.getParameterType()) {
				type = payloads.isEmpty() ? nested(method, parameter) : type;
			}
			else if (!this.notPayload.supportsParameter(parameter)) {
				checkPayload(method, parameter);
				payloads.add(parameter);
				type = parameterType(method, parameter);
			}
		}
		if (payloads.size() > 1) {
			throw method.refused("takes " + payloads.size() + " payloads",
					"Leave one of them, or annotate with @Header what is a header.");
		}
		return type;
	}

	/** Returns whether a method cannot be called without a payload. */
	boolean needsPayload(BeanMethod method) {
		for (MethodParameter parameter : method.parameters()) {
			Payload annotation = parameter.getParameterAnnotation(Payload.class);
			boolean optional = parameter.isOptional() || (annotation != null && !annotation.required());
			if (!this.notPayload.supportsParameter(parameter) && !optional) {
				return true;
			}
		}
		return false;
	}

	private static void checkPayload(BeanMethod method, MethodParameter parameter) {
		Payload annotation = parameter.getParameterAnnotation(Payload.class);
		if (annotation != null && StringUtils.hasText(annotation.expression())) {
			throw method.refused("has a @Payload expression, which is not supported", "Take the whole payload.");
		}
		if (parameter.hasParameterAnnotation(Headers.class)) {
			throw method.refused("has a @Headers parameter that is not a map", "Make it a Map<String, Object>.");
		}
	}

	private static Type nested(BeanMethod method, MethodParameter parameter) {
		return PayloadTypes.of(method, ResolvableType.forMethodParameter(parameter).getGeneric());
	}

	private static Type parameterType(BeanMethod method, MethodParameter parameter) {
		return PayloadTypes.of(method, ResolvableType.forMethodParameter(parameter.nestedIfOptional()));
	}

}
