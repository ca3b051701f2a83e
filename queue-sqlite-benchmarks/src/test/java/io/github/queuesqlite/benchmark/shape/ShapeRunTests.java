package io.github.queuesqlite.benchmark.shape;

import java.nio.file.Path;
import java.time.Duration;

import io.github.queuesqlite.benchmark.shape.Shape.Load;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

class ShapeRunTests {

	private static final Duration WINDOW = Duration.ofSeconds(1);

	@TempDir
	Path directory;

	@Test
	void measureWhenMixedNotesRatesTimesAndCosts() throws Exception {
		ShapeResult result = measure(Shape.BASE.producers(8, false), 2);
		assertThat(result.rates()).hasSize(2).allMatch((rate) -> rate > 0);
		assertThat(result.enqueue()).isNotNull();
		assertThat(result.wakeUp()).isNotNull();
		assertThat(result.enqueue().p50()).isPositive().isLessThanOrEqualTo(result.enqueue().p999());
		assertThat(result.cost().commits()).isPositive();
		assertThat(result.cost().allocatedBytes()).isGreaterThan(200);
		assertThat(result.cost().logsMb()).isPositive();
	}

	@Test
	void measureWhenPacedKeepsThePace() throws Exception {
		ShapeResult result = measure(Shape.BASE.producers(4, false).at(100), 3);
		assertThat(result.rate()).isBetween(20.0, 160.0);
	}

	@Test
	void measureWhenOnlyPutInHandlesNothing() throws Exception {
		ShapeResult result = measure(Shape.BASE.producers(2, false).with(Load.ENQUEUE), 1);
		assertThat(result.rate()).isPositive();
		assertThat(result.wakeUp()).isNull();
		assertThat(result.endToEnd()).isNull();
	}

	@Test
	void measureWhenDrainedEndsWithTheBacklog() throws Exception {
		ShapeResult result = ShapeRun.measure(Shape.BASE.with(Load.DRAIN), this.directory.resolve("queue"), 1,
				Duration.ofMinutes(1), 500, Company.NONE);
		assertThat(result.rates()).hasSize(1);
		assertThat(result.enqueue()).isNull();
	}

	@Test
	@EnabledForJreRange(min = JRE.JAVA_21)
	void measureWhenProducersAreVirtualNotesRates() throws Exception {
		assertThat(measure(Shape.BASE.producers(8, true), 1).rate()).isPositive();
	}

	private ShapeResult measure(Shape shape, int rounds) throws Exception {
		return ShapeRun.measure(shape, this.directory.resolve("queue"), rounds, WINDOW, 0, Company.NONE);
	}

}
