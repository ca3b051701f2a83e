package io.github.queuesqlite.store.sqlite;

import java.util.List;

import tools.jackson.databind.json.JsonMapper;

/** Turns patterns into one parameter of GLOB patterns. */
final class KeyPatterns {

	private KeyPatterns() {
	}

	/** A JSON array; only {@code *} keeps a special meaning. */
	static String toJson(List<String> patterns) {
		return JsonMapper.shared().writeValueAsString(patterns.stream().map(KeyPatterns::toGlob).toList());
	}

	private static String toGlob(String pattern) {
		return pattern.replace("[", "[[]").replace("?", "[?]");
	}

}
