-- What people work through. Leads by worth and by the day they are expected to close, those without at the end.
CREATE INDEX leads_by_amount ON leads (amount, id);
DROP INDEX leads_by_expected_close;
CREATE INDEX leads_by_expected_close ON leads (expected_close_on, id);
