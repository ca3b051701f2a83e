package io.github.queuesqlite.autoconfigure.handler;

import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.lang.reflect.WildcardType;

import org.springframework.core.GenericTypeResolver;
import org.springframework.core.ResolvableType;

/** Turns the type of a parameter into the type that stored bytes are read as. */
final class PayloadTypes {

	private PayloadTypes() {
	}

	/**
	 * Resolves a type.
	 * @param method whose parameter it is
	 * @param type its type
	 * @return {@code Object.class} where it is left open
	 */
	static Type of(BeanMethod method, ResolvableType type) {
		if (type == ResolvableType.NONE || type.getType() instanceof WildcardType) {
			return Object.class;
		}
		Type resolved = GenericTypeResolver.resolveType(type.getType(), method.beanClass());
		if (resolved instanceof TypeVariable) {
			throw method.refused("takes a payload of the open type '" + resolved + "'",
					"Give the parameter a type that says what to read.");
		}
		return resolved;
	}

}
