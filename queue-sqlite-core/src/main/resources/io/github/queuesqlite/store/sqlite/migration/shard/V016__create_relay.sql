-- What a transaction of this shard has committed for another one, or for a path that takes more than one transaction:
-- messages that are stored from here once, in order. Numbers are never given twice, since notes elsewhere name them.
CREATE TABLE relay (
    seq        INTEGER PRIMARY KEY AUTOINCREMENT,
    -- Who hands it over; when that is dead, whoever makes it his own.
    epoch      INTEGER NOT NULL,
    -- The shard that stores it.
    target     INTEGER NOT NULL,
    message_id INTEGER NOT NULL,
    body       BLOB    NOT NULL
) STRICT;

-- What has come from the relay of a shard and may still be there.
CREATE TABLE relayed (
    source INTEGER NOT NULL,
    seq    INTEGER NOT NULL,
    PRIMARY KEY (source, seq)
) STRICT, WITHOUT ROWID;
