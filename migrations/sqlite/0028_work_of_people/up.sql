-- What people did is found without what visitors and programs did, and a stage's leads in the order of the list.
CREATE INDEX timeline_entries_by_user
    ON timeline_entries (user_id, occurred_at, id, entry_type, channel, deleted_at, contact_id, lead_id)
    WHERE user_id IS NOT NULL;
CREATE INDEX leads_by_stage_creation ON leads (stage_id, created_at, id);
