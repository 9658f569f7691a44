-- One line per client: interactions, notes, tasks, stage moves and changes in one order.
CREATE TABLE timeline_entries (
    contact_id BLOB NOT NULL REFERENCES contacts (id),
    occurred_at INTEGER NOT NULL,
    id BLOB NOT NULL,
    entry_type TEXT NOT NULL,
    lead_id BLOB,
    channel TEXT,
    online INTEGER,
    direction TEXT,
    kind TEXT,
    subject TEXT,
    body TEXT,
    duration_seconds INTEGER,
    amount INTEGER,
    currency TEXT,
    campaign TEXT,
    utm_source TEXT,
    utm_medium TEXT,
    utm_campaign TEXT,
    utm_term TEXT,
    utm_content TEXT,
    source TEXT,
    source_id TEXT,
    user_id BLOB,
    api_key_id BLOB,
    properties TEXT,
    version INTEGER NOT NULL,
    recorded_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    deleted_at INTEGER,
    PRIMARY KEY (contact_id, occurred_at, id)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX timeline_entries_by_id ON timeline_entries (id);
CREATE UNIQUE INDEX timeline_entries_by_source ON timeline_entries (source, source_id) WHERE source_id IS NOT NULL;
CREATE INDEX timeline_entries_by_time ON timeline_entries (occurred_at, id);
CREATE INDEX timeline_entries_by_lead ON timeline_entries (lead_id, occurred_at, id) WHERE lead_id IS NOT NULL;

-- Kept with every interaction, so a record page costs the same for a client of ten years.
CREATE TABLE channel_totals (
    contact_id BLOB NOT NULL REFERENCES contacts (id),
    channel TEXT NOT NULL,
    online INTEGER NOT NULL,
    interactions INTEGER NOT NULL,
    first_at INTEGER NOT NULL,
    last_at INTEGER NOT NULL,
    PRIMARY KEY (contact_id, channel, online)
) STRICT, WITHOUT ROWID;

-- A task's timeline entry has the task's id.
CREATE TABLE tasks (
    contact_id BLOB NOT NULL REFERENCES contacts (id),
    id BLOB NOT NULL,
    lead_id BLOB,
    title TEXT NOT NULL,
    body TEXT,
    due_at INTEGER,
    assignee_id BLOB REFERENCES users (id),
    done_at INTEGER,
    created_by BLOB,
    created_by_key BLOB,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    deleted_at INTEGER,
    PRIMARY KEY (contact_id, id)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX tasks_by_id ON tasks (id);
CREATE INDEX tasks_by_creation ON tasks (created_at, id);
CREATE INDEX tasks_by_due ON tasks (due_at, id);
CREATE INDEX tasks_by_assignee ON tasks (assignee_id, due_at, id);
CREATE INDEX tasks_by_contact ON tasks (contact_id, due_at, id);
CREATE INDEX tasks_by_lead ON tasks (lead_id, due_at, id) WHERE lead_id IS NOT NULL;
CREATE INDEX tasks_open ON tasks (contact_id, due_at, id) WHERE done_at IS NULL AND deleted_at IS NULL;
