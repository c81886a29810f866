-- The optional Safe Transaction Service: one desk's choice, its use of a budget, what came from it.

CREATE TABLE service_settings (
    one                INTEGER PRIMARY KEY CHECK (one = 1),
    address            TEXT NOT NULL,
    is_on              INTEGER NOT NULL CHECK (is_on IN (0, 1)),
    requests_per_month INTEGER NOT NULL CHECK (requests_per_month > 0),
    key_entry          TEXT NOT NULL  -- where its API key is kept; the key itself is not in here
) STRICT;

CREATE TABLE service_use (
    month    TEXT PRIMARY KEY,
    requests INTEGER NOT NULL CHECK (requests >= 0)
) STRICT;

CREATE TABLE service_brought (
    safe_tx_hash BLOB PRIMARY KEY REFERENCES transactions,
    host         TEXT NOT NULL
) STRICT;

CREATE TRIGGER service_use_never_falls BEFORE UPDATE ON service_use
WHEN new.requests < old.requests
BEGIN SELECT RAISE(ABORT, 'a request that was counted stays counted'); END;
CREATE TRIGGER service_use_is_not_lost BEFORE DELETE ON service_use
BEGIN SELECT RAISE(ABORT, 'a request that was counted stays counted'); END;
