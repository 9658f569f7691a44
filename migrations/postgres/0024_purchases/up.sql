-- The scores of clients read all purchases once a day, and nothing else of the history.
CREATE INDEX timeline_entries_purchases ON timeline_entries (contact_id, occurred_at, amount, currency, kind, channel, deleted_at)
WHERE kind = 'purchase' AND channel IS NOT NULL AND channel <> 'note' AND deleted_at IS NULL;
