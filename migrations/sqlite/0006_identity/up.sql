-- Who is who: how each identity came to its contact, merges that can be undone, likely duplicates, the live feed.

-- A merged contact keeps its facts; it is read through the survivor that `merged_into` names, always the root.
ALTER TABLE contacts ADD COLUMN merged_into BLOB REFERENCES contacts (id);
-- how many contacts are merged into this one
ALTER TABLE contacts ADD COLUMN members INTEGER NOT NULL DEFAULT 0;
-- known by anonymous ids only
ALTER TABLE contacts ADD COLUMN anonymous INTEGER NOT NULL DEFAULT 0;
-- a survivor's own fields, as they were before its first merge
ALTER TABLE contacts ADD COLUMN own TEXT;
CREATE INDEX contacts_by_survivor ON contacts (merged_into) WHERE merged_into IS NOT NULL;

ALTER TABLE identities ADD COLUMN cause TEXT NOT NULL DEFAULT 'stated';
ALTER TABLE identities ADD COLUMN confidence INTEGER NOT NULL DEFAULT 100;
ALTER TABLE identities ADD COLUMN first_seen INTEGER NOT NULL DEFAULT 0;
ALTER TABLE identities ADD COLUMN last_seen INTEGER NOT NULL DEFAULT 0;
UPDATE identities SET first_seen = created_at, last_seen = created_at;
-- The value first: a planner that takes a kind to be rare, since it was when statistics were made, would read all of it.
DROP INDEX identities_find;
CREATE UNIQUE INDEX identities_find ON identities (value, kind, source) WHERE retired_at IS NULL;

-- Append-only: every decision about identities, with its cause.
CREATE TABLE identity_events (
    contact_id BLOB NOT NULL REFERENCES contacts (id),
    id BLOB NOT NULL,
    at INTEGER NOT NULL,
    decision TEXT NOT NULL,
    kind TEXT,
    source TEXT,
    value TEXT,
    cause TEXT NOT NULL,
    -- the identity that led to the decision
    via TEXT,
    other_id BLOB,
    message_id TEXT,
    PRIMARY KEY (contact_id, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE merges (
    id BLOB NOT NULL PRIMARY KEY,
    survivor_id BLOB NOT NULL REFERENCES contacts (id),
    loser_id BLOB NOT NULL REFERENCES contacts (id),
    -- the loser and those merged into it before
    moved TEXT NOT NULL,
    -- field by field, whose value the caller chose
    choices TEXT NOT NULL,
    loser_newer INTEGER NOT NULL,
    loser_older INTEGER NOT NULL,
    changes TEXT NOT NULL,
    -- what undoing needs: the loser's owner, the edits made to the survivor before
    kept TEXT NOT NULL,
    cause TEXT NOT NULL,
    reason TEXT,
    user_id BLOB,
    api_key_id BLOB,
    at INTEGER NOT NULL,
    undone_at INTEGER
) STRICT;
CREATE INDEX merges_by_survivor ON merges (survivor_id, at, id);
CREATE INDEX merges_by_loser ON merges (loser_id, at, id);

-- What contacts that may be the same person have in common.
CREATE TABLE duplicate_keys (
    contact_id BLOB NOT NULL REFERENCES contacts (id),
    key TEXT NOT NULL,
    PRIMARY KEY (contact_id, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX duplicate_keys_find ON duplicate_keys (key, contact_id);

CREATE TABLE duplicates (
    id BLOB NOT NULL PRIMARY KEY,
    first_id BLOB NOT NULL REFERENCES contacts (id),
    second_id BLOB NOT NULL REFERENCES contacts (id),
    score INTEGER NOT NULL,
    reasons TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    closed_at INTEGER,
    closed_as TEXT,
    UNIQUE (first_id, second_id)
) STRICT;
CREATE INDEX duplicates_open ON duplicates (score, id) WHERE closed_at IS NULL;
CREATE INDEX duplicates_by_second ON duplicates (second_id);

-- New timeline entries in the order of their commits. `txid` tells on PostgreSQL which commits are complete.
CREATE TABLE feed (
    seq INTEGER NOT NULL PRIMARY KEY,
    txid INTEGER NOT NULL DEFAULT 0,
    contact_id BLOB NOT NULL,
    entry_id BLOB NOT NULL,
    lead_id BLOB,
    recorded_at INTEGER NOT NULL
) STRICT;
CREATE TRIGGER timeline_entries_feed AFTER INSERT ON timeline_entries BEGIN
    INSERT INTO feed (contact_id, entry_id, lead_id, recorded_at) VALUES (new.contact_id, new.id, new.lead_id, new.recorded_at);
END;
