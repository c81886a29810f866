-- Which way a movement went: a conversion or a transfer between Safes does not say it by its kind.
-- What was kept before does not have it: the next refresh reads all blocks again and replaces it.

ALTER TABLE movements ADD COLUMN is_in INTEGER CHECK (is_in IN (0, 1));

DELETE FROM movements_read;
