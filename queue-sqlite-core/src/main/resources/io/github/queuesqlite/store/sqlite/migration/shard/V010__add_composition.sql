-- Messages that wait for others: SCHEDULED with a due time that never comes. One that was cancelled meanwhile
-- stays here, so that it can wait again when it is retried.
CREATE TABLE waiting (
    message_id    INTEGER PRIMARY KEY,
    -- 1 until what it waits for is COMPLETED, 2 until one of them is DEAD or EXPIRED, 3 until all have ended,
    -- 4 as 3, but then it is COMPLETED itself.
    kind          INTEGER NOT NULL CHECK (kind IN (1, 2, 3, 4)),
    -- How many of those it waits for have not ended.
    missing       INTEGER NOT NULL CHECK (missing >= 0),
    -- Whether its payload is made of what became of them.
    takes_payload INTEGER NOT NULL CHECK (takes_payload IN (0, 1)),
    -- Whether it was cancelled since what it waits for did not complete.
    stopped       INTEGER NOT NULL DEFAULT 0 CHECK (stopped IN (0, 1)),
    -- Milliseconds, from when it is set free.
    delay         INTEGER,
    -- Due then at the earliest.
    run_at        INTEGER,
    -- Milliseconds, from when it is set free.
    time_to_live  INTEGER
) STRICT;

-- Who waits or waited for which message, and in which shard. Stays until that message is deleted.
CREATE TABLE follower (
    message_id INTEGER NOT NULL,
    waiting_id INTEGER NOT NULL,
    position   INTEGER NOT NULL,
    home       INTEGER NOT NULL,
    PRIMARY KEY (message_id, waiting_id)
) STRICT, WITHOUT ROWID;

-- What a message waits or waited for.
CREATE INDEX follower_waiting ON follower (waiting_id);

-- What became of those that a message waits for, as long as it does.
CREATE TABLE arrival (
    waiting_id INTEGER NOT NULL,
    position   INTEGER NOT NULL,
    message_id INTEGER NOT NULL,
    task       TEXT    NOT NULL,
    -- As of messages; 0 for one that was deleted before its end.
    state      INTEGER NOT NULL CHECK (state IN (0, 40, 50, 60, 70)),
    codec      TEXT,
    result     BLOB,
    failure    TEXT,
    PRIMARY KEY (waiting_id, position)
) STRICT;
