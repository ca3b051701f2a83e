package io.github.queuesqlite.dashboard;

import io.github.queuesqlite.actuate.endpoint.ProblemDescriptor;

/** A request that is refused. */
final class DashboardProblem extends RuntimeException {

	private static final long serialVersionUID = 1L;

	private final int status;

	private final String title;

	DashboardProblem(int status, String title, String detail) {
		super(detail);
		this.status = status;
		this.title = title;
	}

	ProblemDescriptor toDescriptor() {
		return new ProblemDescriptor(this.status, this.title, String.valueOf(getMessage()));
	}

}
