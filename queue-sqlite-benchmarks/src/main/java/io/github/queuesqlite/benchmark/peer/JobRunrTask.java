package io.github.queuesqlite.benchmark.peer;

import org.jobrunr.jobs.lambdas.JobRequest;
import org.jobrunr.jobs.lambdas.JobRequestHandler;

/** JobRunr's task in both of its forms. Public since JobRunr calls it by reflection. */
public final class JobRunrTask implements JobRequestHandler<JobRunrTask.Request> {

	/**
	 * Is what a lambda calls.
	 * @param payload of the message
	 */
	public static void run(String payload) {
		Handled.handle(payload);
	}

	@Override
	public void run(Request request) {
		Handled.handle(request.payload);
	}

	/** Is stored as JSON. */
	public static final class Request implements JobRequest {

		private String payload;

		/** Is what the mapper calls. */
		public Request() {
			this("");
		}

		Request(String payload) {
			this.payload = payload;
		}

		@Override
		public Class<JobRunrTask> getJobRequestHandler() {
			return JobRunrTask.class;
		}

	}

}
