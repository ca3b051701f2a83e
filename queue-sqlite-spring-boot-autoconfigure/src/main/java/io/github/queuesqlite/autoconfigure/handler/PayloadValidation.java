package io.github.queuesqlite.autoconfigure.handler;

import java.lang.annotation.Annotation;
import java.util.List;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;
import org.springframework.core.MethodParameter;
import org.springframework.validation.BeanPropertyBindingResult;
import org.springframework.validation.Errors;
import org.springframework.validation.FieldError;
import org.springframework.validation.ObjectError;
import org.springframework.validation.SmartValidator;
import org.springframework.validation.annotation.ValidationAnnotationUtils;

/** Validates payloads where a parameter asks for it, as for a single one. */
final class PayloadValidation {

	private final @Nullable SmartValidator validator;

	/** Groups; null when nobody asks for validation. */
	private final Object @Nullable [] hints;

	PayloadValidation(@Nullable SmartValidator validator, @Nullable MethodParameter parameter) {
		this.validator = validator;
		this.hints = (parameter != null) ? hints(parameter) : null;
	}

	private static Object @Nullable [] hints(MethodParameter parameter) {
		for (Annotation annotation : parameter.getParameterAnnotations()) {
			Object[] hints = ValidationAnnotationUtils.determineValidationHints(annotation);
			if (hints != null) {
				return hints;
			}
		}
		return null;
	}

	/** Returns what is wrong with a payload; null for nothing. */
	@Nullable String violations(Object payload) {
		if (this.validator == null || this.hints == null) {
			return null;
		}
		Errors errors = new BeanPropertyBindingResult(payload, "payload");
		this.validator.validate(payload, errors, this.hints);
		return errors.hasErrors() ? text(errors.getAllErrors()) : null;
	}

	/** Names fields with what is wrong with them. */
	static String text(List<ObjectError> errors) {
		return errors.stream()
			.map((error) -> (error instanceof FieldError field) ? field.getField() + " " + error.getDefaultMessage()
					: String.valueOf(error.getDefaultMessage()))
			.sorted()
			.collect(Collectors.joining(", "));
	}

}
