-- Changes of leads by time: what they were worth at an earlier instant.
CREATE INDEX timeline_entries_lead_changes ON timeline_entries (occurred_at, id)
WHERE entry_type = 'change' AND kind = 'lead.updated';
