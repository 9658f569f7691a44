-- Counts of rules read indexes alone. SQLite takes a condition that every row of a partial index fulfils from the table all
-- the same, unless the index holds its column.
DROP INDEX timeline_entries_by_kind;
CREATE INDEX timeline_entries_by_kind ON timeline_entries (channel, kind, occurred_at, contact_id, deleted_at)
WHERE channel IS NOT NULL AND deleted_at IS NULL;
CREATE INDEX contacts_live ON contacts (id, deleted_at, merged_into, owner_id, created_at)
WHERE deleted_at IS NULL AND merged_into IS NULL;
