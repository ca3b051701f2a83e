package io.github.queuesqlite.store.sqlite;

class SqliteStoreTwoShardsTests extends SqliteStoreContract {

	SqliteStoreTwoShardsTests() {
		super(2);
	}

}
