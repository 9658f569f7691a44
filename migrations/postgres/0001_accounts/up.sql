-- Who works here, what they may see, and the trail of what they did.
CREATE TABLE teams (
    id uuid NOT NULL PRIMARY KEY,
    name text NOT NULL UNIQUE,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);

CREATE TABLE users (
    id uuid NOT NULL PRIMARY KEY,
    email text NOT NULL UNIQUE,
    name text NOT NULL,
    role text NOT NULL,
    team_id uuid REFERENCES teams (id),
    password_hash text,
    locale text,
    active boolean NOT NULL,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);
CREATE INDEX users_by_team ON users (team_id);
CREATE INDEX users_by_name ON users (name, id);

-- Rows exist only for roles whose visibility differs from the built-in default.
CREATE TABLE role_visibility (
    role text NOT NULL PRIMARY KEY,
    visibility text NOT NULL,
    version bigint NOT NULL,
    updated_at timestamptz NOT NULL
);

-- A session is one log-in: the family of refresh tokens that followed each other.
CREATE TABLE sessions (
    id uuid NOT NULL PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES users (id),
    address text NOT NULL,
    user_agent text NOT NULL,
    created_at timestamptz NOT NULL,
    last_used_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    revoked_at timestamptz
);
CREATE INDEX sessions_by_user ON sessions (user_id, address);
CREATE INDEX sessions_by_end ON sessions (expires_at);

CREATE TABLE refresh_tokens (
    hash bytea NOT NULL PRIMARY KEY,
    session_id uuid NOT NULL REFERENCES sessions (id),
    issued_at timestamptz NOT NULL,
    used_at timestamptz
);
CREATE INDEX refresh_tokens_by_session ON refresh_tokens (session_id);

CREATE TABLE api_keys (
    id uuid NOT NULL PRIMARY KEY,
    name text NOT NULL,
    prefix text NOT NULL,
    hash bytea NOT NULL UNIQUE,
    scopes jsonb NOT NULL,
    created_by uuid NOT NULL REFERENCES users (id),
    created_at timestamptz NOT NULL,
    expires_at timestamptz,
    revoked_at timestamptz,
    last_used_at timestamptz
);

-- Append-only. Only erasure of a person rewrites `before` and `after`.
CREATE TABLE audit_log (
    id uuid NOT NULL PRIMARY KEY,
    at timestamptz NOT NULL,
    user_id uuid,
    api_key_id uuid,
    request_id text,
    action text NOT NULL,
    entity text NOT NULL,
    entity_id uuid NOT NULL,
    contact_id uuid,
    before jsonb,
    after jsonb
);
CREATE INDEX audit_log_by_entity ON audit_log (entity_id, id);
CREATE INDEX audit_log_by_contact ON audit_log (contact_id, id) WHERE contact_id IS NOT NULL;
CREATE INDEX audit_log_by_user ON audit_log (user_id, id) WHERE user_id IS NOT NULL;
CREATE INDEX audit_log_by_key ON audit_log (api_key_id, id) WHERE api_key_id IS NOT NULL;
CREATE INDEX audit_log_by_kind ON audit_log (entity, id);
CREATE INDEX audit_log_by_action ON audit_log (action, id);
CREATE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'the audit log is append-only'; END $$;
CREATE TRIGGER audit_log_is_never_deleted BEFORE DELETE ON audit_log
    FOR EACH ROW EXECUTE FUNCTION refuse_audit_change();
CREATE TRIGGER audit_log_is_never_rewritten
    BEFORE UPDATE OF id, at, user_id, api_key_id, request_id, action, entity, entity_id, contact_id ON audit_log
    FOR EACH ROW EXECUTE FUNCTION refuse_audit_change();

-- What was answered to a POST that carried an Idempotency-Key.
CREATE TABLE idempotency_keys (
    actor_id uuid NOT NULL,
    key text NOT NULL,
    fingerprint bytea NOT NULL,
    status integer NOT NULL,
    etag text,
    location text,
    body bytea NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (actor_id, key)
);
CREATE INDEX idempotency_keys_by_age ON idempotency_keys (created_at);

CREATE TABLE settings (
    key text NOT NULL PRIMARY KEY,
    value jsonb NOT NULL,
    updated_at timestamptz NOT NULL
);
