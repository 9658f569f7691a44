-- Reports with a name: what to count, who may see it, and what was counted at the end of each period, kept as it was.
CREATE TABLE saved_reports (
    id BLOB NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    parameters TEXT NOT NULL,
    owner_id BLOB REFERENCES users (id),
    -- at the end of which periods a snapshot is taken, in which zone, and when the next one is due
    schedule TEXT,
    tz TEXT NOT NULL,
    next_snapshot_at INTEGER,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    deleted_at INTEGER
) STRICT;
CREATE INDEX saved_reports_by_creation ON saved_reports (created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX saved_reports_due ON saved_reports (next_snapshot_at) WHERE next_snapshot_at IS NOT NULL;

CREATE TABLE saved_report_roles (
    report_id BLOB NOT NULL REFERENCES saved_reports (id),
    role TEXT NOT NULL,
    PRIMARY KEY (report_id, role)
) STRICT, WITHOUT ROWID;

CREATE TABLE report_snapshots (
    id BLOB NOT NULL PRIMARY KEY,
    report_id BLOB NOT NULL REFERENCES saved_reports (id),
    -- NULL where somebody asked for it between two ends
    period_from INTEGER,
    period_to INTEGER,
    taken_at INTEGER NOT NULL,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    parameters TEXT NOT NULL,
    body TEXT,
    problem TEXT
) STRICT;
CREATE INDEX report_snapshots_by_report ON report_snapshots (report_id, taken_at, id);
CREATE UNIQUE INDEX report_snapshots_by_period ON report_snapshots (report_id, period_to) WHERE period_to IS NOT NULL;

-- Where leads stand, with all that reports on open leads need: they read no row for it.
CREATE INDEX leads_standing ON leads (stage_id, stage_entered_at, deleted_at, currency, amount, owner_id, id);
