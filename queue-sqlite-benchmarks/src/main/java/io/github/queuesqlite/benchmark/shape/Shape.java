package io.github.queuesqlite.benchmark.shape;

import io.github.queuesqlite.Durability;

/**
 * What is done to the queue.
 *
 * @param name what is different, for people
 * @param load who does what
 * @param perSecond messages a second of all producers; 0 for as many as they can
 * @param shards how many files
 * @param durability what a commit waits for
 * @param payload bytes of each message
 * @param producers threads that each wait for the commit of one message before the next
 * @param virtualProducers whether they are virtual threads
 * @param failPercent how many of the first runs throw
 * @param handlerMillis how long each run takes
 */
public record Shape(String name, Load load, double perSecond, int shards, Durability durability, int payload,
		int producers, boolean virtualProducers, int failPercent, int handlerMillis) {

	/** Where the axes cross. */
	public static final Shape BASE = new Shape("base: put in and handled at once, at maximum", Load.MIXED, 0, 2,
			Durability.FULL, 200, 64, false, 0, 0);

	/**
	 * Changes the name.
	 * @param name the new one
	 * @return a copy
	 */
	public Shape named(String name) {
		return new Shape(name, this.load, this.perSecond, this.shards, this.durability, this.payload, this.producers,
				this.virtualProducers, this.failPercent, this.handlerMillis);
	}

	/**
	 * Changes who does what.
	 * @param load the new one
	 * @return a copy
	 */
	public Shape with(Load load) {
		return new Shape(this.name, load, this.perSecond, this.shards, this.durability, this.payload, this.producers,
				this.virtualProducers, this.failPercent, this.handlerMillis);
	}

	/**
	 * Changes the pace.
	 * @param perSecond of all producers
	 * @return a copy
	 */
	public Shape at(double perSecond) {
		return new Shape(this.name, this.load, perSecond, this.shards, this.durability, this.payload, this.producers,
				this.virtualProducers, this.failPercent, this.handlerMillis);
	}

	Shape shards(int shards) {
		return new Shape(this.name, this.load, this.perSecond, shards, this.durability, this.payload, this.producers,
				this.virtualProducers, this.failPercent, this.handlerMillis);
	}

	Shape durability(Durability durability) {
		return new Shape(this.name, this.load, this.perSecond, this.shards, durability, this.payload, this.producers,
				this.virtualProducers, this.failPercent, this.handlerMillis);
	}

	/**
	 * Changes the size.
	 * @param payload bytes, at least 20
	 * @return a copy
	 */
	public Shape payload(int payload) {
		return new Shape(this.name, this.load, this.perSecond, this.shards, this.durability, payload, this.producers,
				this.virtualProducers, this.failPercent, this.handlerMillis);
	}

	Shape producers(int producers, boolean virtual) {
		return new Shape(this.name, this.load, this.perSecond, this.shards, this.durability, this.payload, producers,
				virtual, this.failPercent, this.handlerMillis);
	}

	Shape failing(int failPercent) {
		return new Shape(this.name, this.load, this.perSecond, this.shards, this.durability, this.payload,
				this.producers, this.virtualProducers, failPercent, this.handlerMillis);
	}

	Shape handlers(int handlerMillis) {
		return new Shape(this.name, this.load, this.perSecond, this.shards, this.durability, this.payload,
				this.producers, this.virtualProducers, this.failPercent, handlerMillis);
	}

	/** Who does what. */
	public enum Load {

		/** Messages are put in and none handled. */
		ENQUEUE,

		/** Messages that wait are handled and none put in. */
		DRAIN,

		/** Both at once. */
		MIXED

	}

}
