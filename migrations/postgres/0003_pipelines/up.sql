-- Pipelines, their stages, the leads in them and the exact history of where each lead stood.
CREATE TABLE pipelines (
    id uuid NOT NULL PRIMARY KEY,
    name text NOT NULL,
    position integer NOT NULL,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    archived_at timestamptz
);

CREATE TABLE stages (
    id uuid NOT NULL PRIMARY KEY,
    pipeline_id uuid NOT NULL REFERENCES pipelines (id),
    name text NOT NULL,
    position integer NOT NULL,
    -- never changes: names the stage in lead_paths.path
    ordinal integer NOT NULL,
    kind text NOT NULL,
    probability integer NOT NULL,
    stale_after_days integer,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    archived_at timestamptz
);
CREATE INDEX stages_by_pipeline ON stages (pipeline_id, position);
CREATE UNIQUE INDEX stages_by_ordinal ON stages (pipeline_id, ordinal);

CREATE TABLE lost_reasons (
    id uuid NOT NULL PRIMARY KEY,
    name text NOT NULL UNIQUE,
    position integer NOT NULL,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    archived_at timestamptz
);

CREATE TABLE leads (
    seq bigint NOT NULL GENERATED ALWAYS AS IDENTITY UNIQUE,
    contact_id uuid NOT NULL REFERENCES contacts (id),
    id uuid NOT NULL,
    pipeline_id uuid NOT NULL REFERENCES pipelines (id),
    stage_id uuid NOT NULL REFERENCES stages (id),
    -- kind of the current stage, and when the lead entered it
    stage_kind text NOT NULL,
    stage_entered_at timestamptz NOT NULL,
    -- first entry to the pipeline
    entered_at timestamptz NOT NULL,
    -- entry to the current stage where that is won or lost
    closed_at timestamptz,
    title text NOT NULL,
    company_id uuid REFERENCES companies (id),
    owner_id uuid REFERENCES users (id),
    amount bigint,
    currency text,
    source text,
    source_id text,
    expected_close_on date,
    lost_reason_id uuid REFERENCES lost_reasons (id),
    custom jsonb NOT NULL,
    search_text text NOT NULL,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    deleted_at timestamptz,
    PRIMARY KEY (contact_id, id)
);
CREATE UNIQUE INDEX leads_by_id ON leads (id);
CREATE UNIQUE INDEX leads_by_source_id ON leads (source, source_id) WHERE source_id IS NOT NULL;
CREATE INDEX leads_by_creation ON leads (created_at, id);
CREATE INDEX leads_by_update ON leads (updated_at, id);
CREATE INDEX leads_by_cohort ON leads (pipeline_id, entered_at, id);
CREATE INDEX leads_by_stage ON leads (stage_id, stage_entered_at, id);
CREATE INDEX leads_by_owner ON leads (owner_id, created_at, id);
CREATE INDEX leads_by_company ON leads (company_id, created_at, id) WHERE company_id IS NOT NULL;
CREATE INDEX leads_by_close ON leads (pipeline_id, closed_at, id) WHERE closed_at IS NOT NULL;
CREATE INDEX leads_search ON leads USING gin (search_text gin_trgm_ops);

-- [entered_at, exited_at): a lead's intervals tile its life with no gap or overlap.
-- `id` orders moves made at one instant. `starts`: the lead's life begins here.
CREATE TABLE stage_intervals (
    contact_id uuid NOT NULL REFERENCES contacts (id),
    lead_id uuid NOT NULL,
    entered_at timestamptz NOT NULL,
    id uuid NOT NULL,
    pipeline_id uuid NOT NULL,
    stage_id uuid NOT NULL REFERENCES stages (id),
    exited_at timestamptz,
    starts boolean NOT NULL,
    reason text,
    lost_reason_id uuid REFERENCES lost_reasons (id),
    moved_by uuid,
    moved_by_key uuid,
    recorded_at timestamptz NOT NULL,
    PRIMARY KEY (contact_id, lead_id, entered_at, id)
);
CREATE INDEX stage_intervals_by_stage ON stage_intervals (stage_id, starts, entered_at, lead_id);

-- What funnels read: one narrow row for each lead that is not deleted, in the order of entry to the pipeline.
-- `path` packs the amount, the currency and every (stage, instant) of the lead's intervals.
CREATE TABLE lead_paths (
    pipeline_id uuid NOT NULL,
    entered_at timestamptz NOT NULL,
    lead_id uuid NOT NULL,
    owner_id uuid,
    source text,
    path bytea NOT NULL,
    PRIMARY KEY (pipeline_id, entered_at, lead_id)
);
CREATE UNIQUE INDEX lead_paths_by_lead ON lead_paths (lead_id);
