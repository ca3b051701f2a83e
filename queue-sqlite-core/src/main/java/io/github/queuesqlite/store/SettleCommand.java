package io.github.queuesqlite.store;

import java.sql.SQLException;
import java.util.List;

import io.github.queuesqlite.message.QueueException;

/** Ends a run. */
final class SettleCommand extends Command<ShardSession> {

	private final Settlement settlement;

	private final Completion<SettleResult> completion;

	private SettleResult result = SettleResult.LOST;

	SettleCommand(Settlement settlement, Completion<SettleResult> completion) {
		this.settlement = settlement;
		this.completion = completion;
	}

	Settlement settlement() {
		return this.settlement;
	}

	void result(SettleResult result) {
		this.result = result;
	}

	@Override
	int rows() {
		int rows = 1;
		for (Insertion followUp : this.settlement.followUps()) {
			rows += followUp.rows();
		}
		return rows;
	}

	@Override
	long bytes() {
		long bytes = 0;
		if (this.settlement instanceof Settlement.Complete complete && complete.result() != null) {
			bytes = complete.result().length;
		}
		for (Insertion followUp : this.settlement.followUps()) {
			bytes += followUp.size();
		}
		return bytes;
	}

	@Override
	boolean synced() {
		return !(this.settlement instanceof Settlement.Release);
	}

	@Override
	Sync sync() {
		return (this.settlement instanceof Settlement.Complete complete && complete.first()) ? Sync.NOW : super.sync();
	}

	@Override
	boolean isKept() {
		return true;
	}

	@Override
	void execute(ShardSession session) throws SQLException {
		this.result = session.settle(List.of(this.settlement))[0];
	}

	@Override
	boolean isCommitted(ShardSession session) throws SQLException {
		boolean committed = session.isEndedBy(this.settlement.key());
		if (committed) {
			this.result = SettleResult.APPLIED;
		}
		return committed;
	}

	@Override
	void succeeded() {
		this.completion.succeeded(this.result);
	}

	@Override
	boolean isAwaited() {
		return this.completion.isAwaited();
	}

	@Override
	void failed(QueueException failure) {
		this.completion.failed(failure);
	}

	@Override
	Long messageId() {
		return this.settlement.key().id();
	}

}
