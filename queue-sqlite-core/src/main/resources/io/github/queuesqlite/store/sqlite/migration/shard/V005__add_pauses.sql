-- When the pause of a queue ends; NULL when somebody has to resume it.
ALTER TABLE queue ADD COLUMN paused_until INTEGER;

-- Paused tasks.
CREATE TABLE paused_task (
    name         TEXT    PRIMARY KEY,
    paused_at    INTEGER NOT NULL,
    paused_until INTEGER
) STRICT, WITHOUT ROWID;
