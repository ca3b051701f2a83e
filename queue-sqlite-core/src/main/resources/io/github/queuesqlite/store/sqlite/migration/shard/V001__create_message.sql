-- One message. Times are epoch milliseconds UTC. The payload comes last, so that what selects
-- messages never reads past it.
CREATE TABLE message (
    id               INTEGER PRIMARY KEY,
    seq              INTEGER NOT NULL,
    queue            TEXT    NOT NULL,
    task             TEXT    NOT NULL,
    -- 10 scheduled, 20 ready, 30 running, 40 completed, 50 dead, 60 cancelled, 70 expired;
    -- 21 is kept for messages that are ready but held back by a key or a limit; 22 is ready, but
    -- a suspect, which is claimed by itself.
    state            INTEGER NOT NULL CHECK (state IN (10, 20, 21, 22, 30, 40, 50, 60, 70)),
    priority         INTEGER NOT NULL,
    created_at       INTEGER NOT NULL,
    run_at           INTEGER NOT NULL,
    attempt          INTEGER NOT NULL DEFAULT 0 CHECK (attempt >= 0),
    max_attempts     INTEGER CHECK (max_attempts >= 1),
    run              INTEGER NOT NULL DEFAULT 0,
    owner            INTEGER NOT NULL DEFAULT 0,
    cancel_requested INTEGER NOT NULL DEFAULT 0 CHECK (cancel_requested IN (0, 1)),
    -- How many runs in a row ended with the death of their process: more than 0 is a suspect.
    deaths           INTEGER NOT NULL DEFAULT 0 CHECK (deaths >= 0),
    -- What spares an ended message from pruning by count: 0 nothing, 1 an idempotency key, 2 a waiter.
    hold             INTEGER NOT NULL DEFAULT 0 CHECK (hold IN (0, 1, 2)),
    started_at       INTEGER,
    finished_at      INTEGER,
    expires_at       INTEGER,
    deadline         INTEGER,
    idempotency_key  TEXT,
    unique_key       TEXT,
    -- CRC-32C of codec, attributes and payload.
    checksum         INTEGER NOT NULL,
    attributes       TEXT,
    last_error       TEXT,
    codec            TEXT,
    result_codec     TEXT,
    result           BLOB,
    payload          BLOB
) STRICT;

-- Claims.
CREATE INDEX message_ready ON message (queue, task, priority DESC, seq) WHERE state = 20;
-- Claims of suspects.
CREATE INDEX message_suspect ON message (queue, task, seq) WHERE state = 22;
-- Promotion.
CREATE INDEX message_due ON message (run_at) WHERE state = 10;
-- What drain waits for beside what is due: a look, however many are delayed.
CREATE INDEX message_retrying ON message (queue, task) WHERE state = 10 AND attempt > 0;
-- Rescue, and what a process runs.
CREATE INDEX message_owner ON message (owner) WHERE state = 30;
-- Expiry of waiting messages.
CREATE INDEX message_expiry ON message (expires_at) WHERE expires_at IS NOT NULL AND state < 30;
-- Pruning by count (hold first) and by age. Not "state >= 40": the planner would take that as the range
-- to scan and sort all of it.
CREATE INDEX message_ended ON message (hold, state, finished_at) WHERE finished_at IS NOT NULL;
-- At most one live message of a task with the key.
CREATE UNIQUE INDEX message_unique_key ON message (task, unique_key) WHERE unique_key IS NOT NULL AND state < 40;
-- At most one kept message with the key.
CREATE UNIQUE INDEX message_idempotency_key ON message (idempotency_key) WHERE idempotency_key IS NOT NULL;

-- A failed attempt of a message.
CREATE TABLE failed_attempt (
    message_id INTEGER NOT NULL,
    run        INTEGER NOT NULL,
    failure    TEXT    NOT NULL
) STRICT;

CREATE UNIQUE INDEX failed_attempt_message ON failed_attempt (message_id, run);
