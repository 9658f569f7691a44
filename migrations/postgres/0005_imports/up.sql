-- Files brought in, what became of each, and the rows that could not be taken.
CREATE TABLE imports (
    id uuid NOT NULL PRIMARY KEY,
    filename text NOT NULL,
    fingerprint bytea NOT NULL,
    mapping jsonb NOT NULL,
    headers jsonb,
    status text NOT NULL,
    rows_read bigint NOT NULL,
    created bigint NOT NULL,
    updated bigint NOT NULL,
    unchanged bigint NOT NULL,
    failed bigint NOT NULL,
    warnings bigint NOT NULL,
    problem text,
    created_by uuid,
    created_by_key uuid,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    finished_at timestamptz
);
CREATE INDEX imports_by_creation ON imports (created_at, id);

CREATE TABLE import_errors (
    import_id uuid NOT NULL REFERENCES imports (id),
    row_number bigint NOT NULL,
    id uuid NOT NULL,
    column_name text,
    severity text NOT NULL,
    code text NOT NULL,
    message text NOT NULL,
    record jsonb,
    PRIMARY KEY (import_id, row_number, id)
);
