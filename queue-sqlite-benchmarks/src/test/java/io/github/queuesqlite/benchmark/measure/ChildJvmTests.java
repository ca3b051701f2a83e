package io.github.queuesqlite.benchmark.measure;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

class ChildJvmTests {

	@Test
	void runWhenProgramDoesNotEndEndsIt() throws Exception {
		ChildJvm.Output output = ChildJvm.run(Waiting.class, List.of(), Duration.ofSeconds(3));
		assertThat(output.ended()).isFalse();
	}

	@Test
	void runWhenProgramFailsShowsWhatItPrinted() {
		assertThatIllegalStateException()
			.isThrownBy(() -> ChildJvm.run(Failing.class, List.of(), Duration.ofMinutes(1)))
			.withMessageContaining("Failing [] ended with 1")
			.withMessageContaining("out of order");
	}

	static final class Waiting {

		public static void main(String[] args) throws InterruptedException {
			new CountDownLatch(1).await();
		}

	}

	static final class Failing {

		public static void main(String[] args) {
			throw new IllegalStateException("out of order");
		}

	}

}
