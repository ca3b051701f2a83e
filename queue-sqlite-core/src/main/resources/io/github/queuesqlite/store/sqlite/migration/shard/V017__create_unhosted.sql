-- Tasks with READY messages that no instance hosts: since when, and when somebody looked last. Empty unless an
-- instance is to expire such messages.
CREATE TABLE unhosted (
    queue TEXT    NOT NULL,
    task  TEXT    NOT NULL,
    since INTEGER NOT NULL,
    seen  INTEGER NOT NULL,
    PRIMARY KEY (queue, task)
) STRICT, WITHOUT ROWID;
