package io.github.queuesqlite.store.sqlite;

import java.util.Collection;

/** Writes numbers as a JSON list, the one parameter as which a list travels. */
final class LongJson {

	private LongJson() {
	}

	static String of(Collection<Long> values) {
		StringBuilder json = new StringBuilder(values.size() * 20 + 2).append('[');
		for (Long value : values) {
			if (json.length() > 1) {
				json.append(',');
			}
			json.append(value.longValue());
		}
		return json.append(']').toString();
	}

}
