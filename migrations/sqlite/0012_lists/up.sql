-- Lists of leads by what few of them have, and in each order that can be asked for: no list reads all there are.
CREATE INDEX leads_by_entry ON leads (entered_at, id);
CREATE INDEX leads_by_stage_entry ON leads (stage_entered_at, id);
CREATE INDEX leads_by_source ON leads (source, created_at, id) WHERE source IS NOT NULL;
CREATE INDEX leads_by_lost_reason ON leads (lost_reason_id, created_at, id) WHERE lost_reason_id IS NOT NULL;
CREATE INDEX leads_by_expected_close ON leads (expected_close_on, id) WHERE expected_close_on IS NOT NULL;
CREATE INDEX leads_by_currency ON leads (currency, created_at, id) WHERE currency IS NOT NULL;
CREATE INDEX leads_in_bin ON leads (created_at, id) WHERE deleted_at IS NOT NULL;
