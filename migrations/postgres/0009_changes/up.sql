-- The feed becomes the log of every change, in the order of the commits. Rows that a timeline entry makes bear its type;
-- all others bear the name of the change, such as contact.updated. Triggers write it, so that no writer forgets to.
ALTER TABLE feed RENAME COLUMN entry_id TO record_id;
ALTER TABLE feed ALTER COLUMN contact_id DROP NOT NULL;
ALTER TABLE feed ADD COLUMN kind text NOT NULL DEFAULT 'change';
UPDATE feed SET kind = e.entry_type FROM timeline_entries e WHERE e.id = feed.record_id;
ALTER TABLE feed ALTER COLUMN kind DROP DEFAULT;

CREATE OR REPLACE FUNCTION timeline_entries_feed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO feed (kind, record_id, contact_id, lead_id, recorded_at)
    SELECT n.entry_type, n.id, n.contact_id, n.lead_id, n.recorded_at FROM new_entries n
    WHERE n.entry_type <> 'stage_move';
    RETURN NULL;
END $$;
-- A lead's first stage is part of its creation. Apart from the others, which would pay for the question.
CREATE FUNCTION stage_moves_feed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO feed (kind, record_id, contact_id, lead_id, recorded_at)
    SELECT CASE WHEN count(*) < 2 THEN 'stage_entry' ELSE 'stage_move' END,
        new.id, new.contact_id, new.lead_id, new.recorded_at
    FROM stage_intervals s WHERE s.contact_id = new.contact_id AND s.lead_id = new.lead_id;
    RETURN NULL;
END $$;
CREATE TRIGGER stage_moves_feed AFTER INSERT ON timeline_entries FOR EACH ROW
    WHEN (new.entry_type = 'stage_move') EXECUTE FUNCTION stage_moves_feed();

-- One row for each record that a statement made.
CREATE FUNCTION feed_created() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO feed (kind, record_id, recorded_at) SELECT TG_ARGV[0], n.id, n.updated_at FROM new_rows n;
    RETURN NULL;
END $$;
CREATE TRIGGER contacts_created AFTER INSERT ON contacts REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION feed_created('contact.created');
CREATE TRIGGER companies_created AFTER INSERT ON companies REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION feed_created('company.created');
CREATE FUNCTION feed_created_for_contact() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO feed (kind, record_id, contact_id, recorded_at)
    SELECT TG_ARGV[0], n.id, n.contact_id, n.updated_at FROM new_rows n;
    RETURN NULL;
END $$;
CREATE TRIGGER leads_created AFTER INSERT ON leads REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION feed_created_for_contact('lead.created');
CREATE FUNCTION tasks_created() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO feed (kind, record_id, contact_id, lead_id, recorded_at)
    SELECT 'task.created', n.id, n.contact_id, n.lead_id, n.updated_at FROM new_rows n;
    RETURN NULL;
END $$;
CREATE TRIGGER tasks_created AFTER INSERT ON tasks REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION tasks_created();

CREATE FUNCTION interactions_changed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO feed (kind, record_id, contact_id, lead_id, recorded_at) VALUES (
        CASE WHEN old.deleted_at IS NULL AND new.deleted_at IS NOT NULL THEN 'interaction.deleted'
            WHEN old.deleted_at IS NOT NULL AND new.deleted_at IS NULL THEN 'interaction.restored'
            ELSE 'interaction.updated' END,
        new.id, new.contact_id, new.lead_id, new.updated_at
    );
    RETURN NULL;
END $$;
CREATE TRIGGER interactions_changed AFTER UPDATE OF version ON timeline_entries FOR EACH ROW
    WHEN (new.channel IS NOT NULL AND old.version <> new.version) EXECUTE FUNCTION interactions_changed();

-- What happens to a merged contact shows in its survivor. Where another record was changed, this one keeps its time.
CREATE FUNCTION contacts_changed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO feed (kind, record_id, recorded_at) VALUES (
        CASE WHEN old.erased_at IS DISTINCT FROM new.erased_at THEN 'contact.erased'
            WHEN old.merged_into IS DISTINCT FROM new.merged_into AND new.merged_into IS NULL THEN 'contact.unmerged'
            WHEN old.merged_into IS DISTINCT FROM new.merged_into THEN 'contact.merged'
            WHEN old.deleted_at IS NULL AND new.deleted_at IS NOT NULL THEN 'contact.deleted'
            WHEN old.deleted_at IS NOT NULL AND new.deleted_at IS NULL THEN 'contact.restored'
            ELSE 'contact.updated' END,
        new.id,
        CASE WHEN old.updated_at = new.updated_at THEN clock_timestamp() ELSE new.updated_at END
    );
    RETURN NULL;
END $$;
CREATE TRIGGER contacts_changed AFTER UPDATE OF version, owner_id, deleted_at, erased_at, merged_into ON contacts
    FOR EACH ROW WHEN (
        old.erased_at IS DISTINCT FROM new.erased_at OR old.merged_into IS DISTINCT FROM new.merged_into
        OR (new.merged_into IS NULL AND (
            old.version <> new.version OR old.owner_id IS DISTINCT FROM new.owner_id
            OR old.deleted_at IS DISTINCT FROM new.deleted_at
        ))
    ) EXECUTE FUNCTION contacts_changed();

CREATE FUNCTION companies_changed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO feed (kind, record_id, recorded_at) VALUES (
        CASE WHEN old.deleted_at IS NULL AND new.deleted_at IS NOT NULL THEN 'company.deleted'
            WHEN old.deleted_at IS NOT NULL AND new.deleted_at IS NULL THEN 'company.restored'
            ELSE 'company.updated' END,
        new.id, new.updated_at
    );
    RETURN NULL;
END $$;
CREATE TRIGGER companies_changed AFTER UPDATE OF version, deleted_at ON companies FOR EACH ROW
    WHEN (old.version <> new.version OR old.deleted_at IS DISTINCT FROM new.deleted_at)
    EXECUTE FUNCTION companies_changed();

-- A move to another stage is told by its timeline entry.
CREATE FUNCTION leads_changed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO feed (kind, record_id, contact_id, recorded_at) VALUES (
        CASE WHEN old.deleted_at IS NULL AND new.deleted_at IS NOT NULL THEN 'lead.deleted'
            WHEN old.deleted_at IS NOT NULL AND new.deleted_at IS NULL THEN 'lead.restored'
            ELSE 'lead.updated' END,
        new.id, new.contact_id,
        CASE WHEN old.updated_at = new.updated_at THEN clock_timestamp() ELSE new.updated_at END
    );
    RETURN NULL;
END $$;
CREATE TRIGGER leads_changed AFTER UPDATE ON leads FOR EACH ROW WHEN (
    old.deleted_at IS DISTINCT FROM new.deleted_at OR old.title <> new.title
    OR old.company_id IS DISTINCT FROM new.company_id OR old.owner_id IS DISTINCT FROM new.owner_id
    OR old.amount IS DISTINCT FROM new.amount OR old.currency IS DISTINCT FROM new.currency
    OR old.source IS DISTINCT FROM new.source OR old.source_id IS DISTINCT FROM new.source_id
    OR old.expected_close_on IS DISTINCT FROM new.expected_close_on OR old.custom <> new.custom
    OR (old.stage_id = new.stage_id AND old.lost_reason_id IS DISTINCT FROM new.lost_reason_id)
) EXECUTE FUNCTION leads_changed();

CREATE FUNCTION tasks_changed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO feed (kind, record_id, contact_id, lead_id, recorded_at) VALUES (
        CASE WHEN old.deleted_at IS NULL AND new.deleted_at IS NOT NULL THEN 'task.deleted'
            WHEN old.deleted_at IS NOT NULL AND new.deleted_at IS NULL THEN 'task.restored'
            WHEN old.done_at IS NULL AND new.done_at IS NOT NULL THEN 'task.completed'
            ELSE 'task.updated' END,
        new.id, new.contact_id, new.lead_id,
        CASE WHEN old.updated_at = new.updated_at THEN clock_timestamp() ELSE new.updated_at END
    );
    RETURN NULL;
END $$;
CREATE TRIGGER tasks_changed AFTER UPDATE ON tasks FOR EACH ROW
    WHEN (old.version <> new.version OR old.title <> new.title OR old.body IS DISTINCT FROM new.body)
    EXECUTE FUNCTION tasks_changed();
