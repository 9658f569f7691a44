-- What differs between the problems of one code, for those who tell them in other languages.
ALTER TABLE import_errors ADD COLUMN params TEXT;
