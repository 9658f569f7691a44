-- What other systems send: events that could not be taken, what they say about people, their names of companies.
ALTER TABLE api_keys ADD COLUMN origins TEXT;

-- The id first: a planner that takes a source to be rare, since it was when statistics were made, would read all of it.
DROP INDEX timeline_entries_by_source;
CREATE UNIQUE INDEX timeline_entries_by_source ON timeline_entries (source_id, source) WHERE source_id IS NOT NULL;

-- Nothing is removed, save when a person is erased: a replayed event keeps its row.
CREATE TABLE ingest_refused (
    id BLOB NOT NULL PRIMARY KEY,
    api_key_id BLOB NOT NULL REFERENCES api_keys (id),
    source TEXT NOT NULL,
    -- the message id's digest, else the event's: what is sent again is the same
    fingerprint BLOB NOT NULL,
    message_id TEXT,
    code TEXT NOT NULL,
    reason TEXT NOT NULL,
    -- the endpoint and what the batch shared
    envelope TEXT NOT NULL,
    -- as it came: it may hold what jsonb cannot
    event TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    received_at INTEGER NOT NULL,
    tried_at INTEGER NOT NULL,
    replayed_at INTEGER
) STRICT;
CREATE UNIQUE INDEX ingest_refused_once ON ingest_refused (source, fingerprint);
CREATE INDEX ingest_refused_by_time ON ingest_refused (received_at, id);
CREATE INDEX ingest_refused_by_source ON ingest_refused (source, received_at, id);
CREATE INDEX ingest_refused_by_code ON ingest_refused (code, received_at, id);
CREATE INDEX ingest_refused_open ON ingest_refused (received_at, id) WHERE replayed_at IS NULL;
CREATE INDEX ingest_refused_to_try ON ingest_refused (tried_at, id) WHERE replayed_at IS NULL;

-- What senders say about a person, as they say it.
CREATE TABLE contact_traits (
    contact_id BLOB NOT NULL PRIMARY KEY REFERENCES contacts (id),
    traits TEXT NOT NULL,
    version INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;

-- Senders' ids of companies.
CREATE TABLE company_groups (
    group_id TEXT NOT NULL PRIMARY KEY,
    company_id BLOB NOT NULL REFERENCES companies (id),
    created_at INTEGER NOT NULL
) STRICT;

-- Which conversation a message belongs to.
CREATE TABLE email_messages (
    message_id TEXT NOT NULL PRIMARY KEY,
    thread_id TEXT NOT NULL,
    received_at INTEGER NOT NULL
) STRICT;
