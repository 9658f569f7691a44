-- Rules' `contains`, `starts_with` and `ends_with` no longer tell capital from small letters, and a number's `starts_with` begins
-- with the country's code: who belongs to a segment is found anew.
UPDATE segments SET swept_at = NULL WHERE kind = 'dynamic' AND deleted_at IS NULL;
