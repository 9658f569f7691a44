-- `visit` in the place of `starts`: 0 the lead's life begins here, 1 its first stay in this stage, 2 it was there before.
-- A funnel looks for leads that came to its first step after their beginning: those with 1, mostly few.
ALTER TABLE stage_intervals ADD COLUMN visit INTEGER NOT NULL DEFAULT 1;
UPDATE stage_intervals SET visit = CASE
    WHEN starts THEN 0
    WHEN EXISTS (
        SELECT 1 FROM stage_intervals before
        WHERE before.contact_id = stage_intervals.contact_id AND before.lead_id = stage_intervals.lead_id
            AND before.stage_id = stage_intervals.stage_id
            AND (before.entered_at, before.id) < (stage_intervals.entered_at, stage_intervals.id)
    ) THEN 2
    ELSE 1
END;
DROP INDEX stage_intervals_by_stage;
ALTER TABLE stage_intervals DROP COLUMN starts;
CREATE INDEX stage_intervals_by_stage ON stage_intervals (stage_id, visit, entered_at, lead_id);
