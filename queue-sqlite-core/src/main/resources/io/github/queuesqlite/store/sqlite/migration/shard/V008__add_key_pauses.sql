-- Paused keys: nothing with one as its ordering or concurrency key may run.
CREATE TABLE paused_key (
    name         TEXT    PRIMARY KEY,
    paused_at    INTEGER NOT NULL,
    -- When the pause ends; NULL when somebody has to resume it.
    paused_until INTEGER
) STRICT, WITHOUT ROWID;
