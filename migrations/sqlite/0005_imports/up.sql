-- Files brought in, what became of each, and the rows that could not be taken.
CREATE TABLE imports (
    id BLOB NOT NULL PRIMARY KEY,
    filename TEXT NOT NULL,
    fingerprint BLOB NOT NULL,
    mapping TEXT NOT NULL,
    headers TEXT,
    status TEXT NOT NULL,
    rows_read INTEGER NOT NULL,
    created INTEGER NOT NULL,
    updated INTEGER NOT NULL,
    unchanged INTEGER NOT NULL,
    failed INTEGER NOT NULL,
    warnings INTEGER NOT NULL,
    problem TEXT,
    created_by BLOB,
    created_by_key BLOB,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    finished_at INTEGER
) STRICT;
CREATE INDEX imports_by_creation ON imports (created_at, id);

CREATE TABLE import_errors (
    import_id BLOB NOT NULL REFERENCES imports (id),
    row_number INTEGER NOT NULL,
    id BLOB NOT NULL,
    column_name TEXT,
    severity TEXT NOT NULL,
    code TEXT NOT NULL,
    message TEXT NOT NULL,
    record TEXT,
    PRIMARY KEY (import_id, row_number, id)
) STRICT, WITHOUT ROWID;
