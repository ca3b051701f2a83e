-- Messages with the same key run one at a time, in the order of seq, which for them never changes. The
-- state 21 is READY, but behind others of its key.
ALTER TABLE message ADD COLUMN ordering_key TEXT;

-- Who is in front of a line, and where its end is.
CREATE INDEX message_line ON message (ordering_key, seq) WHERE ordering_key IS NOT NULL AND state < 40;
-- At most one message of a line has the turn.
CREATE UNIQUE INDEX message_turn ON message (ordering_key) WHERE ordering_key IS NOT NULL AND state IN (20, 22, 30);
