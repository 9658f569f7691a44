-- What a file was taken for before it is run, what each import did, and what undoing it took back.
ALTER TABLE imports ADD COLUMN proposal jsonb;
ALTER TABLE imports ADD COLUMN dry_run jsonb;
-- whether `import_changes` holds all it did
ALTER TABLE imports ADD COLUMN tracked boolean NOT NULL DEFAULT false;
ALTER TABLE imports ADD COLUMN taken_back jsonb;
ALTER TABLE imports ADD COLUMN undone_by uuid;
ALTER TABLE imports ADD COLUMN undone_by_key uuid;

CREATE TABLE import_changes (
    import_id uuid NOT NULL REFERENCES imports (id),
    entity text NOT NULL,
    entity_id uuid NOT NULL,
    contact_id uuid,
    action text NOT NULL,
    -- a digest of what was created, as the import left it
    state bigint,
    -- field by field, from what to what
    fields jsonb,
    outcome text,
    reason text,
    PRIMARY KEY (import_id, entity, entity_id)
);
CREATE INDEX import_changes_by_contact ON import_changes (contact_id) WHERE fields IS NOT NULL;
CREATE INDEX import_changes_kept ON import_changes (import_id, entity, entity_id) WHERE outcome = 'kept';

-- What finds a company: its ids in other systems.
CREATE TABLE company_external_ids (
    source text NOT NULL,
    external_id text NOT NULL,
    company_id uuid NOT NULL REFERENCES companies (id),
    created_at timestamptz NOT NULL,
    PRIMARY KEY (source, external_id)
);
CREATE INDEX company_external_ids_by_company ON company_external_ids (company_id, source);
