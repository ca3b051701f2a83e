-- Which queues and tasks an instance takes, as JSON; NULL while it takes none. For people who ask why a message
-- waits: no claim reads it.
ALTER TABLE instance ADD COLUMN hosting TEXT;
