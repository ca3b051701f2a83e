package io.github.queuesqlite.benchmark.peer;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

/** Counts what went wrong, by kind. */
final class Failures {

	private static final Pattern SQLITE_CODE = Pattern.compile("\\[(SQLITE_\\w+)]");

	private static final int LONGEST = 100;

	private final Map<String, LongAdder> counts = new ConcurrentHashMap<>();

	private volatile boolean closed;

	/** Counts an exception that came back to the caller of something. */
	void add(String where, Throwable failure) {
		StringBuilder messages = new StringBuilder();
		Throwable root = failure;
		for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
			messages.append(cause.getMessage()).append('\n');
			root = cause;
		}
		add(where, code(messages.toString(), root.getClass().getName()));
	}

	/** Counts a failure of a kind. */
	void add(String where, String kind) {
		if (!this.closed) {
			String text = where + ": " + ((kind.length() <= LONGEST) ? kind : kind.substring(0, LONGEST) + "…");
			this.counts.computeIfAbsent(text, (key) -> new LongAdder()).increment();
		}
	}

	/** The result code of SQLite where one is in the messages. */
	static String code(@Nullable String messages, String otherwise) {
		Matcher matcher = SQLITE_CODE.matcher((messages != null) ? messages : "");
		return matcher.find() ? matcher.group(1) : otherwise;
	}

	/** Counts no more: what comes of stopping is nobody's failure. */
	void close() {
		this.closed = true;
	}

	void open() {
		this.closed = false;
	}

	Map<String, LongAdder> counts() {
		return this.counts;
	}

}
