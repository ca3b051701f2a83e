package io.github.queuesqlite.store.sqlite;

class SqliteStoreOneShardTests extends SqliteStoreContract {

	SqliteStoreOneShardTests() {
		super(1);
	}

}
