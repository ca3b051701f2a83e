package io.github.queuesqlite.cli;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Arrays;
import java.util.List;

/** Runs several commands, separated by a dash, and prints what came of each on a line. */
public final class CommandsChild {

	private CommandsChild() {
	}

	public static void main(String[] args) {
		List<String> left = Arrays.asList(args);
		while (!left.isEmpty()) {
			int end = left.indexOf("-");
			System.out.println(run(left.subList(0, end)));
			left = left.subList(end + 1, left.size());
		}
		System.exit(0);
	}

	/** Returns the command, its exit code and what it says of a failure. */
	static String run(List<String> command) {
		StringWriter out = new StringWriter();
		StringWriter err = new StringWriter();
		int code = QueueCommand.commandLine(new PrintWriter(out), new PrintWriter(err, true))
			.execute(command.toArray(String[]::new));
		return command.get(0) + " " + code + " " + err.toString().strip().replace("\n", "|");
	}

}
