package io.github.queuesqlite.actuate.endpoint;

import io.github.queuesqlite.message.Names;
import org.springframework.boot.actuate.endpoint.InvalidEndpointRequestException;

/** A request that is refused, with the status that says so over HTTP. */
final class QueueEndpointException extends InvalidEndpointRequestException {

	private static final long serialVersionUID = 1L;

	private static final int MOST_CHARACTERS = 1000;

	private final int status;

	private final String title;

	private QueueEndpointException(int status, String title, String detail) {
		super(shown(detail), shown(detail));
		this.status = status;
		this.title = title;
	}

	/** What was asked for is named: it may be anything. */
	private static String shown(String detail) {
		return Names.oneLine(Names.shortened(detail, MOST_CHARACTERS));
	}

	static QueueEndpointException badRequest(String detail) {
		return new QueueEndpointException(400, "Bad Request", detail);
	}

	static QueueEndpointException notFound(String detail) {
		return new QueueEndpointException(404, "Not Found", detail);
	}

	static QueueEndpointException forbidden(String detail) {
		return new QueueEndpointException(403, "Forbidden", detail);
	}

	static QueueEndpointException unavailable(String detail) {
		return new QueueEndpointException(503, "Service Unavailable", detail);
	}

	static QueueEndpointException conflict(String detail) {
		return new QueueEndpointException(409, "Conflict", detail);
	}

	int status() {
		return this.status;
	}

	ProblemDescriptor toDescriptor() {
		return new ProblemDescriptor(this.status, this.title, String.valueOf(getMessage()));
	}

}
