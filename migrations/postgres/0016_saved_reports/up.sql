-- Reports with a name: what to count, who may see it, and what was counted at the end of each period, kept as it was.
CREATE TABLE saved_reports (
    id uuid NOT NULL PRIMARY KEY,
    name text NOT NULL,
    kind text NOT NULL,
    parameters jsonb NOT NULL,
    owner_id uuid REFERENCES users (id),
    -- at the end of which periods a snapshot is taken, in which zone, and when the next one is due
    schedule text,
    tz text NOT NULL,
    next_snapshot_at timestamptz,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    deleted_at timestamptz
);
CREATE INDEX saved_reports_by_creation ON saved_reports (created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX saved_reports_due ON saved_reports (next_snapshot_at) WHERE next_snapshot_at IS NOT NULL;

CREATE TABLE saved_report_roles (
    report_id uuid NOT NULL REFERENCES saved_reports (id),
    role text NOT NULL,
    PRIMARY KEY (report_id, role)
);

CREATE TABLE report_snapshots (
    id uuid NOT NULL PRIMARY KEY,
    report_id uuid NOT NULL REFERENCES saved_reports (id),
    -- NULL where somebody asked for it between two ends
    period_from timestamptz,
    period_to timestamptz,
    taken_at timestamptz NOT NULL,
    name text NOT NULL,
    kind text NOT NULL,
    parameters jsonb NOT NULL,
    body jsonb,
    problem text
);
CREATE INDEX report_snapshots_by_report ON report_snapshots (report_id, taken_at, id);
CREATE UNIQUE INDEX report_snapshots_by_period ON report_snapshots (report_id, period_to) WHERE period_to IS NOT NULL;

-- Where leads stand, with all that reports on open leads need: they read no row for it.
CREATE INDEX leads_standing ON leads (stage_id, stage_entered_at, deleted_at, currency, amount, owner_id, id);
