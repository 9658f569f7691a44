-- The owners whose records a snapshot counted, besides those without; NULL where it counted all.
ALTER TABLE report_snapshots ADD COLUMN seen_owners TEXT;
