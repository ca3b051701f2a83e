package io.github.queuesqlite.worker;

import java.util.List;

import io.github.queuesqlite.task.TaskContext;
import io.github.queuesqlite.task.TaskDefinition;
import io.github.queuesqlite.task.TaskInterceptor;
import io.github.queuesqlite.task.TaskInvocation;
import org.jspecify.annotations.Nullable;

/**
 * One run on its way through the interceptors. Each interceptor gets its own, so it may
 * proceed twice.
 *
 * @param hosted the task
 * @param payload the payload
 * @param context the run
 * @param interceptors all
 * @param next which is next; their number for the handler
 */
record Invocation(HostedTask hosted, @Nullable Object payload, TaskContext context, List<TaskInterceptor> interceptors,
		int next) implements TaskInvocation {

	@Override
	public TaskDefinition<?> task() {
		return this.hosted.definition();
	}

	@Override
	@SuppressWarnings("NullAway") // null goes to handlers whose message has no payload
	public @Nullable Object proceed() throws Exception {
		if (this.next == this.interceptors.size()) {
			return this.hosted.handler().handle(this.payload, this.context);
		}
		return this.interceptors.get(this.next)
			.intercept(new Invocation(this.hosted, this.payload, this.context, this.interceptors, this.next + 1));
	}

}
