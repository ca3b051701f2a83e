-- What people have done to the queue, the latest of it. The first shard that can be written has it.
CREATE TABLE audit (
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    done_at INTEGER NOT NULL,
    -- NULL when nobody knows.
    actor   TEXT,
    action  TEXT    NOT NULL,
    target  TEXT    NOT NULL,
    outcome TEXT    NOT NULL CHECK (outcome IN ('DONE', 'REFUSED', 'FAILED')),
    detail  TEXT
) STRICT;
