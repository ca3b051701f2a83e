-- Messages with the same key run one at a time, in the order of seq, which for them never changes. The
-- state 21 is READY, but behind others of its key. No index of this table: a message without key must not
-- pay for those that have one.
ALTER TABLE message ADD COLUMN ordering_key TEXT;

-- The messages of each key that have not ended, in their order. One that ended behind others goes when its
-- turn comes.
CREATE TABLE line (
    ordering_key TEXT    NOT NULL,
    seq          INTEGER NOT NULL,
    message_id   INTEGER NOT NULL,
    PRIMARY KEY (ordering_key, seq, message_id)
) STRICT, WITHOUT ROWID;

-- Who of a line may run or runs; holds while that message's state says so.
CREATE TABLE turn (
    ordering_key TEXT    PRIMARY KEY,
    message_id   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
