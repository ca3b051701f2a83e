package io.github.queuesqlite.cli;

import io.github.queuesqlite.message.QueueException;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.ParseResult;

/** Says in a line why a command could not be done. */
final class Failures implements IExecutionExceptionHandler {

	@Override
	public int handleExecutionException(Exception failure, CommandLine command, ParseResult parsed) {
		if (failure instanceof ReaderGoneException) {
			// Whoever read has seen enough: | head
			return 0;
		}
		String text = String.valueOf(failure.getMessage());
		boolean known = failure instanceof QueueException || failure instanceof IllegalArgumentException;
		command.getErr().println(Misunderstandings.line(known ? text : failure.toString()));
		return (failure instanceof IllegalArgumentException) ? 2 : QueueCommand.UNUSABLE;
	}

}
