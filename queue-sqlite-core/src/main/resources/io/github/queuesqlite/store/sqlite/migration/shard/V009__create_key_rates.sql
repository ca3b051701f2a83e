-- How many messages of a task may begin in how long for each concurrency key.
CREATE TABLE key_rate (
    task     TEXT    PRIMARY KEY,
    declared INTEGER NOT NULL CHECK (declared >= 1),
    -- In so many milliseconds.
    period   INTEGER NOT NULL CHECK (period >= 1),
    -- What somebody chose at run time; null for what is declared.
    chosen   INTEGER CHECK (chosen >= 1)
) STRICT, WITHOUT ROWID;

-- What had come in for a key and was not taken, at a time, in parts as in the table rate. A key without a row
-- has all that it may have.
CREATE TABLE key_bucket (
    task            TEXT    NOT NULL,
    concurrency_key TEXT    NOT NULL,
    parts           INTEGER NOT NULL CHECK (parts >= 0),
    at              INTEGER NOT NULL,
    -- When there is a token for who waits, or the bucket is full; null while that depends on who has some.
    next_at         INTEGER,
    PRIMARY KEY (task, concurrency_key)
) STRICT, WITHOUT ROWID;

-- Whose turn it is, and what may be forgotten.
CREATE INDEX key_bucket_next ON key_bucket (next_at) WHERE next_at IS NOT NULL;

-- 1 when the run of a message is known to have begun: it has used its token up. Who was let through and has not
-- begun has one, which leaves no room for a new one.
ALTER TABLE crowd ADD COLUMN begun INTEGER NOT NULL DEFAULT 0 CHECK (begun IN (0, 1));
