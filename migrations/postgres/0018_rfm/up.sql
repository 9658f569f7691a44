-- Recency, frequency and value of every client who has bought, as they were last computed.
CREATE TABLE rfm_scores (
    contact_id uuid NOT NULL PRIMARY KEY REFERENCES contacts (id),
    recency integer NOT NULL,
    frequency integer NOT NULL,
    monetary integer NOT NULL,
    grp text NOT NULL,
    last_at timestamptz NOT NULL,
    purchases bigint NOT NULL,
    amount bigint NOT NULL
);
CREATE INDEX rfm_scores_by_group ON rfm_scores (grp, contact_id);
