package io.github.queuesqlite.cli;

/** Nobody reads the output any more. */
final class ReaderGoneException extends RuntimeException {

	private static final long serialVersionUID = 1L;

	ReaderGoneException() {
		super("Nobody reads the output any more");
	}

}
