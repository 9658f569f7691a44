-- What a file was taken for before it is run, what each import did, and what undoing it took back.
ALTER TABLE imports ADD COLUMN proposal TEXT;
ALTER TABLE imports ADD COLUMN dry_run TEXT;
-- whether `import_changes` holds all it did
ALTER TABLE imports ADD COLUMN tracked INTEGER NOT NULL DEFAULT 0;
ALTER TABLE imports ADD COLUMN taken_back TEXT;
ALTER TABLE imports ADD COLUMN undone_by BLOB;
ALTER TABLE imports ADD COLUMN undone_by_key BLOB;

CREATE TABLE import_changes (
    import_id BLOB NOT NULL REFERENCES imports (id),
    entity TEXT NOT NULL,
    entity_id BLOB NOT NULL,
    contact_id BLOB,
    action TEXT NOT NULL,
    -- a digest of what was created, as the import left it
    state INTEGER,
    -- field by field, from what to what
    fields TEXT,
    outcome TEXT,
    reason TEXT,
    PRIMARY KEY (import_id, entity, entity_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX import_changes_by_contact ON import_changes (contact_id) WHERE fields IS NOT NULL;
CREATE INDEX import_changes_kept ON import_changes (import_id, entity, entity_id) WHERE outcome = 'kept';

-- What finds a company: its ids in other systems.
CREATE TABLE company_external_ids (
    source TEXT NOT NULL,
    external_id TEXT NOT NULL,
    company_id BLOB NOT NULL REFERENCES companies (id),
    created_at INTEGER NOT NULL,
    PRIMARY KEY (source, external_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX company_external_ids_by_company ON company_external_ids (company_id, source);
