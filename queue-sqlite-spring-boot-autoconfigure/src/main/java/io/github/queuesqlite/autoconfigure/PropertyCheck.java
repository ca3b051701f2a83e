package io.github.queuesqlite.autoconfigure;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.regex.Pattern;

import io.github.queuesqlite.message.Names;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.convert.DurationStyle;
import org.springframework.util.StringUtils;
import org.springframework.util.unit.DataSize;

/** Refuses values out of range, naming property, value and range. */
final class PropertyCheck {

	static final String PREFIX = "queue.sqlite";

	/** As far as times reach. */
	static final String LONGEST = "36525d";

	private static final Pattern WEB_PATH = Pattern.compile("(/(?!\\.+(/|$))[A-Za-z0-9_~.-]+)+");

	private PropertyCheck() {
	}

	static void range(String property, @Nullable Integer value, int least, int most) {
		if (value != null && (value < least || value > most)) {
			throw refused(property, value, "must be from " + least + " to " + most);
		}
	}

	static void range(String property, long value, long least, long most) {
		if (value < least || value > most) {
			throw refused(property, value,
					(most == Long.MAX_VALUE) ? "must be at least " + least : "must be from " + least + " to " + most);
		}
	}

	static void fraction(String property, double value, int least, int most) {
		// Written so that NaN is refused.
		if (!(value >= least && value <= most)) {
			throw refused(property, value, "must be from " + least + " to " + most);
		}
	}

	static void range(String property, Duration value, String least, String most) {
		if (value.compareTo(DurationStyle.detectAndParse(least)) < 0
				|| value.compareTo(DurationStyle.detectAndParse(most)) > 0) {
			throw refused(property, value, "must be from " + least + " to " + most);
		}
	}

	static void range(String property, DataSize value, String least, String most) {
		if (value.compareTo(DataSize.parse(least)) < 0 || value.compareTo(DataSize.parse(most)) > 0) {
			throw refused(property, value, "must be from " + least + " to " + most);
		}
	}

	static void atLeastUnlessNone(String property, int value, int least) {
		if (value != -1 && value < least) {
			throw refused(property, value, "must be -1 or at least " + least);
		}
	}

	static void atLeastUnlessZero(String property, DataSize value, String least) {
		if (value.toBytes() != 0 && value.compareTo(DataSize.parse(least)) < 0) {
			throw refused(property, value, "must be 0 or at least " + least);
		}
	}

	static void atLeast(String property, DataSize value, String least) {
		if (value.compareTo(DataSize.parse(least)) < 0) {
			throw refused(property, value, "must be at least " + least);
		}
	}

	static void atLeast(String property, Duration value, String otherProperty, Duration other) {
		if (value.compareTo(other) < 0) {
			throw refused(property, value,
					"must be at least '%s.%s', which is %s".formatted(PREFIX, otherProperty, other));
		}
	}

	static void name(String property, String value) {
		name(property, value, "must be");
	}

	/** For the names that stand below a property, or that it lists. */
	static void nameBelow(String property, String value) {
		name(property, value, "must have names of");
	}

	/** Returns how a value is written in properties. */
	static String dashed(Enum<?> value) {
		return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
	}

	private static void name(String property, String value, String must) {
		try {
			Names.check("name", value);
		}
		catch (IllegalArgumentException ex) {
			throw refused(property, value, must + " 1 to 200 letters, digits or . _ - :");
		}
		if (value.equals(".") || value.equals("..")) {
			throw refused(property, value, "must not be a relative directory");
		}
	}

	static Path path(String property, String value) {
		text(property, value);
		try {
			return Path.of(value);
		}
		catch (InvalidPathException ex) {
			throw refused(property, value, "must be a path: " + ex.getReason());
		}
	}

	static void webPath(String property, String value) {
		if (!WEB_PATH.matcher(value).matches()) {
			throw refused(property, value,
					"must be a path such as /queue-dashboard, of letters, digits and _ ~ - . after each slash");
		}
	}

	static void text(String property, String value) {
		if (!StringUtils.hasText(value)) {
			throw refused(property, value, "must not be empty");
		}
	}

	static InvalidConfigurationPropertyValueException refused(String property, @Nullable Object value, String reason) {
		return new InvalidConfigurationPropertyValueException(PREFIX + "." + property, value, reason);
	}

}
