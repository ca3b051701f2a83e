-- What the handler of a message has done already: it is not done again by a retry. Goes when the message
-- is COMPLETED, or with the message.
CREATE TABLE step (
    message_id INTEGER NOT NULL,
    position   INTEGER NOT NULL CHECK (position >= 0),
    name       TEXT    NOT NULL,
    -- CRC-32C of all the others.
    checksum   INTEGER NOT NULL,
    codec      TEXT,
    value      BLOB
) STRICT;

CREATE UNIQUE INDEX step_message ON step (message_id, position);

-- How far the handler of a message says it is. Goes with the message, like the next.
CREATE TABLE progress (
    message_id  INTEGER PRIMARY KEY,
    fraction    REAL    NOT NULL CHECK (fraction BETWEEN 0 AND 1),
    text        TEXT,
    reported_at INTEGER NOT NULL
) STRICT;

-- What it says.
CREATE TABLE log_entry (
    message_id INTEGER NOT NULL,
    number     INTEGER NOT NULL,
    attempt    INTEGER NOT NULL,
    logged_at  INTEGER NOT NULL,
    text       TEXT    NOT NULL,
    PRIMARY KEY (message_id, number)
) STRICT, WITHOUT ROWID;
