package io.github.queuesqlite.actuate.endpoint;

import java.time.Instant;
import java.util.List;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.github.queuesqlite.message.AuditEntry;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.OperationResponseBody;

/**
 * What people have done to the queue.
 *
 * @param entries the latest first
 * @since 0.1.0
 */
public record AuditDescriptor(List<EntryDescriptor> entries) implements OperationResponseBody {

	/**
	 * Something that a person did, or wanted to.
	 *
	 * @param at when
	 * @param actor who; null when nobody knows
	 * @param action what
	 * @param target on what
	 * @param outcome what became of it
	 * @param detail how many, or why not; null for nothing to say
	 */
	@JsonInclude(JsonInclude.Include.NON_NULL)
	public record EntryDescriptor(Instant at, @Nullable String actor, String action, String target,
			AuditEntry.Outcome outcome, @Nullable String detail) {

		static EntryDescriptor of(AuditEntry entry) {
			return new EntryDescriptor(entry.at(), entry.actor(), entry.action(), entry.target(), entry.outcome(),
					entry.detail());
		}

	}

}
