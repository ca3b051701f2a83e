-- Unique keys that stay taken beyond the end of their message, in the shard that is the key's home.
CREATE TABLE unique_window (
    task        TEXT    NOT NULL,
    unique_key  TEXT    NOT NULL,
    message_id  INTEGER NOT NULL,
    -- Milliseconds after the end of the message; NULL when only a time counts.
    after_end   INTEGER,
    -- Free from then on; NULL while the message lives whose end counts.
    taken_until INTEGER,
    PRIMARY KEY (task, unique_key)
) STRICT, WITHOUT ROWID;

-- The window of a message that has ended or is deleted.
CREATE INDEX unique_window_message ON unique_window (message_id);
-- What may be forgotten.
CREATE INDEX unique_window_end ON unique_window (taken_until) WHERE taken_until IS NOT NULL;
