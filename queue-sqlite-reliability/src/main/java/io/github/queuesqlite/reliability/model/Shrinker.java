package io.github.queuesqlite.reliability.model;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;

/** Makes a failing sequence short: drops chunks, ever smaller ones, then single items. */
final class Shrinker {

	private Shrinker() {
	}

	/**
	 * Shrinks.
	 * @param items which fail
	 * @param fails whether some of them still do
	 * @param mayGoOn whether there is still time
	 * @return some of the items, which fail
	 */
	static <T> List<T> shrink(List<T> items, Predicate<List<T>> fails, BooleanSupplier mayGoOn) {
		List<T> shortest = List.copyOf(items);
		int chunk = Math.max(1, shortest.size() / 2);
		boolean again = true;
		while (again && mayGoOn.getAsBoolean()) {
			boolean dropped = false;
			int from = 0;
			while (from < shortest.size() && mayGoOn.getAsBoolean()) {
				List<T> fewer = new ArrayList<>(shortest.subList(0, from));
				fewer.addAll(shortest.subList(Math.min(from + chunk, shortest.size()), shortest.size()));
				if (fails.test(fewer)) {
					shortest = fewer;
					dropped = true;
				}
				else {
					from += chunk;
				}
			}
			again = chunk > 1 || dropped;
			chunk = Math.max(1, chunk / 2);
		}
		return shortest;
	}

}
