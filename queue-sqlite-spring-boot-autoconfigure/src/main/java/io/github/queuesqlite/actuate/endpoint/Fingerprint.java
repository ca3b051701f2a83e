package io.github.queuesqlite.actuate.endpoint;

import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

import io.github.queuesqlite.message.Failure;
import io.github.queuesqlite.message.Message;
import io.github.queuesqlite.message.Names;
import org.springframework.util.DigestUtils;

/**
 * Stands for why a message failed: the same for all of a task that failed for the same
 * reason.
 */
final class Fingerprint {

	/**
	 * Numbers, and what is made of the digits of hexadecimal ones: ids, addresses,
	 * hashes.
	 */
	private static final Pattern VARYING = Pattern.compile("[0-9a-fA-F]{8,}|[0-9]+");

	private static final int MOST_CHARACTERS = 300;

	private Fingerprint() {
	}

	static String of(Message message) {
		Failure failure = message.lastError();
		String text = (failure != null) ? failure.type() + '\n' + withoutVarying(failure.message()) : "";
		byte[] bytes = (message.task() + '\n' + text).getBytes(StandardCharsets.UTF_8);
		return DigestUtils.md5DigestAsHex(bytes).substring(0, 16);
	}

	private static String withoutVarying(String text) {
		String line = text.lines().findFirst().orElse("");
		String varying = VARYING.matcher(line).replaceAll("#");
		return Names.beginning(varying, MOST_CHARACTERS);
	}

}
