-- Where other systems want to be told of changes, what is told to whom, and how each attempt went.
CREATE TABLE webhooks (
    id uuid NOT NULL PRIMARY KEY,
    url text NOT NULL,
    description text,
    types jsonb NOT NULL,
    filter jsonb NOT NULL,
    ordered boolean NOT NULL,
    secret text NOT NULL,
    -- signs beside the present one for a while
    previous_secret text,
    previous_until timestamptz,
    -- up to where the log of changes has been made into deliveries
    place_txid bigint NOT NULL,
    place_seq bigint NOT NULL,
    -- the receiver asked for a rest
    not_before timestamptz,
    -- the first failure since the last success
    failing_since timestamptz,
    paused_at timestamptz,
    pause_reason text,
    created_by uuid,
    created_by_key uuid,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    deleted_at timestamptz
);
CREATE INDEX webhooks_by_creation ON webhooks (created_at, id);

-- What is sent is made of the record as it then is: no person's data are kept here.
CREATE TABLE webhook_deliveries (
    id uuid NOT NULL PRIMARY KEY,
    webhook_id uuid NOT NULL REFERENCES webhooks (id),
    kind text NOT NULL,
    record_id uuid NOT NULL,
    contact_id uuid,
    lead_id uuid,
    place_txid bigint NOT NULL,
    place_seq bigint NOT NULL,
    changed_at timestamptz NOT NULL,
    status text NOT NULL,
    attempts integer NOT NULL,
    -- when it is tried next; while an attempt is under way, when that is taken for lost
    due_at timestamptz,
    last_status integer,
    last_error text,
    created_at timestamptz NOT NULL,
    finished_at timestamptz
);
CREATE INDEX webhook_deliveries_by_webhook ON webhook_deliveries (webhook_id, id);
CREATE INDEX webhook_deliveries_by_status ON webhook_deliveries (webhook_id, status, id);
CREATE INDEX webhook_deliveries_due ON webhook_deliveries (webhook_id, due_at, id) WHERE due_at IS NOT NULL;
CREATE INDEX webhook_deliveries_in_order ON webhook_deliveries (webhook_id, place_txid, place_seq) WHERE due_at IS NOT NULL;
CREATE INDEX webhook_deliveries_by_contact ON webhook_deliveries (contact_id) WHERE contact_id IS NOT NULL;
CREATE INDEX webhook_deliveries_by_end ON webhook_deliveries (finished_at) WHERE finished_at IS NOT NULL;

CREATE TABLE webhook_attempts (
    delivery_id uuid NOT NULL REFERENCES webhook_deliveries (id),
    id uuid NOT NULL,
    at timestamptz NOT NULL,
    duration_ms integer NOT NULL,
    status integer,
    error text,
    -- how the answer began
    response text,
    PRIMARY KEY (delivery_id, id)
);
