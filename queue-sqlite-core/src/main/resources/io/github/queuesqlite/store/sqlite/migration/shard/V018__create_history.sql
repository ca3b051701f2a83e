-- The states that messages went through, in the order of the commits. Written by triggers of the connections whose
-- process records it, so that no path is forgotten; they are not part of the file. Outlives its message, bounded by itself.
CREATE TABLE history (
    number     INTEGER PRIMARY KEY,
    message_id INTEGER NOT NULL,
    changed_at INTEGER NOT NULL,
    -- As in message, but 20 for 21 and 22 too.
    state      INTEGER NOT NULL,
    attempt    INTEGER NOT NULL,
    -- Who runs it, or ran it until then; 0 for nobody.
    epoch      INTEGER NOT NULL
) STRICT;

CREATE INDEX history_message ON history (message_id, number);
