package io.github.queuesqlite.store;

import java.nio.file.Path;

import io.github.queuesqlite.message.FileCheck;
import io.github.queuesqlite.message.QueueException;
import io.github.queuesqlite.message.StoreUnavailableException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A file that a writer of this process has open. */
public final class WrittenFile implements StoreFile {

	private static final Logger logger = LoggerFactory.getLogger(WrittenFile.class);

	/** A megabyte: what one step moves takes some milliseconds. */
	private static final int STEP = 256;

	private final GroupCommitWriter<? extends Session> writer;

	private final FileReads reads;

	/**
	 * Creates the view.
	 * @param writer of the file
	 * @param reads of the same file
	 */
	public WrittenFile(GroupCommitWriter<? extends Session> writer, FileReads reads) {
		this.writer = writer;
		this.reads = reads;
	}

	@Override
	public String name() {
		return this.reads.name();
	}

	@Override
	public long size() {
		return this.reads.size();
	}

	@Override
	public FileCheck check() {
		return this.reads.check();
	}

	@Override
	public Copy copy(Path directory) {
		return this.reads.copy(directory);
	}

	@Override
	public void compact() {
		// What becomes free meanwhile is for the next time.
		long left = call(Session::freePages);
		while (left > 0) {
			int step = (int) Math.min(STEP, left);
			if (call((session) -> session.giveBack(step)) == 0) {
				sayWhenNotPossible();
				return;
			}
			left -= step;
		}
	}

	private void sayWhenNotPossible() {
		if (call(Session::freePages) > 0) {
			logger.warn(
					"{} has free pages, but cannot become smaller while it is in use: another program has made it."
							+ " With all processes stopped: sqlite3 {} 'PRAGMA auto_vacuum = INCREMENTAL; VACUUM'",
					name(), name());
		}
	}

	private long call(Work<Session, Long> work) {
		BlockingCompletion<Long> completion = new BlockingCompletion<>();
		this.writer.submitUnsynced(work::execute, completion);
		return completion
			.await(() -> new QueueException("Interrupted while " + name() + " was made smaller: it is sound"));
	}

	@Override
	public void still(Runnable action) {
		StandStill standStill = new StandStill();
		FutureCompletion<Boolean> end = new FutureCompletion<>();
		this.writer.submitUnsynced(standStill::hold, end);
		try {
			if (!standStill.awaitBegin(end.future())) {
				throw new StoreUnavailableException(name() + " could not be written for a moment, by this process or"
						+ " another one: " + FutureCompletion.failureWithin(end.future(), 0), null);
			}
			action.run();
			if (!standStill.isHeld()) {
				throw new StoreUnavailableException(
						"Others of " + name() + " waited for too long: this process stood still", null);
			}
		}
		finally {
			standStill.end();
		}
	}

}
