-- What enqueues messages by the clock. Lives in the shard that is the home of the line 'schedule:' || name.
CREATE TABLE schedule (
    name       TEXT    PRIMARY KEY NOT NULL,
    -- Rises with each change.
    revision   INTEGER NOT NULL,
    -- Whether code declares it.
    declared   INTEGER NOT NULL CHECK (declared IN (0, 1)),
    paused     INTEGER NOT NULL CHECK (paused IN (0, 1)),
    -- What it says, but for the payload, as JSON.
    definition TEXT    NOT NULL,
    -- From when an interval counts.
    anchor     INTEGER NOT NULL,
    -- The next slot; NULL when none comes, or it is paused.
    next_at    INTEGER,
    -- The latest slot that gave a message, and that message.
    latest_at  INTEGER,
    latest_id  INTEGER,
    fired      INTEGER NOT NULL,
    skipped    INTEGER NOT NULL,
    missed     INTEGER NOT NULL,
    codec      TEXT,
    payload    BLOB
) STRICT;

-- What is due.
CREATE INDEX schedule_next ON schedule (next_at) WHERE next_at IS NOT NULL;

-- Which instances declare a schedule. One that code declares fires only while there is one.
CREATE TABLE declaration (
    name  TEXT    NOT NULL,
    epoch INTEGER NOT NULL,
    PRIMARY KEY (name, epoch)
) STRICT, WITHOUT ROWID;

-- What an instance that has left has declared.
CREATE INDEX declaration_epoch ON declaration (epoch);
