package io.github.queuesqlite.store.sqlite;

import java.sql.SQLException;

import io.github.queuesqlite.store.Session;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/** Tells what an error of SQLite means. */
final class SqliteFault {

	private SqliteFault() {
	}

	/** A process remembers more than there is. */
	static SQLException olderCopy() {
		return new SQLiteException("what is in it is older than what was committed, as if an older copy had been"
				+ " written over it while it was in use", SQLiteErrorCode.SQLITE_CORRUPT);
	}

	/** Whether a failure, or what caused it, shows the file to be damaged. */
	static boolean isDamage(Throwable failure) {
		return damage(failure) != null;
	}

	/** Returns what SQLite says of the damage that a failure shows. */
	static String finding(Throwable failure) {
		SQLException damage = damage(failure);
		return String.valueOf(((damage != null) ? damage : failure).getMessage());
	}

	private static @Nullable SQLException damage(Throwable failure) {
		for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
			if (cause instanceof SQLException exception && classify(exception) == Session.Fault.DAMAGED) {
				return exception;
			}
		}
		return null;
	}

	/** Whether a rollback failed because there is no transaction any more. */
	static boolean isRolledBack(SQLException failure) {
		return failure instanceof SQLiteException exception
				&& exception.getResultCode() == SQLiteErrorCode.SQLITE_ERROR;
	}

	/**
	 * Whether there was no room on the disk, or the disk failed, which may be the same.
	 */
	static boolean mayLackRoom(SQLException failure) {
		return classify(failure) == Session.Fault.STORAGE;
	}

	/** Whether SQLite says that there was no room. */
	static boolean isFull(SQLException failure) {
		return failure instanceof SQLiteException exception && exception.getResultCode() == SQLiteErrorCode.SQLITE_FULL;
	}

	/**
	 * Whether a table or a column is not there: it was at the start, so something else
	 * stands in the file now.
	 */
	private static boolean isPartMissing(SQLiteException failure) {
		String message = String.valueOf(failure.getMessage());
		return message.contains("no such table: ") || message.contains("no such column: ");
	}

	static Session.Fault classify(SQLException failure) {
		if (!(failure instanceof SQLiteException exception)) {
			return Session.Fault.DEFECT;
		}
		SQLiteErrorCode code = exception.getResultCode();
		return switch (code.code & 0xff) {
			case 19, 20, 18, 25 -> Session.Fault.ROW; // constraint, mismatch, too big,
														// range
			case 5, 6 -> Session.Fault.BUSY; // busy, locked
			case 11, 26 -> Session.Fault.DAMAGED; // corrupt, not a database
			case 1 -> isPartMissing(exception) ? Session.Fault.DAMAGED : Session.Fault.DEFECT;
			// internal, abort, misuse, format, schema: the statement or the program
			case 2, 4, 21, 24, 17 -> Session.Fault.DEFECT;
			default -> Session.Fault.STORAGE;
		};
	}

}
