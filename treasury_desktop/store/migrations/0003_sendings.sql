-- What was sent: the same raw bytes may be sent again, and any of them may be the one that is mined.

CREATE TABLE sendings (
    arrival          INTEGER PRIMARY KEY AUTOINCREMENT,
    safe_tx_hash     BLOB NOT NULL REFERENCES transactions,
    transaction_hash BLOB NOT NULL CHECK (length(transaction_hash) = 32),
    raw_transaction  BLOB NOT NULL,  -- empty where it was sent before its bytes were kept
    UNIQUE (safe_tx_hash, transaction_hash)
) STRICT;

INSERT OR IGNORE INTO sendings (safe_tx_hash, transaction_hash, raw_transaction)
    SELECT safe_tx_hash, transaction_hash, X'' FROM events
    WHERE event = 'broadcast' AND transaction_hash IS NOT NULL ORDER BY arrival;

CREATE TRIGGER sendings_stay_as_they_are BEFORE UPDATE ON sendings
BEGIN SELECT RAISE(ABORT, 'a sending is never overwritten'); END;
CREATE TRIGGER sendings_are_not_lost BEFORE DELETE ON sendings
BEGIN SELECT RAISE(ABORT, 'a sending is never deleted'); END;
