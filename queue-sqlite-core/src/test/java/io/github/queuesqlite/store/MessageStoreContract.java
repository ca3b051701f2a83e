package io.github.queuesqlite.store;

import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Timeout;

/**
 * What every {@link MessageStore} does. A store's tests extend it and say how the store
 * is opened; the rest is here, one class for each subject.
 */
@Timeout(value = 5, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
public abstract class MessageStoreContract {

	/**
	 * Opens the store of the current test: the same data each time within one test, an
	 * empty store at first.
	 * @param settings how it is opened
	 * @return the open store, which the suite closes
	 */
	protected abstract MessageStore open(Settings settings);

	/**
	 * What a store takes to be opened.
	 *
	 * @param clock the wall clock; the store takes every stored time from it
	 * @param retention how long ended messages are kept
	 * @param maxPending how many messages an inbox holds
	 * @param blockTimeout how long an insert waits for room in a full inbox
	 */
	public record Settings(InstantSource clock, Retention retention, int maxPending, Duration blockTimeout) {

		Settings retention(Retention retention) {
			return new Settings(this.clock, retention, this.maxPending, this.blockTimeout);
		}

		Settings inbox(int maxPending, Duration blockTimeout) {
			return new Settings(this.clock, this.retention, maxPending, blockTimeout);
		}

	}

	@Nested
	class Ids extends IdContract {

		Ids() {
			super(MessageStoreContract.this::open);
		}

	}

	@Nested
	class Inserts extends InsertContract {

		Inserts() {
			super(MessageStoreContract.this::open);
		}

	}

	@Nested
	class TheKeys extends KeyContract {

		TheKeys() {
			super(MessageStoreContract.this::open);
		}

	}

	@Nested
	class Order extends OrderContract {

		Order() {
			super(MessageStoreContract.this::open);
		}

	}

	@Nested
	class Claims extends ClaimContract {

		Claims() {
			super(MessageStoreContract.this::open);
		}

	}

	@Nested
	class StandingDemand extends DemandContract {

		StandingDemand() {
			super(MessageStoreContract.this::open);
		}

	}

	@Nested
	class Pulling extends PullContract {

		Pulling() {
			super(MessageStoreContract.this::open);
		}

	}

	@Nested
	class Settlements extends SettleContract {

		Settlements() {
			super(MessageStoreContract.this::open);
		}

	}

	@Nested
	class Cancels extends CancelContract {

		Cancels() {
			super(MessageStoreContract.this::open);
		}

	}

	@Nested
	class Suspects extends SuspectContract {

		Suspects() {
			super(MessageStoreContract.this::open);
		}

	}

	@Nested
	class Retries extends RetryContract {

		Retries() {
			super(MessageStoreContract.this::open);
		}

	}

	@Nested
	class Deletions extends DeleteContract {

		Deletions() {
			super(MessageStoreContract.this::open);
		}

	}

	@Nested
	class Reads extends ReadContract {

		Reads() {
			super(MessageStoreContract.this::open);
		}

	}

	@Nested
	class Changes extends ChangeContract {

		Changes() {
			super(MessageStoreContract.this::open);
		}

	}

	@Nested
	class DueTimes extends DueContract {

		DueTimes() {
			super(MessageStoreContract.this::open);
		}

	}

	@Nested
	class Pruning extends PruneContract {

		Pruning() {
			super(MessageStoreContract.this::open);
		}

	}

	@Nested
	class Bounds extends BoundContract {

		Bounds() {
			super(MessageStoreContract.this::open);
		}

	}

	@Nested
	class Pauses extends PauseContract {

		Pauses() {
			super(MessageStoreContract.this::open);
		}

	}

	@Nested
	class Records extends RecordContract {

		Records() {
			super(MessageStoreContract.this::open);
		}

	}

	@Nested
	class Crowds extends CrowdContract {

		Crowds() {
			super(MessageStoreContract.this::open);
		}

	}

	@Nested
	class Waiting extends WaitingContract {

		Waiting() {
			super(MessageStoreContract.this::open);
		}

	}

	@Nested
	class Permits extends PermitContract {

		Permits() {
			super(MessageStoreContract.this::open);
		}

	}

	@Nested
	class KeyRates extends KeyRateContract {

		KeyRates() {
			super(MessageStoreContract.this::open);
		}

	}

	@Nested
	class Tokens extends TokenContract {

		Tokens() {
			super(MessageStoreContract.this::open);
		}

	}

	@Nested
	class Schedules extends ScheduleContract {

		Schedules() {
			super(MessageStoreContract.this::open);
		}

	}

	@Nested
	class Instances extends InstanceContract {

		Instances() {
			super(MessageStoreContract.this::open);
		}

	}

	@Nested
	class Rescues extends RescueContract {

		Rescues() {
			super(MessageStoreContract.this::open);
		}

	}

	@Nested
	class Listeners extends ListenerContract {

		Listeners() {
			super(MessageStoreContract.this::open);
		}

	}

	@Nested
	class Threads extends ThreadContract {

		Threads() {
			super(MessageStoreContract.this::open);
		}

	}

	@Nested
	class Closing extends CloseContract {

		Closing() {
			super(MessageStoreContract.this::open);
		}

	}

	@Nested
	class Model extends ModelContract {

		Model() {
			super(MessageStoreContract.this::open);
		}

	}

}
