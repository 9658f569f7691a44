-- Clients whose last message needs no answer: until they turn to us again.
ALTER TABLE conversations DROP COLUMN waiting_since;
-- the time of the last message that was put aside
ALTER TABLE conversations ADD COLUMN dismissed_at timestamptz;
ALTER TABLE conversations ADD COLUMN waiting_since timestamptz GENERATED ALWAYS AS (
    CASE WHEN shown AND (answered_at IS NULL OR answered_at < asked_at) AND (dismissed_at IS NULL OR dismissed_at < asked_at)
    THEN asked_at END
) STORED;
CREATE INDEX conversations_waiting ON conversations (waiting_since, contact_id) WHERE waiting_since IS NOT NULL;
CREATE INDEX conversations_waiting_by_owner ON conversations (owner_id, waiting_since, contact_id)
WHERE waiting_since IS NOT NULL;
