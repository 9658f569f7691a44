-- Which stays in a segment the segment's own rule began or ended: its first fill, and a change of the rule. These are no news
-- of the client.
ALTER TABLE segment_members ADD COLUMN entered_by_rule INTEGER NOT NULL DEFAULT 0;
ALTER TABLE segment_members ADD COLUMN left_by_rule INTEGER NOT NULL DEFAULT 0;
-- Until now it shows by this: whatever else happened stands on the client's line at the same instant.
UPDATE segment_members SET entered_by_rule = 1
WHERE segment_id IN (SELECT id FROM segments WHERE kind = 'snapshot');
UPDATE segment_members SET entered_by_rule = 1
WHERE segment_id IN (SELECT id FROM segments WHERE kind = 'dynamic')
AND NOT EXISTS (
    SELECT 1 FROM timeline_entries
    WHERE timeline_entries.contact_id = segment_members.contact_id
    AND timeline_entries.occurred_at = segment_members.entered_at AND timeline_entries.kind = 'segment.entered'
);
UPDATE segment_members SET left_by_rule = 1
WHERE left_at IS NOT NULL AND segment_id IN (SELECT id FROM segments WHERE kind = 'dynamic' AND deleted_at IS NULL)
AND NOT EXISTS (
    SELECT 1 FROM timeline_entries
    WHERE timeline_entries.contact_id = segment_members.contact_id
    AND timeline_entries.occurred_at = segment_members.left_at AND timeline_entries.kind = 'segment.left'
);
