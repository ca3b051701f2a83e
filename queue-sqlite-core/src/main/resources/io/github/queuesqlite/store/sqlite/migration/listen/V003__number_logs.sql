-- Which write-ahead log the file has, counted from the first one that was looked at, and the salts of that
-- log. When a process finds a lower number than it knows, somebody has put an older copy in its place.
ALTER TABLE change_log ADD COLUMN log_number INTEGER NOT NULL DEFAULT 0;
ALTER TABLE change_log ADD COLUMN log_salts  INTEGER NOT NULL DEFAULT 0;
