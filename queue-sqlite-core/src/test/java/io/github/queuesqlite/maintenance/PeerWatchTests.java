package io.github.queuesqlite.maintenance;

import java.time.Duration;
import java.util.List;

import io.github.queuesqlite.store.Peer;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Tests for {@link PeerWatch}. */
class PeerWatchTests {

	private static final long LEASE = 1000;

	private final PeerWatch watch = new PeerWatch(LEASE);

	@Test
	void isFrozenWhenBeatUnchangedForALeaseOverSpacedLooks() {
		lookEach(250, 0, 1000, 7);
		assertThat(this.watch.isFrozen(peer(7))).isTrue();
	}

	@Test
	void isFrozenWhenLeaseIsNotOverIsFalse() {
		lookEach(250, 0, 750, 7);
		assertThat(this.watch.isFrozen(peer(7))).isFalse();
	}

	@Test
	void isFrozenWhenBeatRoseIsFalse() {
		lookEach(250, 0, 750, 7);
		lookEach(250, 1000, 1500, 8);
		assertThat(this.watch.isFrozen(peer(8))).isFalse();
	}

	@Test
	void isFrozenWhenThisProcessStoodStillBeginsAnew() {
		lookEach(250, 0, 500, 7);
		lookEach(250, 5000, 5750, 7);
		assertThat(this.watch.isFrozen(peer(7))).isFalse();
		lookEach(250, 6000, 6000, 7);
		assertThat(this.watch.isFrozen(peer(7))).isTrue();
	}

	@Test
	void lookNanosWhenLeaseIsShortLetsAFrozenPeerBeSeenInTime() {
		long second = Duration.ofSeconds(1).toNanos();
		PeerWatch watch = new PeerWatch(second);
		// A look may come late by the interval in which ended processes are looked for.
		long step = watch.lookNanos() + Duration.ofMillis(60).toNanos();
		for (long now = 0; now <= second + step; now += step) {
			watch.look(List.of(peer(7)), now, now);
		}
		assertThat(watch.isFrozen(peer(7))).isTrue();
	}

	@Test
	void isFrozenWhenTheBeatMayHaveBeenGivenWhileItWasReadCountsFromThen() {
		this.watch.look(List.of(peer(7)), 0, 400);
		lookEach(250, 500, 1250, 7);
		assertThat(this.watch.isFrozen(peer(7))).isFalse();
		lookEach(250, 1500, 1500, 7);
		assertThat(this.watch.isFrozen(peer(7))).isTrue();
	}

	@Test
	void isFrozenWhenTheLatestLookTookLongCountsUpToItsBeginning() {
		lookEach(250, 0, 500, 7);
		this.watch.look(List.of(peer(7)), 750, 1000);
		assertThat(this.watch.isFrozen(peer(7))).isFalse();
		this.watch.look(List.of(peer(7)), 1000, 1250);
		assertThat(this.watch.isFrozen(peer(7))).isTrue();
	}

	private void lookEach(long step, long from, long to, long beat) {
		for (long now = from; now <= to; now += step) {
			this.watch.look(List.of(peer(beat)), now, now);
		}
	}

	private static Peer peer(long beat) {
		return new Peer(3, "other", 1, beat, false);
	}

}
