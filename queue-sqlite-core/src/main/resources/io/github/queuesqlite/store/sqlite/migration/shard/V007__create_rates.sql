-- How many handlers may begin in how long: of a task or a queue. Only in the home of the name.
CREATE TABLE rate (
    name     TEXT    PRIMARY KEY,
    declared INTEGER NOT NULL CHECK (declared >= 1),
    -- In so many milliseconds.
    period   INTEGER NOT NULL CHECK (period >= 1),
    -- What somebody chose at run time; null for what is declared.
    chosen   INTEGER CHECK (chosen >= 1),
    -- What had come in and was not given, at a time: as many parts are a token as its period has milliseconds.
    parts    INTEGER NOT NULL CHECK (parts >= 0),
    at       INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- How many tokens of a rate each process was given and has not said that it used.
CREATE TABLE token (
    name  TEXT    NOT NULL,
    epoch INTEGER NOT NULL,
    held  INTEGER NOT NULL CHECK (held >= 0),
    -- Whether it wants some and got none.
    waits INTEGER NOT NULL CHECK (waits IN (0, 1)),
    PRIMARY KEY (name, epoch)
) STRICT, WITHOUT ROWID;
