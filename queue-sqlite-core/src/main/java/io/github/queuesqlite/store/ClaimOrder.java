package io.github.queuesqlite.store;

import java.time.Duration;
import java.util.Map;
import java.util.Set;

/**
 * In which order messages are claimed, where it is not the one that waits longest of the
 * highest priority.
 *
 * @param newestFirst queues whose last message of a priority is next
 * @param ageing queues in which a message goes before better ones when it has waited for
 * so long
 */
public record ClaimOrder(Set<String> newestFirst, Map<String, Duration> ageing) {

	/** No queue is different. */
	public static final ClaimOrder DEFAULT = new ClaimOrder(Set.of(), Map.of());

	public ClaimOrder {
		newestFirst = Set.copyOf(newestFirst);
		ageing = Map.copyOf(ageing);
	}

	/**
	 * Returns after how long a message of a queue goes before better ones.
	 * @param queue the queue
	 * @return milliseconds; 0 for never
	 */
	public long ageingMillis(String queue) {
		Duration most = this.ageing.get(queue);
		return (most != null) ? most.toMillis() : 0;
	}

	/**
	 * Returns when a message became ready.
	 * @param seq its order number
	 * @return epoch milliseconds
	 */
	public static long millis(long seq) {
		return IdLayout.BASE_MILLIS + IdLayout.tick(Math.abs(seq));
	}

}
