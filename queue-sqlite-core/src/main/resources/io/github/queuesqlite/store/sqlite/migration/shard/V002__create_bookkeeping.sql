-- How many messages there are, so that nobody counts rows.
CREATE TABLE counter (
    queue TEXT    NOT NULL,
    task  TEXT    NOT NULL,
    state INTEGER NOT NULL,
    n     INTEGER NOT NULL,
    PRIMARY KEY (queue, task, state)
) STRICT, WITHOUT ROWID;

-- Paused queues.
CREATE TABLE queue (
    name      TEXT    PRIMARY KEY,
    paused_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Every start of a process on this directory. A dead epoch stays dead. Who decides about death reads
-- the beat and never a time: times are for people, and for forgetting the dead.
CREATE TABLE instance (
    epoch      INTEGER PRIMARY KEY,
    name       TEXT    NOT NULL,
    slot       INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 31),
    beat       INTEGER NOT NULL DEFAULT 0,
    started_at INTEGER NOT NULL,
    beat_at    INTEGER NOT NULL,
    dead       INTEGER NOT NULL DEFAULT 0 CHECK (dead IN (0, 1))
) STRICT;

-- Idempotency keys at home here whose message is in another shard.
CREATE TABLE reservation (
    idempotency_key TEXT    PRIMARY KEY,
    message_id      INTEGER NOT NULL,
    epoch           INTEGER NOT NULL,
    confirmed       INTEGER NOT NULL DEFAULT 0 CHECK (confirmed IN (0, 1))
) STRICT, WITHOUT ROWID;

-- What to tell to other processes: cancel a message that one of them runs.
CREATE TABLE signal (
    message_id INTEGER NOT NULL,
    epoch      INTEGER NOT NULL,
    run        INTEGER NOT NULL,
    PRIMARY KEY (epoch, message_id)
) STRICT, WITHOUT ROWID;

-- One row: which shard this is, a copy of the layout, the greatest time part of an id, the number
-- of ended messages that pruning by count may delete, and a counter that the probe writes.
CREATE TABLE shard (
    id         INTEGER PRIMARY KEY CHECK (id = 1),
    number     INTEGER NOT NULL,
    layout     TEXT    NOT NULL,
    high_water INTEGER NOT NULL DEFAULT 0,
    prunable   INTEGER NOT NULL DEFAULT 0,
    probe      INTEGER NOT NULL DEFAULT 0
) STRICT;
