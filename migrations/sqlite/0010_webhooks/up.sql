-- Where other systems want to be told of changes, what is told to whom, and how each attempt went.
CREATE TABLE webhooks (
    id BLOB NOT NULL PRIMARY KEY,
    url TEXT NOT NULL,
    description TEXT,
    types TEXT NOT NULL,
    filter TEXT NOT NULL,
    ordered INTEGER NOT NULL,
    secret TEXT NOT NULL,
    -- signs beside the present one for a while
    previous_secret TEXT,
    previous_until INTEGER,
    -- up to where the log of changes has been made into deliveries
    place_txid INTEGER NOT NULL,
    place_seq INTEGER NOT NULL,
    -- the receiver asked for a rest
    not_before INTEGER,
    -- the first failure since the last success
    failing_since INTEGER,
    paused_at INTEGER,
    pause_reason TEXT,
    created_by BLOB,
    created_by_key BLOB,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    deleted_at INTEGER
) STRICT;
CREATE INDEX webhooks_by_creation ON webhooks (created_at, id);

-- What is sent is made of the record as it then is: no person's data are kept here.
CREATE TABLE webhook_deliveries (
    id BLOB NOT NULL PRIMARY KEY,
    webhook_id BLOB NOT NULL REFERENCES webhooks (id),
    kind TEXT NOT NULL,
    record_id BLOB NOT NULL,
    contact_id BLOB,
    lead_id BLOB,
    place_txid INTEGER NOT NULL,
    place_seq INTEGER NOT NULL,
    changed_at INTEGER NOT NULL,
    status TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    -- when it is tried next; while an attempt is under way, when that is taken for lost
    due_at INTEGER,
    last_status INTEGER,
    last_error TEXT,
    created_at INTEGER NOT NULL,
    finished_at INTEGER
) STRICT;
CREATE INDEX webhook_deliveries_by_webhook ON webhook_deliveries (webhook_id, id);
CREATE INDEX webhook_deliveries_by_status ON webhook_deliveries (webhook_id, status, id);
CREATE INDEX webhook_deliveries_due ON webhook_deliveries (webhook_id, due_at, id) WHERE due_at IS NOT NULL;
CREATE INDEX webhook_deliveries_in_order ON webhook_deliveries (webhook_id, place_txid, place_seq) WHERE due_at IS NOT NULL;
CREATE INDEX webhook_deliveries_by_contact ON webhook_deliveries (contact_id) WHERE contact_id IS NOT NULL;
CREATE INDEX webhook_deliveries_by_end ON webhook_deliveries (finished_at) WHERE finished_at IS NOT NULL;

CREATE TABLE webhook_attempts (
    delivery_id BLOB NOT NULL REFERENCES webhook_deliveries (id),
    id BLOB NOT NULL,
    at INTEGER NOT NULL,
    duration_ms INTEGER NOT NULL,
    status INTEGER,
    error TEXT,
    -- how the answer began
    response TEXT,
    PRIMARY KEY (delivery_id, id)
) STRICT, WITHOUT ROWID;
