-- Who is who: how each identity came to its contact, merges that can be undone, likely duplicates, the live feed.

-- A merged contact keeps its facts; it is read through the survivor that `merged_into` names, always the root.
ALTER TABLE contacts ADD COLUMN merged_into uuid REFERENCES contacts (id);
-- how many contacts are merged into this one
ALTER TABLE contacts ADD COLUMN members integer NOT NULL DEFAULT 0;
-- known by anonymous ids only
ALTER TABLE contacts ADD COLUMN anonymous boolean NOT NULL DEFAULT false;
-- a survivor's own fields, as they were before its first merge
ALTER TABLE contacts ADD COLUMN own jsonb;
CREATE INDEX contacts_by_survivor ON contacts (merged_into) WHERE merged_into IS NOT NULL;

ALTER TABLE identities ADD COLUMN cause text NOT NULL DEFAULT 'stated';
ALTER TABLE identities ADD COLUMN confidence integer NOT NULL DEFAULT 100;
ALTER TABLE identities ADD COLUMN first_seen timestamptz NOT NULL DEFAULT '1970-01-01Z';
ALTER TABLE identities ADD COLUMN last_seen timestamptz NOT NULL DEFAULT '1970-01-01Z';
UPDATE identities SET first_seen = created_at, last_seen = created_at;
-- The value first: a planner that takes a kind to be rare, since it was when statistics were made, would read all of it.
DROP INDEX identities_find;
CREATE UNIQUE INDEX identities_find ON identities (value, kind, source) WHERE retired_at IS NULL;

-- Append-only: every decision about identities, with its cause.
CREATE TABLE identity_events (
    contact_id uuid NOT NULL REFERENCES contacts (id),
    id uuid NOT NULL,
    at timestamptz NOT NULL,
    decision text NOT NULL,
    kind text,
    source text,
    value text,
    cause text NOT NULL,
    -- the identity that led to the decision
    via text,
    other_id uuid,
    message_id text,
    PRIMARY KEY (contact_id, id)
);

CREATE TABLE merges (
    id uuid NOT NULL PRIMARY KEY,
    survivor_id uuid NOT NULL REFERENCES contacts (id),
    loser_id uuid NOT NULL REFERENCES contacts (id),
    -- the loser and those merged into it before
    moved jsonb NOT NULL,
    -- field by field, whose value the caller chose
    choices jsonb NOT NULL,
    loser_newer boolean NOT NULL,
    loser_older boolean NOT NULL,
    changes jsonb NOT NULL,
    -- what undoing needs: the loser's owner, the edits made to the survivor before
    kept jsonb NOT NULL,
    cause text NOT NULL,
    reason text,
    user_id uuid,
    api_key_id uuid,
    at timestamptz NOT NULL,
    undone_at timestamptz
);
CREATE INDEX merges_by_survivor ON merges (survivor_id, at, id);
CREATE INDEX merges_by_loser ON merges (loser_id, at, id);

-- What contacts that may be the same person have in common.
CREATE TABLE duplicate_keys (
    contact_id uuid NOT NULL REFERENCES contacts (id),
    key text COLLATE "C" NOT NULL,
    PRIMARY KEY (contact_id, key)
);
CREATE INDEX duplicate_keys_find ON duplicate_keys (key, contact_id);

CREATE TABLE duplicates (
    id uuid NOT NULL PRIMARY KEY,
    first_id uuid NOT NULL REFERENCES contacts (id),
    second_id uuid NOT NULL REFERENCES contacts (id),
    score integer NOT NULL,
    reasons jsonb NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    closed_at timestamptz,
    closed_as text,
    UNIQUE (first_id, second_id)
);
CREATE INDEX duplicates_open ON duplicates (score, id) WHERE closed_at IS NULL;
CREATE INDEX duplicates_by_second ON duplicates (second_id);

-- New timeline entries in the order of their commits. `txid` tells on PostgreSQL which commits are complete.
CREATE TABLE feed (
    seq bigint NOT NULL GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    txid bigint NOT NULL DEFAULT (pg_current_xact_id()::text::bigint),
    contact_id uuid NOT NULL,
    entry_id uuid NOT NULL,
    lead_id uuid,
    recorded_at timestamptz NOT NULL
);
CREATE INDEX feed_by_transaction ON feed (txid, seq);
CREATE FUNCTION timeline_entries_feed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO feed (contact_id, entry_id, lead_id, recorded_at)
    SELECT contact_id, id, lead_id, recorded_at FROM new_entries;
    RETURN NULL;
END $$;
CREATE TRIGGER timeline_entries_feed AFTER INSERT ON timeline_entries REFERENCING NEW TABLE AS new_entries
    FOR EACH STATEMENT EXECUTE FUNCTION timeline_entries_feed();
