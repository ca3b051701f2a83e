package io.github.queuesqlite.message;

import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * Messages that were stored together, and which of them waits or waited for which: a
 * chain with what is done for its failures, a group with its members. A message by itself
 * is a tree of one.
 *
 * @param nodes in the order of their ids, without those that are deleted
 * @param complete whether these are all: at most 1,000 are shown
 * @since 0.1.0
 */
public record MessageTree(List<Node> nodes, boolean complete) {

	/** How many nodes are shown. */
	public static final int MAX_NODES = 1000;

	public MessageTree {
		nodes = List.copyOf(nodes);
	}

	/**
	 * Returns a node.
	 * @param id the message
	 * @return null when it is not shown
	 */
	public @Nullable Node node(MessageId id) {
		return this.nodes.stream().filter((node) -> node.id().equals(id)).findFirst().orElse(null);
	}

	/**
	 * A message of a tree.
	 *
	 * @param id the message
	 * @param task its task
	 * @param queue its queue
	 * @param state its state
	 * @param waitsFor those it waits or waited for, in their order; some may be deleted
	 * @param waiting what it waits for, in words; null when it does not wait for others
	 */
	public record Node(MessageId id, String task, String queue, MessageState state, List<MessageId> waitsFor,
			@Nullable String waiting) {

		public Node {
			waitsFor = List.copyOf(waitsFor);
		}

	}

}
