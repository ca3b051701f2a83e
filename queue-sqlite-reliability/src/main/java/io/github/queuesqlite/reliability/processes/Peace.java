package io.github.queuesqlite.reliability.processes;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * When no process started or ended beside those that were measured: the start of a JVM
 * takes a processor for a second, whatever it is for.
 */
final class Peace {

	/** What is measured in it is called so. */
	private static final String SUFFIX = " (no process starts)";

	private final List<Span> spans = new ArrayList<>();

	private final Set<String> killed = new HashSet<>();

	/** Nothing starts between two times of the history. */
	void between(long from, long to) {
		this.spans.add(new Span(from, to));
	}

	/** A process is killed, and nothing starts before its work is taken over. */
	void killed(String process) {
		this.killed.add(process);
	}

	/** What something is called that happened at one time, or from one to another. */
	String name(String what, long from, long to) {
		return this.spans.stream().anyMatch((span) -> span.from <= from && to <= span.to) ? what + SUFFIX : what;
	}

	/** What the take-over from a process is called. */
	String name(String what, String process) {
		return this.killed.contains(process) ? what + SUFFIX : what;
	}

	private record Span(long from, long to) {
	}

}
