-- One line per client: interactions, notes, tasks, stage moves and changes in one order.
CREATE TABLE timeline_entries (
    contact_id uuid NOT NULL REFERENCES contacts (id),
    occurred_at timestamptz NOT NULL,
    id uuid NOT NULL,
    entry_type text NOT NULL,
    lead_id uuid,
    channel text,
    online boolean,
    direction text,
    kind text,
    subject text,
    body text,
    duration_seconds integer,
    amount bigint,
    currency text,
    campaign text,
    utm_source text,
    utm_medium text,
    utm_campaign text,
    utm_term text,
    utm_content text,
    source text,
    source_id text,
    user_id uuid,
    api_key_id uuid,
    properties jsonb,
    version bigint NOT NULL,
    recorded_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    deleted_at timestamptz,
    PRIMARY KEY (contact_id, occurred_at, id)
);
CREATE UNIQUE INDEX timeline_entries_by_id ON timeline_entries (id);
CREATE UNIQUE INDEX timeline_entries_by_source ON timeline_entries (source, source_id) WHERE source_id IS NOT NULL;
CREATE INDEX timeline_entries_by_time ON timeline_entries (occurred_at, id);
CREATE INDEX timeline_entries_by_lead ON timeline_entries (lead_id, occurred_at, id) WHERE lead_id IS NOT NULL;

-- Kept with every interaction, so a record page costs the same for a client of ten years.
CREATE TABLE channel_totals (
    contact_id uuid NOT NULL REFERENCES contacts (id),
    channel text NOT NULL,
    online boolean NOT NULL,
    interactions bigint NOT NULL,
    first_at timestamptz NOT NULL,
    last_at timestamptz NOT NULL,
    PRIMARY KEY (contact_id, channel, online)
);

-- A task's timeline entry has the task's id.
CREATE TABLE tasks (
    contact_id uuid NOT NULL REFERENCES contacts (id),
    id uuid NOT NULL,
    lead_id uuid,
    title text NOT NULL,
    body text,
    due_at timestamptz,
    assignee_id uuid REFERENCES users (id),
    done_at timestamptz,
    created_by uuid,
    created_by_key uuid,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    deleted_at timestamptz,
    PRIMARY KEY (contact_id, id)
);
CREATE UNIQUE INDEX tasks_by_id ON tasks (id);
CREATE INDEX tasks_by_creation ON tasks (created_at, id);
CREATE INDEX tasks_by_due ON tasks (due_at, id);
CREATE INDEX tasks_by_assignee ON tasks (assignee_id, due_at, id);
CREATE INDEX tasks_by_contact ON tasks (contact_id, due_at, id);
CREATE INDEX tasks_by_lead ON tasks (lead_id, due_at, id) WHERE lead_id IS NOT NULL;
CREATE INDEX tasks_open ON tasks (contact_id, due_at, id) WHERE done_at IS NULL AND deleted_at IS NULL;
