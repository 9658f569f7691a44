-- Views of lists: which rows, in which order, with which columns, and the roles that see them besides their owners.
CREATE TABLE views (
    id BLOB NOT NULL PRIMARY KEY,
    list TEXT NOT NULL,
    name TEXT NOT NULL,
    filter TEXT NOT NULL,
    shown_columns TEXT NOT NULL,
    sort TEXT,
    owner_id BLOB NOT NULL REFERENCES users (id),
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;
CREATE INDEX views_by_creation ON views (created_at, id);
CREATE INDEX views_by_owner ON views (owner_id, created_at, id);

CREATE TABLE view_roles (
    view_id BLOB NOT NULL REFERENCES views (id),
    role TEXT NOT NULL,
    PRIMARY KEY (view_id, role)
) STRICT, WITHOUT ROWID;
CREATE INDEX view_roles_by_role ON view_roles (role, view_id);
