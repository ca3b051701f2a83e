package io.github.queuesqlite.benchmark.shape;

import java.util.ArrayList;
import java.util.List;

import io.github.queuesqlite.Durability;
import io.github.queuesqlite.benchmark.shape.Shape.Load;

/** The shapes that are measured, apart from the base case. */
public final class Axes {

	private Axes() {
	}

	/**
	 * Returns the shapes that differ from the base case in one thing.
	 * @return in the order of the report
	 */
	public static List<Shape> all() {
		Shape base = Shape.BASE;
		List<Shape> shapes = new ArrayList<>();
		shapes.add(base.named("enqueue only").with(Load.ENQUEUE));
		shapes.add(base.named("drain only").with(Load.DRAIN));
		shapes.add(base.named("`durability: normal`").durability(Durability.NORMAL));
		shapes.add(base.named("1 producer").producers(1, false));
		shapes.add(base.named("8 producers").producers(8, false));
		if (Runtime.version().feature() >= 21) {
			shapes.add(base.named("1 producer, virtual").producers(1, true));
			shapes.add(base.named("8 producers, virtual").producers(8, true));
			shapes.add(base.named("64 producers, virtual").producers(64, true));
		}
		shapes.add(base.named("1 shard").shards(1));
		shapes.add(base.named("4 shards").shards(4));
		shapes.add(base.named("payload 4 KB").payload(4 * 1024));
		shapes.add(base.named("payload 64 KB").payload(64 * 1024));
		shapes.add(base.named("1 % of the handlers fail once").failing(1));
		shapes.add(base.named("10 % of the handlers fail once").failing(10));
		shapes.add(base.named("handlers of 1 ms").handlers(1));
		shapes.add(base.named("handlers of 10 ms").handlers(10));
		return shapes;
	}

}
