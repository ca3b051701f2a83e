-- How many handlers may run at once under a name: of a task or of a lock. Only in the home of the name.
CREATE TABLE permit_limit (
    name     TEXT    PRIMARY KEY,
    declared INTEGER NOT NULL CHECK (declared >= 1),
    -- What somebody chose at run time; null for what is declared.
    chosen   INTEGER CHECK (chosen >= 1)
) STRICT, WITHOUT ROWID;

-- How many of these permits each process has: together never more than the limit says when one is given.
-- waits is 0, or the place among those that want one.
CREATE TABLE permit (
    name  TEXT    NOT NULL,
    epoch INTEGER NOT NULL,
    held  INTEGER NOT NULL CHECK (held >= 0),
    waits INTEGER NOT NULL CHECK (waits >= 0),
    PRIMARY KEY (name, epoch)
) STRICT, WITHOUT ROWID;

-- Rises with each change of a permit, for those who wait for one.
ALTER TABLE shard ADD COLUMN permit_changes INTEGER NOT NULL DEFAULT 0;

-- The messages with a concurrency key that have not ended. phase is 0 for one that is held until it is let
-- through, 1 for one that was and waits to be claimed, 2 for one that is not due, 3 for one that runs.
CREATE TABLE crowd (
    message_id      INTEGER PRIMARY KEY,
    task            TEXT    NOT NULL,
    concurrency_key TEXT    NOT NULL,
    phase           INTEGER NOT NULL CHECK (phase IN (0, 1, 2, 3)),
    priority        INTEGER NOT NULL,
    seq             INTEGER NOT NULL
) STRICT;

-- Who is let through next, and how many were.
CREATE INDEX crowd_key ON crowd (task, concurrency_key, phase, priority DESC, seq);

-- How many messages of a task may run at once for each concurrency key.
CREATE TABLE key_limit (
    task     TEXT    PRIMARY KEY,
    declared INTEGER NOT NULL CHECK (declared >= 1),
    -- As above.
    chosen   INTEGER CHECK (chosen >= 1)
) STRICT, WITHOUT ROWID;

-- How many messages of a concurrency key are let through together when its turn comes; 1 for most.
CREATE TABLE key_weight (
    concurrency_key TEXT    PRIMARY KEY,
    weight          INTEGER NOT NULL CHECK (weight BETWEEN 1 AND 1000)
) STRICT, WITHOUT ROWID;
