package io.github.queuesqlite.autoconfigure.handler;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.config.ConfigurableBeanFactory;
import org.springframework.beans.factory.config.EmbeddedValueResolver;
import org.springframework.boot.convert.DurationStyle;
import org.springframework.util.StringUtils;

/** Resolves <code>${…}</code> and <code>#{…}</code> in attributes of annotations. */
final class AnnotationValues {

	private final EmbeddedValueResolver resolver;

	AnnotationValues(ConfigurableBeanFactory beanFactory) {
		this.resolver = new EmbeddedValueResolver(beanFactory);
	}

	String text(String attribute, String value) {
		try {
			String resolved = this.resolver.resolveStringValue(value);
			return (resolved != null) ? resolved.strip() : "";
		}
		catch (RuntimeException ex) {
			throw new IllegalArgumentException(
					"'" + attribute + "' cannot be resolved from '" + value + "': " + ex.getMessage(), ex);
		}
	}

	/** Reads a duration in Boot's styles. Null for none. */
	@Nullable Duration duration(String attribute, String value) {
		String text = text(attribute, value);
		if (!StringUtils.hasText(text)) {
			return null;
		}
		try {
			return DurationStyle.detectAndParse(text);
		}
		catch (IllegalArgumentException | ArithmeticException ex) {
			throw new IllegalArgumentException(
					"'" + attribute + "' must be a duration such as 500ms, 10s or PT10S, was '" + text + "'", ex);
		}
	}

	/** Reads durations; one that is a placeholder may be for several, with commas. */
	List<Duration> durations(String attribute, String[] values) {
		List<Duration> durations = new ArrayList<>();
		for (String value : values) {
			for (String text : StringUtils.commaDelimitedListToStringArray(text(attribute, value))) {
				Duration duration = duration(attribute, text);
				if (duration != null) {
					durations.add(duration);
				}
			}
		}
		return durations;
	}

}
