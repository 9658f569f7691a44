-- Pipelines, their stages, the leads in them and the exact history of where each lead stood.
CREATE TABLE pipelines (
    id BLOB NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    position INTEGER NOT NULL,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    archived_at INTEGER
) STRICT;

CREATE TABLE stages (
    id BLOB NOT NULL PRIMARY KEY,
    pipeline_id BLOB NOT NULL REFERENCES pipelines (id),
    name TEXT NOT NULL,
    position INTEGER NOT NULL,
    -- never changes: names the stage in lead_paths.path
    ordinal INTEGER NOT NULL,
    kind TEXT NOT NULL,
    probability INTEGER NOT NULL,
    stale_after_days INTEGER,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    archived_at INTEGER
) STRICT;
CREATE INDEX stages_by_pipeline ON stages (pipeline_id, position);
CREATE UNIQUE INDEX stages_by_ordinal ON stages (pipeline_id, ordinal);

CREATE TABLE lost_reasons (
    id BLOB NOT NULL PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    position INTEGER NOT NULL,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    archived_at INTEGER
) STRICT;

CREATE TABLE leads (
    seq INTEGER NOT NULL PRIMARY KEY,
    contact_id BLOB NOT NULL REFERENCES contacts (id),
    id BLOB NOT NULL,
    pipeline_id BLOB NOT NULL REFERENCES pipelines (id),
    stage_id BLOB NOT NULL REFERENCES stages (id),
    -- kind of the current stage, and when the lead entered it
    stage_kind TEXT NOT NULL,
    stage_entered_at INTEGER NOT NULL,
    -- first entry to the pipeline
    entered_at INTEGER NOT NULL,
    -- entry to the current stage where that is won or lost
    closed_at INTEGER,
    title TEXT NOT NULL,
    company_id BLOB REFERENCES companies (id),
    owner_id BLOB REFERENCES users (id),
    amount INTEGER,
    currency TEXT,
    source TEXT,
    source_id TEXT,
    expected_close_on TEXT,
    lost_reason_id BLOB REFERENCES lost_reasons (id),
    custom TEXT NOT NULL,
    search_text TEXT NOT NULL,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    deleted_at INTEGER,
    UNIQUE (contact_id, id)
) STRICT;
CREATE UNIQUE INDEX leads_by_id ON leads (id);
CREATE UNIQUE INDEX leads_by_source_id ON leads (source, source_id) WHERE source_id IS NOT NULL;
CREATE INDEX leads_by_creation ON leads (created_at, id);
CREATE INDEX leads_by_update ON leads (updated_at, id);
CREATE INDEX leads_by_cohort ON leads (pipeline_id, entered_at, id);
CREATE INDEX leads_by_stage ON leads (stage_id, stage_entered_at, id);
CREATE INDEX leads_by_owner ON leads (owner_id, created_at, id);
CREATE INDEX leads_by_company ON leads (company_id, created_at, id) WHERE company_id IS NOT NULL;
CREATE INDEX leads_by_close ON leads (pipeline_id, closed_at, id) WHERE closed_at IS NOT NULL;

CREATE VIRTUAL TABLE leads_search USING fts5(search_text, content = 'leads', content_rowid = 'seq', tokenize = 'trigram', detail = 'none');
CREATE TRIGGER leads_search_insert AFTER INSERT ON leads BEGIN
    INSERT INTO leads_search (rowid, search_text) VALUES (new.seq, new.search_text);
END;
CREATE TRIGGER leads_search_update AFTER UPDATE OF search_text ON leads WHEN old.search_text <> new.search_text BEGIN
    INSERT INTO leads_search (leads_search, rowid, search_text) VALUES ('delete', old.seq, old.search_text);
    INSERT INTO leads_search (rowid, search_text) VALUES (new.seq, new.search_text);
END;
CREATE TRIGGER leads_search_delete AFTER DELETE ON leads BEGIN
    INSERT INTO leads_search (leads_search, rowid, search_text) VALUES ('delete', old.seq, old.search_text);
END;

-- [entered_at, exited_at): a lead's intervals tile its life with no gap or overlap.
-- `id` orders moves made at one instant. `starts`: the lead's life begins here.
CREATE TABLE stage_intervals (
    contact_id BLOB NOT NULL REFERENCES contacts (id),
    lead_id BLOB NOT NULL,
    entered_at INTEGER NOT NULL,
    id BLOB NOT NULL,
    pipeline_id BLOB NOT NULL,
    stage_id BLOB NOT NULL REFERENCES stages (id),
    exited_at INTEGER,
    starts INTEGER NOT NULL,
    reason TEXT,
    lost_reason_id BLOB REFERENCES lost_reasons (id),
    moved_by BLOB,
    moved_by_key BLOB,
    recorded_at INTEGER NOT NULL,
    PRIMARY KEY (contact_id, lead_id, entered_at, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX stage_intervals_by_stage ON stage_intervals (stage_id, starts, entered_at, lead_id);

-- What funnels read: one narrow row for each lead that is not deleted, in the order of entry to the pipeline.
-- `path` packs the amount, the currency and every (stage, instant) of the lead's intervals.
CREATE TABLE lead_paths (
    pipeline_id BLOB NOT NULL,
    entered_at INTEGER NOT NULL,
    lead_id BLOB NOT NULL,
    owner_id BLOB,
    source TEXT,
    path BLOB NOT NULL,
    PRIMARY KEY (pipeline_id, entered_at, lead_id)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX lead_paths_by_lead ON lead_paths (lead_id);
