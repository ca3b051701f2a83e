-- The latest value of each key. A removed one stays, without codec, until every listener has
-- seen that it went.
CREATE TABLE listen_value (
    key     TEXT    NOT NULL PRIMARY KEY,
    version INTEGER NOT NULL CHECK (version >= 1),
    seq     INTEGER NOT NULL CHECK (seq >= 1),
    at      INTEGER NOT NULL,
    codec   TEXT,
    value   BLOB
) STRICT;

-- The values that a listener gets instead of changes: replayed, or changed before the log begins.
CREATE UNIQUE INDEX listen_value_seq ON listen_value (seq);

-- Removed values, to be forgotten.
CREATE INDEX listen_value_removed ON listen_value (seq) WHERE codec IS NULL;

-- Numbers are never used twice, also when the log is empty.
CREATE TABLE change (
    seq       INTEGER PRIMARY KEY AUTOINCREMENT,
    key       TEXT    NOT NULL,
    version   INTEGER NOT NULL,
    at        INTEGER NOT NULL,
    old_codec TEXT,
    codec     TEXT,
    old_value BLOB,
    value     BLOB
) STRICT;

-- The changes of a held key.
CREATE INDEX change_key ON change (key, seq);

-- One row: up to where the log is pruned, and the greatest version of a forgotten key: a key
-- that comes back must not begin below the version it had.
CREATE TABLE change_log (
    id            INTEGER PRIMARY KEY CHECK (id = 1),
    pruned_to     INTEGER NOT NULL DEFAULT 0,
    version_floor INTEGER NOT NULL DEFAULT 0
) STRICT;

INSERT INTO change_log (id) VALUES (1);

-- How far each listener has come, and the epoch that delivers to it.
CREATE TABLE listener (
    name             TEXT    NOT NULL PRIMARY KEY,
    position         INTEGER NOT NULL CHECK (position >= 0),
    replay_to        INTEGER NOT NULL DEFAULT 0,
    owner            INTEGER,
    undeclared_since INTEGER
) STRICT;

-- Keys that a listener could not take and is behind with.
CREATE TABLE held_key (
    listener TEXT    NOT NULL REFERENCES listener (name),
    key      TEXT    NOT NULL,
    position INTEGER NOT NULL CHECK (position >= 0),
    attempts INTEGER NOT NULL CHECK (attempts >= 0),
    parked   INTEGER NOT NULL CHECK (parked IN (0, 1)),
    error    TEXT    NOT NULL,
    PRIMARY KEY (listener, key)
) STRICT, WITHOUT ROWID;
