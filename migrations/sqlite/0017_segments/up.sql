-- Segments: who belongs together by a rule, or by a list; and who belongs to each since when.
CREATE TABLE segments (
    id BLOB NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    description TEXT,
    -- dynamic: all of whom the rule is true; static: those on the list; snapshot: a list that does not change
    kind TEXT NOT NULL,
    rule TEXT,
    version INTEGER NOT NULL,
    created_by BLOB,
    created_by_key BLOB,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    deleted_at INTEGER,
    -- why the rule cannot be asked any more
    broken TEXT,
    -- how many belong to it now
    members INTEGER NOT NULL,
    -- up to when it was last gone through as a whole
    swept_at INTEGER
) STRICT;
CREATE INDEX segments_by_creation ON segments (created_at, id);
CREATE UNIQUE INDEX segments_by_name ON segments (name) WHERE deleted_at IS NULL;

-- [entered_at, left_at): a client's stays in a segment never overlap.
CREATE TABLE segment_members (
    contact_id BLOB NOT NULL REFERENCES contacts (id),
    segment_id BLOB NOT NULL REFERENCES segments (id),
    entered_at INTEGER NOT NULL,
    left_at INTEGER,
    PRIMARY KEY (contact_id, segment_id, entered_at)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX segment_members_now ON segment_members (segment_id, contact_id) WHERE left_at IS NULL;
CREATE INDEX segment_members_by_entry ON segment_members (segment_id, entered_at, contact_id);
CREATE INDEX segment_members_by_exit ON segment_members (segment_id, left_at) WHERE left_at IS NOT NULL;

-- What rules ask of touchpoints is answered from this index alone.
CREATE INDEX timeline_entries_by_kind ON timeline_entries (channel, kind, occurred_at, contact_id)
WHERE channel IS NOT NULL AND deleted_at IS NULL;
-- The few contacts that are merged, for rules that count facts of whole families.
CREATE INDEX contacts_merged ON contacts (id, merged_into) WHERE merged_into IS NOT NULL;
