package io.github.queuesqlite.store.sqlite;

class SqliteStoreFiveShardsTests extends SqliteStoreContract {

	SqliteStoreFiveShardsTests() {
		super(5);
	}

}
