package io.github.queuesqlite.maintenance;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.jspecify.annotations.Nullable;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Tests for {@link Loop}. */
class LoopTests {

	private @Nullable Loop loop;

	@AfterEach
	void stop() {
		if (this.loop != null) {
			this.loop.stop();
		}
	}

	@Test
	void runWhenPassThrowsGoesOnAndShowsTheFailureUntilOneSucceeds() {
		AtomicInteger passes = new AtomicInteger();
		CountDownLatch heal = new CountDownLatch(1);
		Loop loop = start(() -> {
			passes.incrementAndGet();
			if (heal.getCount() > 0) {
				throw new AssertionError("broken");
			}
			return Loop.UNTIL_WOKEN;
		});
		await().until(() -> passes.get() >= 2);
		assertThat(loop.failure()).contains("broken");
		assertThat(loop.failures()).isPositive();
		heal.countDown();
		await().until(() -> loop.failure().isEmpty());
	}

	@Test
	void wakeWhenAsleepStartsAPass() throws InterruptedException {
		CountDownLatch twice = new CountDownLatch(2);
		Loop loop = start(() -> {
			twice.countDown();
			return Loop.UNTIL_WOKEN;
		});
		await().until(() -> twice.getCount() == 1);
		loop.wake();
		assertThat(twice.await(1, TimeUnit.MINUTES)).isTrue();
	}

	@Test
	void wakeDuringAPassStartsAnother() throws InterruptedException {
		CountDownLatch inPass = new CountDownLatch(1);
		CountDownLatch goOn = new CountDownLatch(1);
		CountDownLatch twice = new CountDownLatch(2);
		Loop loop = start(() -> {
			inPass.countDown();
			goOn.await();
			twice.countDown();
			return Loop.UNTIL_WOKEN;
		});
		inPass.await();
		loop.wake();
		goOn.countDown();
		assertThat(twice.await(1, TimeUnit.MINUTES)).isTrue();
	}

	@Test
	void startWhenStoppedRunsAgain() {
		AtomicInteger passes = new AtomicInteger();
		Loop loop = start(() -> {
			passes.incrementAndGet();
			return Loop.UNTIL_WOKEN;
		});
		await().until(() -> passes.get() == 1);
		loop.stop();
		loop.start();
		await().until(() -> passes.get() == 2);
	}

	private Loop start(Loop.Pass pass) {
		Loop loop = new Loop("test-loop", true, pass);
		this.loop = loop;
		loop.start();
		return loop;
	}

}
