-- What other systems send: events that could not be taken, what they say about people, their names of companies.
ALTER TABLE api_keys ADD COLUMN origins jsonb;

-- The id first: a planner that takes a source to be rare, since it was when statistics were made, would read all of it.
DROP INDEX timeline_entries_by_source;
CREATE UNIQUE INDEX timeline_entries_by_source ON timeline_entries (source_id, source) WHERE source_id IS NOT NULL;

-- Nothing is removed, save when a person is erased: a replayed event keeps its row.
CREATE TABLE ingest_refused (
    id uuid NOT NULL PRIMARY KEY,
    api_key_id uuid NOT NULL REFERENCES api_keys (id),
    source text NOT NULL,
    -- the message id's digest, else the event's: what is sent again is the same
    fingerprint bytea NOT NULL,
    message_id text,
    code text NOT NULL,
    reason text NOT NULL,
    -- the endpoint and what the batch shared
    envelope jsonb NOT NULL,
    -- as it came: it may hold what jsonb cannot
    event text NOT NULL,
    attempts integer NOT NULL,
    received_at timestamptz NOT NULL,
    tried_at timestamptz NOT NULL,
    replayed_at timestamptz
);
CREATE UNIQUE INDEX ingest_refused_once ON ingest_refused (source, fingerprint);
CREATE INDEX ingest_refused_by_time ON ingest_refused (received_at, id);
CREATE INDEX ingest_refused_by_source ON ingest_refused (source, received_at, id);
CREATE INDEX ingest_refused_by_code ON ingest_refused (code, received_at, id);
CREATE INDEX ingest_refused_open ON ingest_refused (received_at, id) WHERE replayed_at IS NULL;
CREATE INDEX ingest_refused_to_try ON ingest_refused (tried_at, id) WHERE replayed_at IS NULL;

-- What senders say about a person, as they say it.
CREATE TABLE contact_traits (
    contact_id uuid NOT NULL PRIMARY KEY REFERENCES contacts (id),
    traits jsonb NOT NULL,
    version bigint NOT NULL,
    updated_at timestamptz NOT NULL
);

-- Senders' ids of companies.
CREATE TABLE company_groups (
    group_id text NOT NULL PRIMARY KEY,
    company_id uuid NOT NULL REFERENCES companies (id),
    created_at timestamptz NOT NULL
);

-- Which conversation a message belongs to.
CREATE TABLE email_messages (
    message_id text NOT NULL PRIMARY KEY,
    thread_id text NOT NULL,
    received_at timestamptz NOT NULL
);
