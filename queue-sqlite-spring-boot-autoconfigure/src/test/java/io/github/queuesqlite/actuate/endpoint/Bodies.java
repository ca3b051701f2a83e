package io.github.queuesqlite.actuate.endpoint;

import java.nio.charset.StandardCharsets;

import org.springframework.test.web.servlet.assertj.MvcTestResult;

/** Reads answers as what they are, whatever charset their content type leaves open. */
final class Bodies {

	private Bodies() {
	}

	static String of(MvcTestResult result) {
		return new String(result.getResponse().getContentAsByteArray(), StandardCharsets.UTF_8);
	}

}
