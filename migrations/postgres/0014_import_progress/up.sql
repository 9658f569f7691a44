-- How large an imported file is, and how much of it a run or a dry run has read.
ALTER TABLE imports ADD COLUMN bytes bigint;
ALTER TABLE imports ADD COLUMN bytes_read bigint NOT NULL DEFAULT 0;

-- Old drafts are looked for every hour.
CREATE INDEX imports_by_status ON imports (status, updated_at);
