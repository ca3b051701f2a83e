package io.github.queuesqlite.message;

import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * What became of a group: the payload of its callback, or its own result when it has
 * none.
 *
 * @param members in the order in which they were given to {@link NewGroup}
 * @since 0.1.0
 */
public record GroupResult(List<GroupMember> members) {

	public GroupResult {
		members = List.copyOf(members);
	}

	/**
	 * Returns whether all went well.
	 * @return true when each member is COMPLETED
	 */
	public boolean isSuccessful() {
		return count(MessageState.COMPLETED) == this.members.size();
	}

	/**
	 * Returns how many members ended so.
	 * @param state how
	 * @return 0 or more
	 */
	public int count(MessageState state) {
		int count = 0;
		for (GroupMember member : this.members) {
			count += (member.state() == state) ? 1 : 0;
		}
		return count;
	}

	/**
	 * Reads the results of those that are COMPLETED.
	 * @param type the type to read each as
	 * @return in the order of the members; null for one without result
	 * @throws PayloadException if one cannot be read as the type
	 */
	public <T> List<@Nullable T> results(Class<T> type) {
		List<@Nullable T> results = new ArrayList<>();
		for (GroupMember member : this.members) {
			if (member.state() == MessageState.COMPLETED) {
				results.add(member.result(type));
			}
		}
		return results;
	}

}
