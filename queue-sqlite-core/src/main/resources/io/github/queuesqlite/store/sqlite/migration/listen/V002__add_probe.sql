-- What the probe writes. It must be a new value each time: SQLite writes no page that stays the same, and
-- a transaction without a page syncs nothing.
ALTER TABLE change_log ADD COLUMN probe INTEGER NOT NULL DEFAULT 0;
