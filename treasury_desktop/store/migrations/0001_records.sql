-- Transactions, their confirmations, snapshots and the dossier.
-- Amounts are decimal TEXT: a uint256 fits no SQLite number. Hashes and addresses are BLOBs.

PRAGMA application_id = 0x54445331;  -- "TDS1"

CREATE TABLE transactions (
    safe_tx_hash     BLOB PRIMARY KEY CHECK (length(safe_tx_hash) = 32),
    chain_id         TEXT NOT NULL,
    safe             BLOB NOT NULL CHECK (length(safe) = 20),
    to_address       BLOB NOT NULL CHECK (length(to_address) = 20),
    value            TEXT NOT NULL,
    data             BLOB NOT NULL,
    operation        INTEGER NOT NULL,
    safe_tx_gas      TEXT NOT NULL,
    base_gas         TEXT NOT NULL,
    gas_price        TEXT NOT NULL,
    gas_token        BLOB NOT NULL CHECK (length(gas_token) = 20),
    refund_receiver  BLOB NOT NULL CHECK (length(refund_receiver) = 20),
    nonce            TEXT NOT NULL,
    purpose          TEXT NOT NULL,
    strategy         TEXT,
    drafted_here     INTEGER NOT NULL CHECK (drafted_here IN (0, 1)),
    created_at       INTEGER NOT NULL,
    state            TEXT NOT NULL,
    bundle           BLOB NOT NULL,
    transaction_hash BLOB
) STRICT;

CREATE INDEX transactions_by_nonce ON transactions (safe, nonce);

CREATE TABLE confirmations (
    arrival      INTEGER PRIMARY KEY AUTOINCREMENT,
    safe_tx_hash BLOB NOT NULL REFERENCES transactions,
    owner        BLOB NOT NULL CHECK (length(owner) = 20),
    signature    BLOB NOT NULL CHECK (length(signature) = 65),
    UNIQUE (safe_tx_hash, owner, signature)
) STRICT;

-- No reference to transactions: a signature may come in for a transaction nobody knows.
CREATE TABLE quarantined (
    arrival        INTEGER PRIMARY KEY AUTOINCREMENT,
    safe_tx_hash   BLOB NOT NULL,
    claimed_signer BLOB NOT NULL CHECK (length(claimed_signer) IN (0, 20)),
    data           BLOB NOT NULL,
    reason         TEXT NOT NULL,
    UNIQUE (safe_tx_hash, claimed_signer, data, reason)
) STRICT;

-- Every step along the lifecycle, in order; `transactions.state` is where they led.
CREATE TABLE events (
    arrival          INTEGER PRIMARY KEY AUTOINCREMENT,
    safe_tx_hash     BLOB NOT NULL REFERENCES transactions,
    event            TEXT NOT NULL,
    state            TEXT NOT NULL,
    transaction_hash BLOB
) STRICT;

CREATE TABLE snapshots (
    arrival      INTEGER PRIMARY KEY AUTOINCREMENT,
    chain_id     TEXT NOT NULL,
    block_number INTEGER NOT NULL,
    block_hash   BLOB NOT NULL,
    timestamp    INTEGER NOT NULL,
    snapshot     BLOB NOT NULL
) STRICT;

CREATE INDEX snapshots_by_block ON snapshots (chain_id, block_number, arrival, block_hash, timestamp);

CREATE TABLE dossier (
    seq       INTEGER PRIMARY KEY,
    ts        INTEGER NOT NULL,
    type      TEXT NOT NULL,
    payload   TEXT NOT NULL,
    prev_hash BLOB NOT NULL CHECK (length(prev_hash) = 32),
    hash      BLOB NOT NULL CHECK (length(hash) = 32)
) STRICT;

-- What was recorded is never rewritten by us; what somebody else rewrites, verify_dossier finds.
CREATE TRIGGER dossier_keeps_records BEFORE UPDATE ON dossier
BEGIN SELECT RAISE(ABORT, 'the dossier is append-only'); END;
CREATE TRIGGER dossier_loses_nothing BEFORE DELETE ON dossier
BEGIN SELECT RAISE(ABORT, 'the dossier is append-only'); END;
CREATE TRIGGER confirmations_stay_as_they_are BEFORE UPDATE ON confirmations
BEGIN SELECT RAISE(ABORT, 'a confirmation is never overwritten'); END;
CREATE TRIGGER confirmations_are_not_lost BEFORE DELETE ON confirmations
BEGIN SELECT RAISE(ABORT, 'a confirmation is never deleted'); END;
