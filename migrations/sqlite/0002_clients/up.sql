-- Companies, contacts and what identifies them.

CREATE TABLE companies (
    seq INTEGER NOT NULL PRIMARY KEY,
    id BLOB NOT NULL UNIQUE,
    name TEXT NOT NULL,
    name_key TEXT NOT NULL,
    domain TEXT,
    website TEXT,
    industry TEXT,
    email TEXT,
    phone TEXT,
    address TEXT,
    owner_id BLOB REFERENCES users (id),
    source TEXT,
    tags TEXT NOT NULL,
    custom TEXT NOT NULL,
    search_text TEXT NOT NULL,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    deleted_at INTEGER
) STRICT;
CREATE INDEX companies_by_creation ON companies (created_at, id);
CREATE INDEX companies_by_update ON companies (updated_at, id);
CREATE INDEX companies_by_name ON companies (name_key, id);
CREATE INDEX companies_by_domain ON companies (domain) WHERE domain IS NOT NULL;
CREATE INDEX companies_by_owner ON companies (owner_id, created_at, id);

CREATE VIRTUAL TABLE companies_search USING fts5(search_text, content = 'companies', content_rowid = 'seq', tokenize = 'trigram', detail = 'none');
CREATE TRIGGER companies_search_insert AFTER INSERT ON companies BEGIN
    INSERT INTO companies_search (rowid, search_text) VALUES (new.seq, new.search_text);
END;
CREATE TRIGGER companies_search_update AFTER UPDATE OF search_text ON companies WHEN old.search_text <> new.search_text BEGIN
    INSERT INTO companies_search (companies_search, rowid, search_text) VALUES ('delete', old.seq, old.search_text);
    INSERT INTO companies_search (rowid, search_text) VALUES (new.seq, new.search_text);
END;
CREATE TRIGGER companies_search_delete AFTER DELETE ON companies BEGIN
    INSERT INTO companies_search (companies_search, rowid, search_text) VALUES ('delete', old.seq, old.search_text);
END;

CREATE TABLE contacts (
    seq INTEGER NOT NULL PRIMARY KEY,
    id BLOB NOT NULL UNIQUE,
    given_name TEXT,
    family_name TEXT,
    display_name TEXT NOT NULL,
    name_key TEXT NOT NULL,
    job_title TEXT,
    company_id BLOB REFERENCES companies (id),
    emails TEXT NOT NULL,
    phones TEXT NOT NULL,
    external_ids TEXT NOT NULL,
    address TEXT,
    language TEXT,
    time_zone TEXT,
    owner_id BLOB REFERENCES users (id),
    source TEXT,
    tags TEXT NOT NULL,
    consents TEXT NOT NULL,
    custom TEXT NOT NULL,
    search_text TEXT NOT NULL,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    deleted_at INTEGER,
    erased_at INTEGER
) STRICT;
-- The owner stands last so that records out of sight are passed over without being read.
CREATE INDEX contacts_by_creation ON contacts (created_at, id, owner_id);
CREATE INDEX contacts_by_update ON contacts (updated_at, id, owner_id);
CREATE INDEX contacts_by_name ON contacts (name_key, id, owner_id);
CREATE INDEX contacts_in_bin ON contacts (created_at, id) WHERE deleted_at IS NOT NULL;
CREATE INDEX contacts_by_company ON contacts (company_id, created_at, id) WHERE company_id IS NOT NULL;
CREATE INDEX contacts_by_owner ON contacts (owner_id, created_at, id);
CREATE INDEX contacts_by_source ON contacts (source, created_at, id) WHERE source IS NOT NULL;

CREATE VIRTUAL TABLE contacts_search USING fts5(search_text, content = 'contacts', content_rowid = 'seq', tokenize = 'trigram', detail = 'none');
CREATE TRIGGER contacts_search_insert AFTER INSERT ON contacts BEGIN
    INSERT INTO contacts_search (rowid, search_text) VALUES (new.seq, new.search_text);
END;
CREATE TRIGGER contacts_search_update AFTER UPDATE OF search_text ON contacts WHEN old.search_text <> new.search_text BEGIN
    INSERT INTO contacts_search (contacts_search, rowid, search_text) VALUES ('delete', old.seq, old.search_text);
    INSERT INTO contacts_search (rowid, search_text) VALUES (new.seq, new.search_text);
END;
CREATE TRIGGER contacts_search_delete AFTER DELETE ON contacts BEGIN
    INSERT INTO contacts_search (contacts_search, rowid, search_text) VALUES ('delete', old.seq, old.search_text);
END;

-- What finds a contact. A retired row belongs to a deleted contact and finds nobody.
CREATE TABLE identities (
    contact_id BLOB NOT NULL REFERENCES contacts (id),
    kind TEXT NOT NULL,
    source TEXT NOT NULL,
    value TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    retired_at INTEGER,
    PRIMARY KEY (contact_id, kind, source, value)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX identities_find ON identities (kind, source, value) WHERE retired_at IS NULL;

CREATE TABLE contact_tags (
    contact_id BLOB NOT NULL REFERENCES contacts (id),
    tag TEXT NOT NULL,
    PRIMARY KEY (contact_id, tag)
) STRICT, WITHOUT ROWID;
CREATE INDEX contact_tags_by_tag ON contact_tags (tag, contact_id);

CREATE TABLE field_definitions (
    id BLOB NOT NULL PRIMARY KEY,
    entity TEXT NOT NULL,
    key TEXT NOT NULL,
    label TEXT NOT NULL,
    kind TEXT NOT NULL,
    required INTEGER NOT NULL,
    options TEXT NOT NULL,
    position INTEGER NOT NULL,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    deleted_at INTEGER
) STRICT;
CREATE UNIQUE INDEX field_definitions_by_key ON field_definitions (entity, key) WHERE deleted_at IS NULL;
