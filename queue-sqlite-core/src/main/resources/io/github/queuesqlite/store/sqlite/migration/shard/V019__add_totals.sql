-- How many messages of a queue and task ever were handed in, completed, retried, or ended dead. They stand in
-- whichever of its rows a transaction writes anyway: only their sum over the states means something.
ALTER TABLE counter ADD COLUMN enqueued  INTEGER NOT NULL DEFAULT 0;
ALTER TABLE counter ADD COLUMN completed INTEGER NOT NULL DEFAULT 0;
ALTER TABLE counter ADD COLUMN retried   INTEGER NOT NULL DEFAULT 0;
ALTER TABLE counter ADD COLUMN died      INTEGER NOT NULL DEFAULT 0;
