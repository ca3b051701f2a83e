-- One row: the layout of the directory (JSON: the shards that take new messages, and those that
-- are being emptied) and the greatest epoch.
CREATE TABLE control (
    id     INTEGER PRIMARY KEY CHECK (id = 1),
    layout TEXT    NOT NULL,
    epoch  INTEGER NOT NULL DEFAULT 0
) STRICT;
