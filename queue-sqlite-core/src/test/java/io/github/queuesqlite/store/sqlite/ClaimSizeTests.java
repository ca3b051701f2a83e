package io.github.queuesqlite.store.sqlite;

import io.github.queuesqlite.store.Claimer;
import io.github.queuesqlite.store.Quota;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Tests for {@link ClaimSize}. */
class ClaimSizeTests {

	private static ClaimSize size(int most, int batch) {
		return new ClaimSize(new ClaimQuota(new Quota() {

			@Override
			public int messagesPerPermit(String task) {
				return task.equals("batch") ? batch : 1;
			}

			@Override
			public int take(String task, int max) {
				return max;
			}

			@Override
			public void giveBack(String task, int n) {
			}

		}), most);
	}

	@Test
	void singleMessagesUseAPermitEach() {
		ClaimSize size = size(2, 3);
		assertThat(size.isRoomFor("a")).isTrue();
		assertThat(size.isFull()).isFalse();
		assertThat(size.isRoomFor("b")).isTrue();
		assertThat(size.isFull()).isTrue();
		assertThat(size.isRoomFor("a")).isFalse();
	}

	@Test
	void batchThatIsBegunTakesMoreWhenNoPermitIsLeft() {
		ClaimSize size = size(2, 3);
		assertThat(size.isRoomFor("batch")).isTrue();
		assertThat(size.isRoomFor("a")).isTrue();
		assertThat(size.isFull()).isFalse();
		assertThat(size.isRoomFor("a")).isFalse();
		assertThat(size.isRoomFor("batch")).isTrue();
		assertThat(size.isRoomFor("batch")).isTrue();
		assertThat(size.isFull()).isTrue();
		assertThat(size.isRoomFor("batch")).isFalse();
	}

	@Test
	void batchThatIsFullIsFollowedByAnother() {
		ClaimSize size = size(2, 2);
		for (int i = 0; i < 4; i++) {
			assertThat(size.isFull()).isFalse();
			assertThat(size.isRoomFor("batch")).isTrue();
		}
		assertThat(size.isFull()).isTrue();
	}

	@Test
	void messagesAreNoMoreThanTheMostOfOneClaim() {
		ClaimSize size = size(10, 1000);
		int taken = 0;
		while (!size.isFull() && size.isRoomFor("batch")) {
			taken++;
		}
		assertThat(taken).isEqualTo(Claimer.MOST_MESSAGES);
	}

}
