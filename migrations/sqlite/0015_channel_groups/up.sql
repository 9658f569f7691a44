-- How clients came: each touchpoint's channel group, and for each lead those of the first and the last touchpoint up to its
-- entry, with the campaign. Funnels read them beside the path.
ALTER TABLE timeline_entries ADD COLUMN channel_group TEXT;
ALTER TABLE leads ADD COLUMN first_touch_group TEXT;
ALTER TABLE leads ADD COLUMN last_touch_group TEXT;
ALTER TABLE leads ADD COLUMN touch_campaign TEXT;
ALTER TABLE lead_paths ADD COLUMN first_touch_group TEXT;
ALTER TABLE lead_paths ADD COLUMN last_touch_group TEXT;
ALTER TABLE lead_paths ADD COLUMN touch_campaign TEXT;

-- Consumers are told of them, too.
DROP TRIGGER leads_changed;
CREATE TRIGGER leads_changed AFTER UPDATE ON leads
WHEN old.deleted_at IS NOT new.deleted_at OR old.title <> new.title OR old.company_id IS NOT new.company_id
    OR old.owner_id IS NOT new.owner_id OR old.amount IS NOT new.amount OR old.currency IS NOT new.currency
    OR old.source IS NOT new.source OR old.source_id IS NOT new.source_id
    OR old.expected_close_on IS NOT new.expected_close_on OR old.custom <> new.custom
    OR old.first_touch_group IS NOT new.first_touch_group OR old.last_touch_group IS NOT new.last_touch_group
    OR old.touch_campaign IS NOT new.touch_campaign
    OR (old.stage_id = new.stage_id AND old.lost_reason_id IS NOT new.lost_reason_id) BEGIN
    INSERT INTO feed (kind, record_id, contact_id, recorded_at) VALUES (
        CASE WHEN old.deleted_at IS NULL AND new.deleted_at IS NOT NULL THEN 'lead.deleted'
            WHEN old.deleted_at IS NOT NULL AND new.deleted_at IS NULL THEN 'lead.restored'
            ELSE 'lead.updated' END,
        new.id, new.contact_id,
        CASE WHEN old.updated_at = new.updated_at THEN CAST(unixepoch('subsec') * 1000000 AS INTEGER) ELSE new.updated_at END
    );
END;
