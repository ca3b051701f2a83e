package io.github.queuesqlite.store.sqlite;

import java.sql.SQLException;

import io.github.queuesqlite.store.Session;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/** Tells what an error of SQLite means. */
final class SqliteFault {

	private SqliteFault() {
	}

	/** Whether a rollback failed because there is no transaction any more. */
	static boolean isRolledBack(SQLException failure) {
		return failure instanceof SQLiteException exception
				&& exception.getResultCode() == SQLiteErrorCode.SQLITE_ERROR;
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
			// error, internal, abort, misuse, format, schema: the statement or the
			// program
			case 1, 2, 4, 21, 24, 17 -> Session.Fault.DEFECT;
			default -> Session.Fault.STORAGE;
		};
	}

}
