package io.github.queuesqlite.payload;

import java.lang.reflect.Type;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;

import io.github.queuesqlite.message.PayloadException;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

import org.springframework.core.ResolvableType;

/** The versions of payload types, and the ways from one to the next. */
final class PayloadUpcasts {

	private static final ClassValue<Integer> VERSIONS = new ClassValue<>() {

		@Override
		protected Integer computeValue(Class<?> type) {
			PayloadVersion version = type.getAnnotation(PayloadVersion.class);
			return (version != null) ? checked(type, version.value()) : 0;
		}

	};

	/** The version of what was written a moment ago, whichever that is. */
	static final int CURRENT = 0;

	private final Map<Step, PayloadUpcaster> upcasters = new HashMap<>();

	PayloadUpcasts(Collection<PayloadUpcaster> upcasters) {
		for (PayloadUpcaster upcaster : upcasters) {
			if (upcaster.from() < 1 || VERSIONS.get(upcaster.type()) <= upcaster.from()) {
				throw new IllegalArgumentException(
						upcaster + " leads beyond the version of its type: " + upcaster.type().getName() + " has "
								+ Math.max(1, VERSIONS.get(upcaster.type())) + ", by @PayloadVersion");
			}
			PayloadUpcaster other = this.upcasters.put(new Step(upcaster.type(), upcaster.from()), upcaster);
			if (other != null) {
				throw new IllegalArgumentException("Two up-casters lead from version " + upcaster.from() + " of "
						+ upcaster.type().getName() + ": " + other + " and " + upcaster);
			}
		}
	}

	private static int checked(Class<?> type, int version) {
		if (version < 1 || version > 999_999_999) {
			throw new IllegalArgumentException(
					"@PayloadVersion of " + type.getName() + " must be from 1 to 999999999, was " + version);
		}
		return version;
	}

	/** Returns the version of what is written. */
	static int versionOf(Object value) {
		return Math.max(1, VERSIONS.get(value.getClass()));
	}

	/**
	 * Reads bytes as a type.
	 * @param version of the type when they were written
	 */
	@Nullable Object read(PayloadCodec codec, int version, byte[] bytes, Type type) {
		Class<?> target = (type instanceof Class<?> plain) ? plain : ResolvableType.forType(type).toClass();
		int wanted = VERSIONS.get(target);
		if (wanted == 0 || wanted == version || version == CURRENT) {
			return codec.decode(bytes, type);
		}
		if (version > wanted) {
			throw new PayloadException("It was written as version " + version + " of " + target.getName()
					+ ", of which this process knows " + wanted + ": start the newer application", null);
		}
		JsonNode node = (JsonNode) Objects.requireNonNull(codec.decode(bytes, JsonNode.class));
		for (int from = version; from < wanted; from++) {
			node = step(target, from).upcast(node);
		}
		return codec.decode(codec.encode(node), type);
	}

	private PayloadUpcaster step(Class<?> type, int from) {
		PayloadUpcaster upcaster = this.upcasters.get(new Step(type, from));
		if (upcaster == null) {
			throw new PayloadException("It was written as an older version of " + type.getName()
					+ ", and there is no PayloadUpcaster from version " + from + " to " + (from + 1), null);
		}
		return upcaster;
	}

	private record Step(Class<?> type, int from) {

	}

}
