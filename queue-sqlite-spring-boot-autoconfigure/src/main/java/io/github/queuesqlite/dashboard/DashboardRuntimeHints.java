package io.github.queuesqlite.dashboard;

import io.github.queuesqlite.actuate.endpoint.AffectedDescriptor;
import io.github.queuesqlite.actuate.endpoint.AuditDescriptor;
import io.github.queuesqlite.actuate.endpoint.FailuresDescriptor;
import io.github.queuesqlite.actuate.endpoint.KeysDescriptor;
import io.github.queuesqlite.actuate.endpoint.LimitsDescriptor;
import io.github.queuesqlite.actuate.endpoint.ListenersDescriptor;
import io.github.queuesqlite.actuate.endpoint.MessageDescriptor;
import io.github.queuesqlite.actuate.endpoint.MessagesDescriptor;
import io.github.queuesqlite.actuate.endpoint.ProblemDescriptor;
import io.github.queuesqlite.actuate.endpoint.ProcessesDescriptor;
import io.github.queuesqlite.actuate.endpoint.QueueReport;
import io.github.queuesqlite.actuate.endpoint.QueuesDescriptor;
import io.github.queuesqlite.actuate.endpoint.SchedulesDescriptor;
import io.github.queuesqlite.actuate.endpoint.ShardsDescriptor;
import io.github.queuesqlite.actuate.endpoint.TasksDescriptor;
import org.jspecify.annotations.Nullable;
import org.springframework.aot.hint.BindingReflectionHintsRegistrar;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.RuntimeHintsRegistrar;

/** Puts the page into a native image, and what its JSON is made of. */
final class DashboardRuntimeHints implements RuntimeHintsRegistrar {

	@Override
	public void registerHints(RuntimeHints hints, @Nullable ClassLoader classLoader) {
		hints.resources().registerPattern("io/github/queuesqlite/dashboard/*");
		new BindingReflectionHintsRegistrar().registerReflectionHints(hints.reflection(), AffectedDescriptor.class,
				AuditDescriptor.class, FailuresDescriptor.class, HistoryDescriptor.class, KeysDescriptor.class,
				LimitsDescriptor.class, ListenersDescriptor.class, MessageDescriptor.class, MessagesDescriptor.class,
				PageDescriptor.class, ProblemDescriptor.class, ProcessesDescriptor.class, QueueReport.class,
				QueuesDescriptor.class, SchedulesDescriptor.class, ShardsDescriptor.class, TasksDescriptor.class);
	}

}
