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
 * @param payload the payload; of a batch the list of them
 * @param contexts the run, or those of a batch
 * @param interceptors all
 * @param next which is next; their number for the handler
 */
record Invocation(HostedTask hosted, @Nullable Object payload, List<? extends TaskContext> contexts,
		List<TaskInterceptor> interceptors, int next) implements TaskInvocation {

	@Override
	public TaskDefinition<?> task() {
		return this.hosted.definition();
	}

	@Override
	public TaskContext context() {
		return this.contexts.get(0);
	}

	@Override
	public @Nullable Object proceed() throws Exception {
		if (this.next == this.interceptors.size()) {
			return this.hosted.call(this.payload, this.contexts);
		}
		return this.interceptors.get(this.next)
			.intercept(new Invocation(this.hosted, this.payload, this.contexts, this.interceptors, this.next + 1));
	}

}
