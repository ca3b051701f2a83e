package io.github.queuesqlite.store;

import java.sql.SQLException;

/** A session without a file, which always succeeds. */
class MemorySession implements Session {

	@Override
	public void begin(boolean synced) {
	}

	@Override
	public void commit() throws SQLException {
	}

	@Override
	public void rollback() {
	}

	@Override
	public Fault classify(SQLException failure) {
		return Fault.STORAGE;
	}

	@Override
	public void damaged(SQLException failure) {
	}

	@Override
	public void probe() throws SQLException {
	}

	@Override
	public void writeProbe() throws SQLException {
	}

	@Override
	public Room room(long bytes) {
		return Room.PLENTY;
	}

	@Override
	public String makeRoom(SQLException failure) {
		return "";
	}

	@Override
	public void repair() {
	}

	@Override
	public boolean changedElsewhere() {
		return false;
	}

	@Override
	public String trim(boolean idle) {
		return "";
	}

	@Override
	public long freePages() {
		return 0;
	}

	@Override
	public long giveBack(int pages) {
		return 0;
	}

	@Override
	public String label() {
		return "memory";
	}

	@Override
	public void close() {
	}

}
