package io.github.queuesqlite.reliability.history;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

import io.github.queuesqlite.reliability.history.Facts.Handed;
import io.github.queuesqlite.reliability.history.Facts.ProcessTrace;
import io.github.queuesqlite.reliability.history.Snapshot.Row;

/**
 * Whatever the wall clock does, ids of one process on one shard rise, and are greater
 * than those that were stored before it began.
 */
final class RisingIdsRule implements Rule {

	@Override
	public void check(Facts facts, Snapshot snapshot, Consumer<String> violations) {
		Map<Integer, List<Handed>> byShard = new HashMap<>();
		for (Row row : snapshot.rows()) {
			Handed handed = facts.handed().get(row.order().tag());
			if (handed != null && handed.answer != null && row.id().equals(handed.answer.id())) {
				byShard.computeIfAbsent(ShardFilter.shard(row.id()), (shard) -> new ArrayList<>()).add(handed);
			}
		}
		byShard.values().forEach((list) -> check(list, violations));
	}

	/**
	 * From the greatest id down, with what was answered first of all that are greater.
	 */
	private static void check(List<Handed> list, Consumer<String> violations) {
		list.sort(Comparator.comparing((Handed handed) -> id(handed)).reversed());
		Map<ProcessTrace, Handed> ofProcess = new HashMap<>();
		Handed ofAll = null;
		for (Handed handed : list) {
			Handed greater = ofProcess.get(handed.process);
			if (greater != null && greater.answeredAt < handed.askedAt) {
				violations.accept(text(greater, handed));
			}
			if (ofAll != null && ofAll.answeredAt < handed.process.beganAt) {
				violations.accept(text(ofAll, handed));
			}
			ofAll = (ofAll == null || handed.answeredAt < ofAll.answeredAt) ? handed : ofAll;
			ofProcess.merge(handed.process, handed, (a, b) -> (a.answeredAt < b.answeredAt) ? a : b);
		}
	}

	private static long id(Handed handed) {
		return (handed.answer != null && handed.answer.id() != null) ? handed.answer.id().value() : 0;
	}

	private static String text(Handed earlier, Handed later) {
		return "Ids do not rise: %s was stored as %d, then %s as %d".formatted(earlier, id(earlier), later, id(later));
	}

}
