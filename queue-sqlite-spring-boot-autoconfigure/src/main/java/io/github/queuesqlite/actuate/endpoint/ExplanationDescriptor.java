package io.github.queuesqlite.actuate.endpoint;

import java.time.Instant;
import java.util.List;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.github.queuesqlite.Explanation;
import io.github.queuesqlite.Explanation.EndInfo;
import io.github.queuesqlite.Explanation.Follower;
import io.github.queuesqlite.Explanation.Reason;
import io.github.queuesqlite.Explanation.ReasonKind;
import io.github.queuesqlite.Explanation.RunInfo;
import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.message.MessageState;
import org.jspecify.annotations.Nullable;

/**
 * Why a message is not running, what it is doing, or how it ended.
 *
 * @param summary all of it in a sentence
 * @param reasons what keeps it from running, the decisive one first; empty when it runs
 * or has ended
 * @param estimatedStart when it may start; null when that is not known
 * @param run who runs it; null when nobody does
 * @param ending how it ended; null when it has not
 * @since 0.1.0
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ExplanationDescriptor(String summary, List<ReasonDescriptor> reasons, @Nullable Instant estimatedStart,
		@Nullable RunDescriptor run, @Nullable EndDescriptor ending) {

	static ExplanationDescriptor of(Explanation explanation) {
		RunInfo run = explanation.run();
		EndInfo ending = explanation.ending();
		return new ExplanationDescriptor(explanation.summary(),
				explanation.reasons().stream().map(ReasonDescriptor::of).toList(), explanation.estimatedStart(),
				(run != null) ? RunDescriptor.of(run) : null, (ending != null) ? EndDescriptor.of(ending) : null);
	}

	private static @Nullable String text(@Nullable MessageId id) {
		return (id != null) ? id.toString() : null;
	}

	/**
	 * Something that keeps a message from running.
	 *
	 * @param kind what
	 * @param text in words
	 * @param name of what; null for kinds without
	 * @param heldBy the message that it waits for; null for none
	 * @param until when it ends by itself; null when nobody can tell
	 * @param count how many there are; null for kinds without
	 * @param most how many there may be; null for kinds without
	 */
	@JsonInclude(JsonInclude.Include.NON_NULL)
	public record ReasonDescriptor(ReasonKind kind, String text, @Nullable String name, @Nullable String heldBy,
			@Nullable Instant until, @Nullable Integer count, @Nullable Integer most) {

		static ReasonDescriptor of(Reason reason) {
			return new ReasonDescriptor(reason.kind(), reason.text(), reason.name(),
					ExplanationDescriptor.text(reason.heldBy()), reason.until(), reason.count(), reason.most());
		}

	}

	/**
	 * A run.
	 *
	 * @param process host and process id; null when nobody remembers it
	 * @param epoch the number of its start
	 * @param self whether it is the one that answers
	 * @param alive whether it was not declared dead
	 * @param since when the message was claimed
	 * @param begun whether its handler has begun; null when the process cannot tell
	 * @param deadline when its time is over; null when the process cannot tell
	 * @param cancelRequested whether it was asked to stop
	 */
	@JsonInclude(JsonInclude.Include.NON_NULL)
	public record RunDescriptor(@Nullable String process, long epoch, boolean self, boolean alive, Instant since,
			@Nullable Boolean begun, @Nullable Instant deadline, boolean cancelRequested) {

		static RunDescriptor of(RunInfo run) {
			return new RunDescriptor(run.process(), run.epoch(), run.self(), run.alive(), run.since(), run.begun(),
					run.deadline(), run.cancelRequested());
		}

	}

	/**
	 * An end.
	 *
	 * @param stoppedBy the message whose end has cancelled it; null for none
	 * @param followedBy the messages that wait or waited for it, at most 10
	 */
	@JsonInclude(JsonInclude.Include.NON_NULL)
	public record EndDescriptor(@Nullable String stoppedBy, List<FollowerDescriptor> followedBy) {

		static EndDescriptor of(EndInfo ending) {
			return new EndDescriptor(ExplanationDescriptor.text(ending.stoppedBy()),
					ending.followedBy().stream().map(FollowerDescriptor::of).toList());
		}

	}

	/**
	 * A message that waits or waited for another one.
	 *
	 * @param id its id
	 * @param task its task
	 * @param state its state
	 */
	public record FollowerDescriptor(String id, String task, MessageState state) {

		static FollowerDescriptor of(Follower follower) {
			return new FollowerDescriptor(follower.id().toString(), follower.task(), follower.state());
		}

	}

}
