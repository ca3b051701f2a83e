package io.github.queuesqlite.autoconfigure;

import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

import io.github.queuesqlite.EmbeddedQueue;
import io.github.queuesqlite.payload.CborPayloadCodec;
import io.github.queuesqlite.payload.JsonPayloadCodec;
import io.github.queuesqlite.payload.PayloadCodec;
import io.github.queuesqlite.payload.PayloadKeys;
import io.github.queuesqlite.payload.PayloadUpcaster;
import io.github.queuesqlite.payload.SmilePayloadCodec;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.boot.diagnostics.FailureAnalyzedException;
import org.springframework.util.ClassUtils;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.dataformat.cbor.CBORMapper;
import tools.jackson.dataformat.smile.SmileMapper;

/**
 * Maps properties and beans onto how payloads become bytes. What is not asked for by name
 * still reads what it has written: JSON, the formats of Jackson that are on the class
 * path, and every codec that is a bean.
 */
final class PayloadConfigurer {

	private static final String KEY = "16, 24 or 32 bytes as Base64, such as the output of 'openssl rand -base64 32'";

	private final QueueProperties.Payload properties;

	private final BeanFactory beanFactory;

	/** All there are, by name. */
	private final Map<String, PayloadCodec> codecs = new LinkedHashMap<>();

	PayloadConfigurer(QueueProperties.Payload properties, BeanFactory beanFactory) {
		this.properties = properties;
		this.beanFactory = beanFactory;
	}

	void apply(EmbeddedQueue.Builder builder) {
		this.beanFactory.getBeanProvider(PayloadCodec.class).orderedStream().forEach(this::add);
		PayloadCodec codec = codec();
		builder.codec(codec).maxPayloadSize(this.properties.maxSize().toBytes());
		this.codecs.values().stream().filter((other) -> other != codec).forEach(builder::readCodec);
		this.beanFactory.getBeanProvider(PayloadUpcaster.class).orderedStream().forEach(builder::upcaster);
		if (this.properties.compressOver() != null) {
			builder.compressOver(this.properties.compressOver().toBytes());
		}
		PayloadKeys keys = keys();
		if (keys != null) {
			builder.encrypt(keys);
		}
		QueueProperties.Signing signing = this.properties.signing();
		if (!signing.keys().isEmpty() || signing.key() != null) {
			builder.sign(keys("payload.signing", signing.key(), signing.keys()), signing.required());
		}
	}

	private void add(PayloadCodec codec) {
		PayloadCodec other = this.codecs.putIfAbsent(codec.name(), codec);
		if (other != null) {
			throw new FailureAnalyzedException(
					"Two PayloadCodec beans have the name '%s': %s and %s.".formatted(codec.name(),
							other.getClass().getName(), codec.getClass().getName()),
					"Give them different names: messages are read by the codec whose name they carry.");
		}
	}

	private PayloadCodec codec() {
		Map<String, PayloadCodec> beans = new LinkedHashMap<>(this.codecs);
		addOwn();
		String wanted = this.properties.codec();
		if (wanted == null) {
			return only(beans);
		}
		PayloadCodec codec = this.codecs.get(wanted);
		if (codec == null) {
			throw PropertyCheck.refused("payload.codec", wanted,
					"must be json, cbor or smile (if Jackson's module for it is on the class path), or the name of a"
							+ " PayloadCodec bean; there are " + this.codecs.keySet());
		}
		return codec;
	}

	private void addOwn() {
		JsonMapper json = bean(JsonMapper.class);
		this.codecs.putIfAbsent("json", (json != null) ? new JsonPayloadCodec(json) : new JsonPayloadCodec());
		if (isPresent("tools.jackson.dataformat.cbor.CBORMapper")) {
			this.codecs.computeIfAbsent("cbor", (name) -> Cbor.codec(this));
		}
		if (isPresent("tools.jackson.dataformat.smile.SmileMapper")) {
			this.codecs.computeIfAbsent("smile", (name) -> Smile.codec(this));
		}
	}

	private PayloadCodec only(Map<String, PayloadCodec> beans) {
		if (beans.size() > 1) {
			throw new FailureAnalyzedException("There are several PayloadCodec beans: " + beans.keySet() + ".",
					"Set 'queue.sqlite.payload.codec' to the name of the one that writes, or to json.");
		}
		return beans.isEmpty() ? Objects.requireNonNull(this.codecs.get("json")) : beans.values().iterator().next();
	}

	private static boolean isPresent(String type) {
		return ClassUtils.isPresent(type, null);
	}

	private <T> @Nullable T bean(Class<T> type) {
		return this.beanFactory.getBeanProvider(type).getIfUnique();
	}

	// Keys

	private @Nullable PayloadKeys keys() {
		PayloadKeys bean = bean(PayloadKeys.class);
		QueueProperties.Encryption encryption = this.properties.encryption();
		if (encryption.keys().isEmpty() && encryption.key() == null) {
			return bean;
		}
		if (bean != null) {
			throw new FailureAnalyzedException(
					"There is a PayloadKeys bean, and 'queue.sqlite.payload.encryption' has keys too.",
					"Remove one of the two.");
		}
		return keys("payload.encryption", encryption.key(), encryption.keys());
	}

	private static PayloadKeys keys(String property, @Nullable String current, Map<String, String> encoded) {
		Map<String, byte[]> keys = new LinkedHashMap<>();
		encoded.forEach((id, key) -> keys.put(id, decoded(property + ".keys." + id, key)));
		if (current == null || !keys.containsKey(current)) {
			throw PropertyCheck.refused(property + ".key", current, "must be the name of one of '"
					+ PropertyCheck.PREFIX + "." + property + ".keys', which are " + keys.keySet());
		}
		try {
			return PayloadKeys.of(current, keys);
		}
		catch (IllegalArgumentException ex) {
			throw PropertyCheck.refused(property + ".keys", keys.keySet(),
					"must have names of 1 to 32 letters, digits or . _ -");
		}
	}

	private static byte[] decoded(String property, String key) {
		byte[] decoded;
		try {
			decoded = Base64.getDecoder().decode(key.strip());
		}
		catch (IllegalArgumentException ex) {
			throw PropertyCheck.refused(property, SecretNames.HIDDEN, "must be " + KEY);
		}
		if (decoded.length != 16 && decoded.length != 24 && decoded.length != 32) {
			throw PropertyCheck.refused(property, SecretNames.HIDDEN,
					"must be %s: it has %d".formatted(KEY, decoded.length));
		}
		return decoded;
	}

	/** Loaded only when Jackson's module is there. */
	private static final class Cbor {

		static PayloadCodec codec(PayloadConfigurer configurer) {
			CBORMapper mapper = configurer.bean(CBORMapper.class);
			return (mapper != null) ? new CborPayloadCodec(mapper) : new CborPayloadCodec();
		}

	}

	/** As above. */
	private static final class Smile {

		static PayloadCodec codec(PayloadConfigurer configurer) {
			SmileMapper mapper = configurer.bean(SmileMapper.class);
			return (mapper != null) ? new SmilePayloadCodec(mapper) : new SmilePayloadCodec();
		}

	}

}
