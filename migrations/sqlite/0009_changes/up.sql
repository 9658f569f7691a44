-- The feed becomes the log of every change, in the order of the commits. Rows that a timeline entry makes bear its type;
-- all others bear the name of the change, such as contact.updated. Triggers write it, so that no writer forgets to.
DROP TRIGGER timeline_entries_feed;
CREATE TABLE feed_next (
    seq INTEGER NOT NULL PRIMARY KEY,
    txid INTEGER NOT NULL DEFAULT 0,
    kind TEXT NOT NULL,
    record_id BLOB NOT NULL,
    contact_id BLOB,
    lead_id BLOB,
    recorded_at INTEGER NOT NULL
) STRICT;
INSERT INTO feed_next (seq, txid, kind, record_id, contact_id, lead_id, recorded_at)
SELECT f.seq, f.txid, COALESCE(e.entry_type, 'change'), f.entry_id, f.contact_id, f.lead_id, f.recorded_at
FROM feed f LEFT JOIN timeline_entries e ON e.id = f.entry_id;
DROP TABLE feed;
ALTER TABLE feed_next RENAME TO feed;

-- A lead's first stage is part of its creation.
CREATE TRIGGER timeline_entries_feed AFTER INSERT ON timeline_entries BEGIN
    INSERT INTO feed (kind, record_id, contact_id, lead_id, recorded_at) VALUES (
        CASE WHEN new.entry_type = 'stage_move' AND (
            SELECT count(*) FROM stage_intervals s WHERE s.contact_id = new.contact_id AND s.lead_id = new.lead_id
        ) < 2 THEN 'stage_entry' ELSE new.entry_type END,
        new.id, new.contact_id, new.lead_id, new.recorded_at
    );
END;

CREATE TRIGGER interactions_changed AFTER UPDATE OF version ON timeline_entries
WHEN new.channel IS NOT NULL AND old.version <> new.version BEGIN
    INSERT INTO feed (kind, record_id, contact_id, lead_id, recorded_at) VALUES (
        CASE WHEN old.deleted_at IS NULL AND new.deleted_at IS NOT NULL THEN 'interaction.deleted'
            WHEN old.deleted_at IS NOT NULL AND new.deleted_at IS NULL THEN 'interaction.restored'
            ELSE 'interaction.updated' END,
        new.id, new.contact_id, new.lead_id, new.updated_at
    );
END;

CREATE TRIGGER contacts_created AFTER INSERT ON contacts BEGIN
    INSERT INTO feed (kind, record_id, recorded_at) VALUES ('contact.created', new.id, new.updated_at);
END;
-- What happens to a merged contact shows in its survivor. Where another record was changed, this one keeps its time.
CREATE TRIGGER contacts_changed AFTER UPDATE OF version, owner_id, deleted_at, erased_at, merged_into ON contacts
WHEN old.erased_at IS NOT new.erased_at OR old.merged_into IS NOT new.merged_into OR (new.merged_into IS NULL AND (
    old.version <> new.version OR old.owner_id IS NOT new.owner_id OR old.deleted_at IS NOT new.deleted_at
)) BEGIN
    INSERT INTO feed (kind, record_id, recorded_at) VALUES (
        CASE WHEN old.erased_at IS NOT new.erased_at THEN 'contact.erased'
            WHEN old.merged_into IS NOT new.merged_into AND new.merged_into IS NULL THEN 'contact.unmerged'
            WHEN old.merged_into IS NOT new.merged_into THEN 'contact.merged'
            WHEN old.deleted_at IS NULL AND new.deleted_at IS NOT NULL THEN 'contact.deleted'
            WHEN old.deleted_at IS NOT NULL AND new.deleted_at IS NULL THEN 'contact.restored'
            ELSE 'contact.updated' END,
        new.id,
        CASE WHEN old.updated_at = new.updated_at THEN CAST(unixepoch('subsec') * 1000000 AS INTEGER) ELSE new.updated_at END
    );
END;

CREATE TRIGGER companies_created AFTER INSERT ON companies BEGIN
    INSERT INTO feed (kind, record_id, recorded_at) VALUES ('company.created', new.id, new.updated_at);
END;
CREATE TRIGGER companies_changed AFTER UPDATE OF version, deleted_at ON companies
WHEN old.version <> new.version OR old.deleted_at IS NOT new.deleted_at BEGIN
    INSERT INTO feed (kind, record_id, recorded_at) VALUES (
        CASE WHEN old.deleted_at IS NULL AND new.deleted_at IS NOT NULL THEN 'company.deleted'
            WHEN old.deleted_at IS NOT NULL AND new.deleted_at IS NULL THEN 'company.restored'
            ELSE 'company.updated' END,
        new.id, new.updated_at
    );
END;

CREATE TRIGGER leads_created AFTER INSERT ON leads BEGIN
    INSERT INTO feed (kind, record_id, contact_id, recorded_at) VALUES ('lead.created', new.id, new.contact_id, new.updated_at);
END;
-- A move to another stage is told by its timeline entry.
CREATE TRIGGER leads_changed AFTER UPDATE ON leads
WHEN old.deleted_at IS NOT new.deleted_at OR old.title <> new.title OR old.company_id IS NOT new.company_id
    OR old.owner_id IS NOT new.owner_id OR old.amount IS NOT new.amount OR old.currency IS NOT new.currency
    OR old.source IS NOT new.source OR old.source_id IS NOT new.source_id
    OR old.expected_close_on IS NOT new.expected_close_on OR old.custom <> new.custom
    OR (old.stage_id = new.stage_id AND old.lost_reason_id IS NOT new.lost_reason_id) BEGIN
    INSERT INTO feed (kind, record_id, contact_id, recorded_at) VALUES (
        CASE WHEN old.deleted_at IS NULL AND new.deleted_at IS NOT NULL THEN 'lead.deleted'
            WHEN old.deleted_at IS NOT NULL AND new.deleted_at IS NULL THEN 'lead.restored'
            ELSE 'lead.updated' END,
        new.id, new.contact_id,
        CASE WHEN old.updated_at = new.updated_at THEN CAST(unixepoch('subsec') * 1000000 AS INTEGER) ELSE new.updated_at END
    );
END;

CREATE TRIGGER tasks_created AFTER INSERT ON tasks BEGIN
    INSERT INTO feed (kind, record_id, contact_id, lead_id, recorded_at)
    VALUES ('task.created', new.id, new.contact_id, new.lead_id, new.updated_at);
END;
CREATE TRIGGER tasks_changed AFTER UPDATE ON tasks
WHEN old.version <> new.version OR old.title <> new.title OR old.body IS NOT new.body BEGIN
    INSERT INTO feed (kind, record_id, contact_id, lead_id, recorded_at) VALUES (
        CASE WHEN old.deleted_at IS NULL AND new.deleted_at IS NOT NULL THEN 'task.deleted'
            WHEN old.deleted_at IS NOT NULL AND new.deleted_at IS NULL THEN 'task.restored'
            WHEN old.done_at IS NULL AND new.done_at IS NOT NULL THEN 'task.completed'
            ELSE 'task.updated' END,
        new.id, new.contact_id, new.lead_id,
        CASE WHEN old.updated_at = new.updated_at THEN CAST(unixepoch('subsec') * 1000000 AS INTEGER) ELSE new.updated_at END
    );
END;
