package io.github.queuesqlite.cli;

import io.github.queuesqlite.message.Names;
import picocli.CommandLine;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** Says in a line what is wrong with a command, and where to read more. */
final class Misunderstandings implements IParameterExceptionHandler {

	@Override
	public int handleParseException(ParameterException failure, String[] arguments) {
		CommandLine command = failure.getCommandLine();
		command.getErr().println("queue-sqlite: " + Names.oneLine(String.valueOf(failure.getMessage())));
		UnmatchedArgumentException.printSuggestions(failure, command.getErr());
		command.getErr().println("Try '" + command.getCommandSpec().qualifiedName() + " --help'.");
		return command.getCommandSpec().exitCodeOnInvalidInput();
	}

}
