package io.github.queuesqlite.listen;

import java.util.Map;

/**
 * How a listener of this process is.
 *
 * @param name its name
 * @param active whether this process delivers to it now; otherwise another one does, or
 * none runs
 * @param behind how many changes of the log it has not looked at
 * @param retrying how many keys failed and are tried again
 * @param parked why the keys failed whose changes wait, by key, up to 100 of them
 * @param parkedCount how many keys are parked
 * @param coalesced how many values it got instead of changes that were pruned before it
 * came to them, since the start of this process
 * @param failure why it cannot be served; empty when it can
 * @since 0.1.0
 */
public record ListenerStatus(String name, boolean active, long behind, int retrying, Map<String, String> parked,
		int parkedCount, long coalesced, String failure) {

	public ListenerStatus {
		parked = Map.copyOf(parked);
	}

}
