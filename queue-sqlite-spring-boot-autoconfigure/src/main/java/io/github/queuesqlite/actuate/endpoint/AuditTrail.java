package io.github.queuesqlite.actuate.endpoint;

import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;

import io.github.queuesqlite.AuditLog;
import io.github.queuesqlite.message.AuditEntry;
import io.github.queuesqlite.message.AuditEntry.Outcome;
import io.github.queuesqlite.message.Names;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.actuate.audit.listener.AuditApplicationEvent;
import org.springframework.boot.actuate.endpoint.OperationResponseBody;
import org.springframework.context.ApplicationEventPublisher;

/**
 * Writes down who has asked for what, and what became of it: in the files of the queue,
 * in the log, and as an {@link AuditApplicationEvent} for whoever collects those of the
 * application.
 */
final class AuditTrail {

	/** The type of the events. */
	static final String TYPE = "QUEUE_OPERATION";

	private static final Logger logger = LoggerFactory.getLogger(AuditTrail.class);

	private final Supplier<AuditLog> log;

	private final @Nullable ApplicationEventPublisher publisher;

	AuditTrail(Supplier<AuditLog> log, @Nullable ApplicationEventPublisher publisher) {
		this.log = log;
		this.publisher = publisher;
	}

	/**
	 * Does something and writes it down.
	 * @param actor who asks for it; null when nobody knows
	 * @param action what
	 * @param target on what
	 * @param operation does it
	 * @return what it answers
	 */
	<T extends OperationResponseBody> T around(@Nullable String actor, String action, String target,
			Supplier<T> operation) {
		Outcome outcome = Outcome.FAILED;
		String detail = null;
		try {
			T answer = operation.get();
			outcome = Outcome.DONE;
			detail = detail(answer);
			return answer;
		}
		catch (QueueEndpointException ex) {
			outcome = Outcome.REFUSED;
			detail = ex.getMessage();
			throw ex;
		}
		catch (RuntimeException ex) {
			detail = ex.toString();
			throw ex;
		}
		finally {
			write(actor, action, target, outcome, detail);
		}
	}

	private static @Nullable String detail(OperationResponseBody answer) {
		if (answer instanceof EnqueuedDescriptor enqueued) {
			return "message " + enqueued.id();
		}
		return (answer instanceof AffectedDescriptor affected) ? affected.messages() + " messages" : null;
	}

	/** The operation is over: what fails here must not hide what became of it. */
	private void write(@Nullable String actor, String action, String target, Outcome outcome, @Nullable String detail) {
		String what = Names.oneLine("'%s' on '%s' by '%s': %s%s".formatted(action, target,
				(actor != null) ? actor : "unknown", outcome, (detail != null) ? ", " + detail : ""));
		logger.info("Operation {}", what);
		try {
			AuditEntry entry = this.log.get().add(actor, action, target, outcome, detail);
			if (this.publisher != null) {
				this.publisher.publishEvent(event(entry));
			}
		}
		catch (RuntimeException ex) {
			logger.error("There is no audit entry for operation {}", what, ex);
		}
	}

	private static AuditApplicationEvent event(AuditEntry entry) {
		Map<String, Object> data = new HashMap<>();
		data.put("action", entry.action());
		data.put("target", entry.target());
		data.put("outcome", entry.outcome().name());
		if (entry.detail() != null) {
			data.put("detail", entry.detail());
		}
		return new AuditApplicationEvent(entry.at(), (entry.actor() != null) ? entry.actor() : "", TYPE, data);
	}

}
