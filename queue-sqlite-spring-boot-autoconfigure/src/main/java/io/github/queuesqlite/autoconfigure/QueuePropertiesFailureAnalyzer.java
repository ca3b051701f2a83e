package io.github.queuesqlite.autoconfigure;

import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

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
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.core.env.Environment;
import org.springframework.util.unit.DataSize;

/**
 * Says in one line which of our properties has a value that it must not have, and what
 * would be right. Comes before Boot's analyzer, which names the type and the conversion.
 */
@Order(Ordered.HIGHEST_PRECEDENCE)
class QueuePropertiesFailureAnalyzer extends AbstractFailureAnalyzer<Throwable> {

	private static final ConfigurationPropertyName PREFIX = ConfigurationPropertyName.of(PropertyCheck.PREFIX);

	private final Environment environment;

	QueuePropertiesFailureAnalyzer(Environment environment) {
		this.environment = environment;
	}

	@Override
	protected @Nullable FailureAnalysis analyze(Throwable rootFailure, Throwable cause) {
		InvalidConfigurationPropertyValueException refusal = findCause(rootFailure,
				InvalidConfigurationPropertyValueException.class);
		if (refusal != null) {
			return refusal.getName().startsWith(PropertyCheck.PREFIX + ".") ? refused(refusal) : null;
		}
		BindException failure = findCause(rootFailure, BindException.class);
		return (failure != null && isOurs(failure.getName())) ? malformed(innermost(failure)) : null;
	}

	private static boolean isOurs(ConfigurationPropertyName name) {
		return PREFIX.equals(name) || PREFIX.isAncestorOf(name);
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

	private static @Nullable FailureAnalysis malformed(BindException failure) {
		ConfigurationProperty property = failure.getProperty();
		if (property == null) {
			return null;
		}
		String reason = "must be " + expected(failure.getTarget().getType().toClass());
		return analysis(property.getName().toString(), property.getValue(), property, reason, failure);
	}

	private static FailureAnalysis analysis(String name, @Nullable Object value,
			@Nullable ConfigurationProperty property, String reason, Throwable cause) {
		String origin = (property != null && property.getOrigin() != null) ? " (" + property.getOrigin() + ")" : "";
		return new FailureAnalysis("Property '%s' %s, was '%s'%s.".formatted(name, reason, value, origin),
				"Correct the property.", cause);
	}

	private static String expected(Class<?> type) {
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
		return Arrays.stream(type.getEnumConstants())
			.map((constant) -> ((Enum<?>) constant).name().toLowerCase(Locale.ROOT).replace('_', '-'))
			.collect(Collectors.joining(" or "));
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
