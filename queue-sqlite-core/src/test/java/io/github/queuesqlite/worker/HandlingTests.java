package io.github.queuesqlite.worker;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class HandlingTests {

	private final Handling handling = new Handling();

	@Test
	void interruptWhenTheThreadIsNotYetInTheHandlerReachesIt() {
		this.handling.interrupt();
		assertThat(Thread.currentThread().isInterrupted()).isFalse();
		this.handling.enter();
		assertThat(Thread.interrupted()).isTrue();
		assertThat(this.handling.leave()).isTrue();
	}

	@Test
	void interruptWhenTheThreadIsOutAgainReachesNobody() {
		this.handling.enter();
		assertThat(this.handling.leave()).isFalse();
		this.handling.interrupt();
		assertThat(Thread.interrupted()).isFalse();
	}

}
