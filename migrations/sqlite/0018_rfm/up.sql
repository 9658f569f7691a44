-- Recency, frequency and value of every client who has bought, as they were last computed.
CREATE TABLE rfm_scores (
    contact_id BLOB NOT NULL PRIMARY KEY REFERENCES contacts (id),
    recency INTEGER NOT NULL,
    frequency INTEGER NOT NULL,
    monetary INTEGER NOT NULL,
    grp TEXT NOT NULL,
    last_at INTEGER NOT NULL,
    purchases INTEGER NOT NULL,
    amount INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX rfm_scores_by_group ON rfm_scores (grp, contact_id);
