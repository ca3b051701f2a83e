package io.github.queuesqlite.payload;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

import io.github.queuesqlite.message.PayloadException;

/**
 * How stored bytes were made, as it stands beside them: the codec, the version of the
 * type if it has one, then each thing done to the bytes since, in order. For instance
 * {@code json@2+deflate+aes:2026}.
 *
 * @param codec the name of the codec
 * @param version of the type that was written; 1 when it had none
 * @param seals what was done since
 */
record PayloadFormat(String codec, int version, List<String> seals) {

	private static final Pattern NAME = Pattern.compile("[A-Za-z0-9-]{1,32}");

	private static final Pattern FORMAT = Pattern.compile("([A-Za-z0-9-]{1,32})(?:@([1-9][0-9]{0,8}))?((?:\\+[^+]+)*)");

	static String checkName(String name) {
		if (!NAME.matcher(name).matches() || name.equals(Payloads.BYTES) || name.equals(LocalPayloads.CODEC)) {
			throw new IllegalArgumentException("The name of a codec must have 1 to 32 letters, digits or '-', and be"
					+ " neither 'bytes' nor 'local', was '" + name + "'");
		}
		return name;
	}

	static PayloadFormat parse(String text) {
		var matcher = FORMAT.matcher(text);
		if (!matcher.matches()) {
			throw new PayloadException("'" + text + "' is no format of a payload", null);
		}
		int version = (matcher.group(2) != null) ? Integer.parseInt(matcher.group(2)) : 1;
		List<String> seals = new ArrayList<>();
		for (String seal : matcher.group(3).split("\\+")) {
			if (!seal.isEmpty()) {
				seals.add(seal);
			}
		}
		return new PayloadFormat(matcher.group(1), version, List.copyOf(seals));
	}

	static String of(String codec, int version) {
		return (version > 1) ? codec + "@" + version : codec;
	}

}
