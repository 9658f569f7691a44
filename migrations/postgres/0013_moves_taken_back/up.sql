-- A stage move that is taken out of a lead's history may leave the lead in another stage: consumers are told.
CREATE FUNCTION stage_moves_taken_back() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO feed (kind, record_id, contact_id, recorded_at)
    VALUES ('lead.updated', new.lead_id, new.contact_id, clock_timestamp());
    RETURN NULL;
END $$;
CREATE TRIGGER stage_moves_taken_back AFTER UPDATE OF deleted_at ON timeline_entries FOR EACH ROW
    WHEN (new.entry_type = 'stage_move' AND new.lead_id IS NOT NULL AND old.deleted_at IS DISTINCT FROM new.deleted_at)
    EXECUTE FUNCTION stage_moves_taken_back();

-- A webhook's deliveries of one type, however rare.
CREATE INDEX webhook_deliveries_by_kind ON webhook_deliveries (webhook_id, kind, id);
