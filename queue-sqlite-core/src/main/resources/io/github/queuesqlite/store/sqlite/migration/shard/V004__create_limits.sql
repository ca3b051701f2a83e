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
