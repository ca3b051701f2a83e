package io.github.queuesqlite.cli;

import io.github.queuesqlite.message.Names;
import picocli.CommandLine;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** Says in a line what is wrong with a command, and where to read more. */
final class Misunderstandings implements IParameterExceptionHandler {

	private static final int MOST_TEXT = 1000;

	/** A line that says what is wrong, however long what somebody has typed is. */
	static String line(String text) {
		String beginning = Names.beginning(text, MOST_TEXT);
		return "queue-sqlite: " + Names.oneLine(beginning) + ((beginning.length() < text.length()) ? "..." : "");
	}

	@Override
	public int handleParseException(ParameterException failure, String[] arguments) {
		CommandLine command = failure.getCommandLine();
		command.getErr().println(line(String.valueOf(failure.getMessage())));
		UnmatchedArgumentException.printSuggestions(failure, command.getErr());
		command.getErr().println("Try '" + command.getCommandSpec().qualifiedName() + " --help'.");
		return command.getCommandSpec().exitCodeOnInvalidInput();
	}

}
