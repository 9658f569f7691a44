-- What people work through. Leads by worth and by the day they are expected to close, those without at the end.
CREATE INDEX leads_by_amount ON leads (amount, id);
DROP INDEX leads_by_expected_close;
CREATE INDEX leads_by_expected_close ON leads (expected_close_on, id);

-- Who waits for an answer: for each client when they last turned to us and when somebody last turned to them, kept with every
-- touchpoint, so that nobody ever compares histories. A merged contact keeps a row of its own; owner_id is its survivor's.
CREATE TABLE conversations (
    contact_id BLOB NOT NULL PRIMARY KEY REFERENCES contacts (id),
    owner_id BLOB,
    -- the contact is not deleted
    shown INTEGER NOT NULL DEFAULT 1,
    asked_at INTEGER,
    asked_id BLOB,
    answered_at INTEGER,
    waiting_since INTEGER GENERATED ALWAYS AS (
        CASE WHEN shown AND (answered_at IS NULL OR answered_at < asked_at) THEN asked_at END
    ) STORED
) STRICT, WITHOUT ROWID;
CREATE INDEX conversations_waiting ON conversations (waiting_since, contact_id) WHERE waiting_since IS NOT NULL;
CREATE INDEX conversations_waiting_by_owner ON conversations (owner_id, waiting_since, contact_id)
WHERE waiting_since IS NOT NULL;
CREATE TRIGGER contacts_conversations AFTER UPDATE OF owner_id, merged_into, deleted_at ON contacts
WHEN old.owner_id IS NOT new.owner_id OR old.merged_into IS NOT new.merged_into
    OR (old.deleted_at IS NULL) <> (new.deleted_at IS NULL) BEGIN
    UPDATE conversations SET shown = new.deleted_at IS NULL, owner_id = CASE WHEN new.merged_into IS NULL THEN new.owner_id
        ELSE (SELECT c.owner_id FROM contacts c WHERE c.id = new.merged_into) END
    WHERE contact_id = new.id;
    UPDATE conversations SET owner_id = new.owner_id
    WHERE contact_id IN (SELECT c.id FROM contacts c WHERE c.merged_into = new.id);
END;
INSERT INTO conversations (contact_id, owner_id, shown, asked_at, answered_at)
SELECT own.id, root.owner_id, own.deleted_at IS NULL, told.asked_at, told.answered_at
FROM (
    SELECT e.contact_id, MAX(CASE WHEN e.direction = 'inbound' AND (
        (e.channel IN ('email', 'chat', 'social', 'sms', 'mail') AND lower(COALESCE(e.kind, '')) NOT IN ('open', 'opened', 'email_open', 'email_opened', 'click', 'clicked', 'email_click', 'email_clicked', 'link_clicked', 'delivered', 'email_delivered', 'bounce', 'bounced', 'email_bounced', 'complaint', 'spam_complaint', 'subscribed', 'unsubscribed', 'read', 'seen', 'view', 'viewed', 'like', 'liked', 'follow', 'followed', 'reaction'))
        OR (e.channel = 'web' AND lower(e.kind) IN ('form', 'form_submitted', 'contact_form', 'message'))
        OR (e.channel = 'call' AND (lower(COALESCE(e.kind, '')) IN ('missed', 'missed_call', 'call_missed', 'no_answer', 'unanswered', 'voicemail', 'abandoned', 'busy', 'failed') OR e.duration_seconds = 0))) THEN e.occurred_at END) AS asked_at,
    MAX(CASE WHEN (e.direction = 'outbound' AND e.channel IN ('email', 'chat', 'social', 'sms', 'mail') AND e.campaign IS NULL
            AND e.utm_campaign IS NULL AND lower(COALESCE(e.kind, '')) NOT IN ('open', 'opened', 'email_open', 'email_opened', 'click', 'clicked', 'email_click', 'email_clicked', 'link_clicked', 'delivered', 'email_delivered', 'bounce', 'bounced', 'email_bounced', 'complaint', 'spam_complaint', 'subscribed', 'unsubscribed', 'read', 'seen', 'view', 'viewed', 'like', 'liked', 'follow', 'followed', 'reaction'))
        OR (e.channel IN ('call', 'meeting', 'store') AND COALESCE(e.direction, '') <> 'internal'
            AND lower(COALESCE(e.kind, '')) NOT IN ('missed', 'missed_call', 'call_missed', 'no_answer', 'unanswered', 'voicemail', 'abandoned', 'busy', 'failed') AND COALESCE(e.duration_seconds, 1) <> 0) THEN e.occurred_at END) AS answered_at
    FROM timeline_entries e
    WHERE e.deleted_at IS NULL AND e.channel IN ('email', 'chat', 'social', 'sms', 'mail', 'web', 'call', 'meeting', 'store')
    GROUP BY e.contact_id
) AS told
JOIN contacts AS own ON own.id = told.contact_id
JOIN contacts AS root ON root.id = COALESCE(own.merged_into, own.id)
WHERE told.asked_at IS NOT NULL OR told.answered_at IS NOT NULL;
UPDATE conversations SET asked_id = (
    SELECT e.id FROM timeline_entries e
    WHERE e.contact_id = conversations.contact_id AND e.occurred_at = conversations.asked_at AND e.deleted_at IS NULL AND e.direction = 'inbound' AND (
        (e.channel IN ('email', 'chat', 'social', 'sms', 'mail') AND lower(COALESCE(e.kind, '')) NOT IN ('open', 'opened', 'email_open', 'email_opened', 'click', 'clicked', 'email_click', 'email_clicked', 'link_clicked', 'delivered', 'email_delivered', 'bounce', 'bounced', 'email_bounced', 'complaint', 'spam_complaint', 'subscribed', 'unsubscribed', 'read', 'seen', 'view', 'viewed', 'like', 'liked', 'follow', 'followed', 'reaction'))
        OR (e.channel = 'web' AND lower(e.kind) IN ('form', 'form_submitted', 'contact_form', 'message'))
        OR (e.channel = 'call' AND (lower(COALESCE(e.kind, '')) IN ('missed', 'missed_call', 'call_missed', 'no_answer', 'unanswered', 'voicemail', 'abandoned', 'busy', 'failed') OR e.duration_seconds = 0)))
    ORDER BY e.id DESC LIMIT 1
) WHERE asked_at IS NOT NULL;
