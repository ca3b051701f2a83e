package io.github.queuesqlite.dashboard;

import java.util.Map;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.github.queuesqlite.message.MessageState;
import io.github.queuesqlite.message.QueueStats;
import org.jspecify.annotations.Nullable;

/**
 * What happened in some seconds, and how much there was at their end.
 *
 * @param at their end, in milliseconds
 * @param seconds how many they are; 0 when nobody can tell what happened
 * @param median half of the messages that started in this process did so many
 * milliseconds after they were due; null when none started
 * @param slowest 99 of 100 did
 * @param waiting messages of all processes that are ready; null when nobody can tell
 * @param scheduled that are due later
 * @param running that run
 * @param tasks what happened in all processes, by task
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record HistoryPoint(long at, double seconds, @Nullable Double median, @Nullable Double slowest, @Nullable Long waiting,
		@Nullable Long scheduled, @Nullable Long running, Map<String, TaskActivity> tasks) {

	static HistoryPoint of(long at, double seconds, long[] delays, Map<String, TaskActivity> tasks,
			@Nullable QueueStats stats) {
		return new HistoryPoint(at, seconds, StartDelays.quantile(delays, 0.5), StartDelays.quantile(delays, 0.99),
				count(stats, MessageState.READY), count(stats, MessageState.SCHEDULED),
				count(stats, MessageState.RUNNING), tasks);
	}

	private static @Nullable Long count(@Nullable QueueStats stats, MessageState state) {
		return (stats != null) ? stats.count(state) : null;
	}

}
