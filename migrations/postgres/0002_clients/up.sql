-- Companies, contacts and what identifies them.
CREATE EXTENSION IF NOT EXISTS pg_trgm;

CREATE TABLE companies (
    seq bigint NOT NULL GENERATED ALWAYS AS IDENTITY UNIQUE,
    id uuid NOT NULL PRIMARY KEY,
    name text NOT NULL,
    name_key text COLLATE "C" NOT NULL,
    domain text,
    website text,
    industry text,
    email text,
    phone text,
    address jsonb,
    owner_id uuid REFERENCES users (id),
    source text,
    tags jsonb NOT NULL,
    custom jsonb NOT NULL,
    search_text text NOT NULL,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    deleted_at timestamptz
);
CREATE INDEX companies_by_creation ON companies (created_at, id);
CREATE INDEX companies_by_update ON companies (updated_at, id);
CREATE INDEX companies_by_name ON companies (name_key, id);
CREATE INDEX companies_by_domain ON companies (domain) WHERE domain IS NOT NULL;
CREATE INDEX companies_by_owner ON companies (owner_id, created_at, id);
CREATE INDEX companies_search ON companies USING gin (search_text gin_trgm_ops);

CREATE TABLE contacts (
    seq bigint NOT NULL GENERATED ALWAYS AS IDENTITY UNIQUE,
    id uuid NOT NULL PRIMARY KEY,
    given_name text,
    family_name text,
    display_name text NOT NULL,
    name_key text COLLATE "C" NOT NULL,
    job_title text,
    company_id uuid REFERENCES companies (id),
    emails jsonb NOT NULL,
    phones jsonb NOT NULL,
    external_ids jsonb NOT NULL,
    address jsonb,
    language text,
    time_zone text,
    owner_id uuid REFERENCES users (id),
    source text,
    tags jsonb NOT NULL,
    consents jsonb NOT NULL,
    custom jsonb NOT NULL,
    search_text text NOT NULL,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    deleted_at timestamptz,
    erased_at timestamptz
);
CREATE INDEX contacts_by_creation ON contacts (created_at, id);
CREATE INDEX contacts_by_update ON contacts (updated_at, id);
CREATE INDEX contacts_by_name ON contacts (name_key, id);
CREATE INDEX contacts_in_bin ON contacts (created_at, id) WHERE deleted_at IS NOT NULL;
CREATE INDEX contacts_by_company ON contacts (company_id, created_at, id) WHERE company_id IS NOT NULL;
CREATE INDEX contacts_by_owner ON contacts (owner_id, created_at, id);
CREATE INDEX contacts_by_source ON contacts (source, created_at, id) WHERE source IS NOT NULL;
CREATE INDEX contacts_search ON contacts USING gin (search_text gin_trgm_ops);

-- What finds a contact. A retired row belongs to a deleted contact and finds nobody.
CREATE TABLE identities (
    contact_id uuid NOT NULL REFERENCES contacts (id),
    kind text NOT NULL,
    source text NOT NULL,
    value text NOT NULL,
    created_at timestamptz NOT NULL,
    retired_at timestamptz,
    PRIMARY KEY (contact_id, kind, source, value)
);
CREATE UNIQUE INDEX identities_find ON identities (kind, source, value) WHERE retired_at IS NULL;

CREATE TABLE contact_tags (
    contact_id uuid NOT NULL REFERENCES contacts (id),
    tag text NOT NULL,
    PRIMARY KEY (contact_id, tag)
);
CREATE INDEX contact_tags_by_tag ON contact_tags (tag, contact_id);

CREATE TABLE field_definitions (
    id uuid NOT NULL PRIMARY KEY,
    entity text NOT NULL,
    key text NOT NULL,
    label text NOT NULL,
    kind text NOT NULL,
    required boolean NOT NULL,
    options jsonb NOT NULL,
    position integer NOT NULL,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    deleted_at timestamptz
);
CREATE UNIQUE INDEX field_definitions_by_key ON field_definitions (entity, key) WHERE deleted_at IS NULL;
