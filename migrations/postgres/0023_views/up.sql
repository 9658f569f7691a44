-- Views of lists: which rows, in which order, with which columns, and the roles that see them besides their owners.
CREATE TABLE views (
    id uuid NOT NULL PRIMARY KEY,
    list text NOT NULL,
    name text NOT NULL,
    filter jsonb NOT NULL,
    shown_columns jsonb NOT NULL,
    sort text,
    owner_id uuid NOT NULL REFERENCES users (id),
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);
CREATE INDEX views_by_creation ON views (created_at, id);
CREATE INDEX views_by_owner ON views (owner_id, created_at, id);

CREATE TABLE view_roles (
    view_id uuid NOT NULL REFERENCES views (id),
    role text NOT NULL,
    PRIMARY KEY (view_id, role)
);
CREATE INDEX view_roles_by_role ON view_roles (role, view_id);
