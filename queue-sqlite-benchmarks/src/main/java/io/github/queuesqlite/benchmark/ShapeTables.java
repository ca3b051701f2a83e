package io.github.queuesqlite.benchmark;

import java.util.List;

import io.github.queuesqlite.benchmark.measure.Samples;
import io.github.queuesqlite.benchmark.shape.Latencies;
import io.github.queuesqlite.benchmark.shape.ShapeResult.Cost;
import io.github.queuesqlite.benchmark.shape.ShapeResult;
import org.jspecify.annotations.Nullable;

/** What shapes gave, side by side. */
final class ShapeTables {

	private ShapeTables() {
	}

	static Table rates(String section, List<ShapeResult> results) {
		Table table = Table.of(section, "Rates and times in ms (p50 / p95 / p99 / p99.9)", "", "Messages/s",
				"lowest to highest", "Enqueue, durable", "Due to handler", "Call to stored end");
		for (ShapeResult result : results) {
			Samples rates = Samples.of(result.rates());
			table.row(result.shape().name(), result.rate(),
					"%,.0f to %,.0f".formatted(rates.percentile(0), rates.percentile(100)), times(result.enqueue()),
					times(result.wakeUp()), times(result.endToEnd()));
		}
		return table;
	}

	static Table costs(String section, List<ShapeResult> results) {
		Table table = Table.of(section, "What a message costs", "", "CPU, µs", "Commits", "Bytes written",
				"Bytes allocated", "Heap at its peak, MB", "Files at the end, MB", "Write-ahead logs at most, MB");
		for (ShapeResult result : results) {
			Cost cost = result.cost();
			table.row(result.shape().name(), cost.cpuMicros(), cost.commits(), cost.writtenBytes(),
					cost.allocatedBytes(), cost.heapMb(), cost.filesMb(), cost.logsMb());
		}
		return table;
	}

	private static String times(@Nullable Latencies times) {
		if (times == null) {
			return "–";
		}
		return "%s / %s / %s / %s".formatted(millis(times.p50()), millis(times.p95()), millis(times.p99()),
				millis(times.p999()));
	}

	private static String millis(double value) {
		return (value >= 100) ? "%.0f".formatted(value) : "%.2f".formatted(value);
	}

}
