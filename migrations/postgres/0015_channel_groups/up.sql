-- How clients came: each touchpoint's channel group, and for each lead those of the first and the last touchpoint up to its
-- entry, with the campaign. Funnels read them beside the path.
ALTER TABLE timeline_entries ADD COLUMN channel_group text;
ALTER TABLE leads ADD COLUMN first_touch_group text;
ALTER TABLE leads ADD COLUMN last_touch_group text;
ALTER TABLE leads ADD COLUMN touch_campaign text;
ALTER TABLE lead_paths ADD COLUMN first_touch_group text;
ALTER TABLE lead_paths ADD COLUMN last_touch_group text;
ALTER TABLE lead_paths ADD COLUMN touch_campaign text;

-- Consumers are told of them, too.
DROP TRIGGER leads_changed ON leads;
CREATE TRIGGER leads_changed AFTER UPDATE ON leads FOR EACH ROW WHEN (
    old.deleted_at IS DISTINCT FROM new.deleted_at OR old.title <> new.title
    OR old.company_id IS DISTINCT FROM new.company_id OR old.owner_id IS DISTINCT FROM new.owner_id
    OR old.amount IS DISTINCT FROM new.amount OR old.currency IS DISTINCT FROM new.currency
    OR old.source IS DISTINCT FROM new.source OR old.source_id IS DISTINCT FROM new.source_id
    OR old.expected_close_on IS DISTINCT FROM new.expected_close_on OR old.custom <> new.custom
    OR old.first_touch_group IS DISTINCT FROM new.first_touch_group
    OR old.last_touch_group IS DISTINCT FROM new.last_touch_group
    OR old.touch_campaign IS DISTINCT FROM new.touch_campaign
    OR (old.stage_id = new.stage_id AND old.lost_reason_id IS DISTINCT FROM new.lost_reason_id)
) EXECUTE FUNCTION leads_changed();
