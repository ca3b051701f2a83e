package io.github.queuesqlite.task;

/**
 * Thrown by a handler whose message can never succeed: it ends DEAD without a retry.
 *
 * @since 0.1.0
 */
public class PermanentTaskException extends RuntimeException {

	private static final long serialVersionUID = 1L;

	public PermanentTaskException(String message) {
		super(message);
	}

	public PermanentTaskException(String message, Throwable cause) {
		super(message, cause);
	}

}
