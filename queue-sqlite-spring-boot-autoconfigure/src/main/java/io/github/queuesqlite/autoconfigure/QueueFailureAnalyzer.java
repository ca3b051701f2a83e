package io.github.queuesqlite.autoconfigure;

import java.time.Duration;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.github.queuesqlite.task.RateLimit;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.FailureAnalyzedException;
import org.springframework.core.Ordered;
import org.springframework.core.ResolvableType;
import org.springframework.core.annotation.Order;
import org.springframework.core.env.Environment;
import org.springframework.util.unit.DataSize;

/**
 * Says in one line which of our properties has a value that it must not have, and what
 * would be right. Comes before Boot's analyzers, which name the type and the conversion,
 * or a cause of what somebody has explained already.
 */
@Order(Ordered.HIGHEST_PRECEDENCE)
class QueueFailureAnalyzer extends AbstractFailureAnalyzer<Throwable> {

	private static final List<ConfigurationPropertyName> PREFIXES = Stream
		.of(PropertyCheck.PREFIX, "management.health.queue", "management.endpoint.queue")
		.map(ConfigurationPropertyName::of)
		.toList();

	private final Environment environment;

	QueueFailureAnalyzer(Environment environment) {
		this.environment = environment;
	}

	@Override
	protected @Nullable FailureAnalysis analyze(Throwable rootFailure, Throwable cause) {
		FailureAnalyzedException explained = findCause(rootFailure, FailureAnalyzedException.class);
		if (explained != null) {
			return explained.analysis();
		}
		InvalidConfigurationPropertyValueException refusal = findCause(rootFailure,
				InvalidConfigurationPropertyValueException.class);
		if (refusal != null) {
			return isOurs(refusal.getName()) ? refused(refusal) : null;
		}
		BindException failure = findCause(rootFailure, BindException.class);
		return (failure != null && isOurs(failure.getName())) ? malformed(innermost(failure)) : null;
	}

	private static boolean isOurs(String name) {
		return PREFIXES.stream().anyMatch((prefix) -> name.startsWith(prefix + "."));
	}

	private static boolean isOurs(ConfigurationPropertyName name) {
		return PREFIXES.stream().anyMatch((prefix) -> prefix.equals(name) || prefix.isAncestorOf(name));
	}

	private static BindException innermost(BindException exception) {
		BindException innermost = exception;
		while (innermost.getCause() instanceof BindException inner) {
			innermost = inner;
		}
		return innermost;
	}

	private FailureAnalysis refused(InvalidConfigurationPropertyValueException refusal) {
		ConfigurationProperty property = find(refusal.getName());
		Object value = (property != null) ? property.getValue() : refusal.getValue();
		return analysis(refusal.getName(), value, property, String.valueOf(refusal.getReason()), refusal);
	}

	private @Nullable FailureAnalysis malformed(BindException failure) {
		ConfigurationProperty property = failure.getProperty();
		if (property == null) {
			property = find(failure.getName().toString());
		}
		if (property == null) {
			return null;
		}
		String reason = "must " + expected(failure.getTarget().getType());
		return analysis(property.getName().toString(), property.getValue(), property, reason, failure);
	}

	private static FailureAnalysis analysis(String name, @Nullable Object value,
			@Nullable ConfigurationProperty property, String reason, Throwable cause) {
		String origin = (property != null && property.getOrigin() != null) ? " (" + property.getOrigin() + ")" : "";
		return new FailureAnalysis("Property '%s' %s, %s%s.".formatted(name, reason, was(property, value), origin),
				"Correct the property.", cause);
	}

	private static String was(@Nullable ConfigurationProperty property, @Nullable Object value) {
		if (value == null) {
			return "is not set";
		}
		boolean secret = property != null && SecretNames.contains(property.getName());
		return "was '" + (secret ? SecretNames.HIDDEN : value) + "'";
	}

	private static String expected(ResolvableType type) {
		Class<?> target = type.toClass();
		if (target == Map.class || (target.isRecord() && target != RateLimit.class)) {
			return "have properties below it instead of a value";
		}
		return "be " + (Collection.class.isAssignableFrom(target) ? "a list, each " + value(type.getGeneric().toClass())
				: value(target));
	}

	private static String value(Class<?> type) {
		if (type == Duration.class) {
			return "a duration such as 500ms, 10s, 5m, 1h, 7d or PT10S";
		}
		if (type == DataSize.class) {
			return "a size such as 512KB, 1MB or 1GB";
		}
		if (type == boolean.class) {
			return "true or false";
		}
		if (type == int.class || type == Integer.class || type == long.class) {
			return "a whole number";
		}
		if (type == double.class) {
			return "a number";
		}
		if (type == RateLimit.class) {
			return "a rate such as 100/1m or 5/500ms: 1 to " + RateLimit.MAX_COUNT + " in 1ms to "
					+ RateLimit.MAX_PERIOD.toDays() + "d";
		}
		return type.isEnum() ? oneOf(type) : "something that can be read as " + type.getSimpleName();
	}

	private static String oneOf(Class<?> type) {
		String all = Arrays.stream(type.getEnumConstants())
			.map((constant) -> PropertyCheck.dashed((Enum<?>) constant))
			.collect(Collectors.joining(", "));
		return all.replaceFirst(", ([^,]+)$", " or $1");
	}

	private @Nullable ConfigurationProperty find(String name) {
		if (!ConfigurationPropertyName.isValid(name)) {
			return null;
		}
		ConfigurationPropertyName propertyName = ConfigurationPropertyName.of(name);
		for (ConfigurationPropertySource source : ConfigurationPropertySources.get(this.environment)) {
			ConfigurationProperty property = source.getConfigurationProperty(propertyName);
			if (property != null) {
				return property;
			}
		}
		return null;
	}

}
