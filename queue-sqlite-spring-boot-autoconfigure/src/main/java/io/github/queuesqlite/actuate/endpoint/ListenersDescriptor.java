package io.github.queuesqlite.actuate.endpoint;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.github.queuesqlite.listen.ListenerStatus;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.OperationResponseBody;

/**
 * The listeners of this process; none while they do not run.
 *
 * @param listeners by name
 * @since 0.1.0
 */
public record ListenersDescriptor(Map<String, ListenerDescriptor> listeners) implements OperationResponseBody {

	static ListenersDescriptor of(List<ListenerStatus> listeners) {
		Map<String, ListenerDescriptor> byName = new TreeMap<>();
		listeners.forEach((listener) -> byName.put(listener.name(), ListenerDescriptor.of(listener)));
		return new ListenersDescriptor(byName);
	}

	/**
	 * One listener.
	 *
	 * @param active whether this process delivers to it now; otherwise another one does
	 * @param behind how many changes of the log it has not looked at
	 * @param retrying how many keys failed and are tried again
	 * @param parkedCount how many keys are parked: their changes wait
	 * @param parked why they failed, by key, up to 100 of them
	 * @param coalesced how many values it got instead of changes that were pruned
	 * @param failure why it cannot be served; null when it can
	 */
	@JsonInclude(JsonInclude.Include.NON_NULL)
	public record ListenerDescriptor(boolean active, long behind, int retrying, int parkedCount,
			Map<String, String> parked, long coalesced, @Nullable String failure) {

		static ListenerDescriptor of(ListenerStatus status) {
			return new ListenerDescriptor(status.active(), status.behind(), status.retrying(), status.parkedCount(),
					new TreeMap<>(status.parked()), status.coalesced(),
					status.failure().isEmpty() ? null : status.failure());
		}

	}

}
