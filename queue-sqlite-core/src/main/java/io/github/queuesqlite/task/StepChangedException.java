package io.github.queuesqlite.task;

/**
 * The steps of a handler are not those that an earlier attempt of its message has stored:
 * the handler was changed while the message waited. The message ends DEAD, since another
 * attempt would meet the same.
 *
 * @since 0.1.0
 */
public class StepChangedException extends PermanentTaskException {

	private static final long serialVersionUID = 1L;

	/**
	 * Creates an exception.
	 * @param message which step was stored, and which was asked for
	 */
	public StepChangedException(String message) {
		super(message);
	}

}
