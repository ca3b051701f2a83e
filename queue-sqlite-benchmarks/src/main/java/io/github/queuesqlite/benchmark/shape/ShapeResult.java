package io.github.queuesqlite.benchmark.shape;

import java.util.List;

import io.github.queuesqlite.benchmark.measure.Samples;
import org.jspecify.annotations.Nullable;

/**
 * What a shape gave.
 *
 * @param shape what was done
 * @param rates each round's messages a second: handled, or put in where none are handled
 * @param enqueue from the call to its return, when the message is durable; null, as the
 * others, where that did not happen
 * @param wakeUp from the call, when the message is due, to the start of its handler
 * @param endToEnd from the call to the stored end
 * @param cost of a message
 */
public record ShapeResult(Shape shape, List<Double> rates, @Nullable Latencies enqueue, @Nullable Latencies wakeUp,
		@Nullable Latencies endToEnd, Cost cost) {

	/**
	 * Returns the rate.
	 * @return the median of the rounds
	 */
	public double rate() {
		return Samples.median(this.rates);
	}

	/**
	 * What the process used, for each message where nothing else is said.
	 *
	 * @param cpuMicros processor time
	 * @param commits transactions of all shards; at full durability each is an fsync
	 * @param writtenBytes handed to the disk
	 * @param allocatedBytes of the heap
	 * @param heapMb most of the heap that was in use, garbage included, in all
	 * @param filesMb size of the shards' files at the end, in all
	 * @param logsMb most bytes of the write-ahead logs, in all
	 */
	public record Cost(double cpuMicros, double commits, double writtenBytes, double allocatedBytes, double heapMb,
			double filesMb, double logsMb) {

	}

}
