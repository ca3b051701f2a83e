package io.github.queuesqlite.reliability.history;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.store.IdLayout;
import org.jspecify.annotations.Nullable;

/**
 * Leaves out of a history what happened to messages of some shards. Of what was handed in
 * and neither answered nor run nobody knows the shard: it stays.
 */
final class ShardFilter {

	private final History history;

	private final Set<Integer> shards;

	/** Which message an order became, where a run of it tells. */
	private final Map<String, MessageId> ran = new HashMap<>();

	private final Map<Call, List<Answer>> answers = new HashMap<>();

	private final Set<Call> cancelled = new HashSet<>();

	private final Map<Call, List<Integer>> kept = new HashMap<>();

	ShardFilter(History history, Set<Integer> shards) {
		this.history = history;
		this.shards = shards;
		for (History.Entry entry : history.entries()) {
			if (entry.event() instanceof Event.Started started) {
				this.ran.put(started.tag(), started.id());
			}
			else if (entry.event() instanceof Event.Answered answered) {
				this.answers.put(new Call(entry.process(), answered.call()), answered.answers());
			}
			else if (entry.event() instanceof Event.Cancelling cancelling && isOut(cancelling.id())) {
				this.cancelled.add(new Call(entry.process(), cancelling.call()));
			}
		}
	}

	static int shard(MessageId id) {
		return IdLayout.shard(id.value());
	}

	private boolean isOut(@Nullable MessageId id) {
		return id != null && this.shards.contains(shard(id));
	}

	History history() {
		List<History.Entry> left = new ArrayList<>();
		for (History.Entry entry : this.history.entries()) {
			Event event = filtered(entry.process(), entry.event());
			if (event != null) {
				left.add(new History.Entry(entry.process(), event));
			}
		}
		return new History(left);
	}

	private @Nullable Event filtered(String process, Event event) {
		if (event instanceof Event.Asked asked) {
			List<Integer> kept = kept(new Call(process, asked.call()), asked.orders());
			return kept.isEmpty() ? null : new Event.Asked(asked.at(), asked.call(), asked.method(),
					kept.stream().map(asked.orders()::get).toList());
		}
		if (event instanceof Event.Answered answered) {
			List<Integer> kept = this.kept.getOrDefault(new Call(process, answered.call()), List.of());
			return kept.isEmpty() ? null : new Event.Answered(answered.at(), answered.call(),
					kept.stream().map(answered.answers()::get).toList());
		}
		return isOut(process, event) ? null : event;
	}

	private List<Integer> kept(Call call, List<Order> orders) {
		List<Answer> answers = this.answers.get(call);
		List<Integer> kept = new ArrayList<>();
		for (int i = 0; i < orders.size(); i++) {
			if (!isOut(this.ran.get(orders.get(i).tag())) && (answers == null || !isOut(answers.get(i).id()))) {
				kept.add(i);
			}
		}
		this.kept.put(call, kept);
		return kept;
	}

	private boolean isOut(String process, Event event) {
		if (event instanceof Event.Started started) {
			return isOut(started.id());
		}
		if (event instanceof Event.Ended ended) {
			return isOut(ended.id());
		}
		if (event instanceof Event.Saw saw) {
			return (saw.id() != null) ? isOut(saw.id())
					: !this.ran.containsKey(saw.tag()) || isOut(this.ran.get(saw.tag()));
		}
		if (event instanceof Event.Cancelling cancelling) {
			return isOut(cancelling.id());
		}
		return event instanceof Event.Cancelled cancelled
				&& this.cancelled.contains(new Call(process, cancelled.call()));
	}

	private record Call(String process, long number) {

	}

}
