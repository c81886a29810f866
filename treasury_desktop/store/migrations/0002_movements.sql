-- Movements, and how far the chain has been read for them.
-- One log may be several movements: of two Safes, or fees and principal of one collection.

CREATE TABLE movements (
    chain_id         TEXT NOT NULL,
    safe             BLOB NOT NULL CHECK (length(safe) = 20),
    block_number     INTEGER NOT NULL,
    timestamp        INTEGER NOT NULL,
    transaction_hash BLOB NOT NULL CHECK (length(transaction_hash) = 32),
    log_index        INTEGER NOT NULL,
    kind             TEXT NOT NULL,
    token_key        TEXT NOT NULL,  -- '' where nothing moved, 'native', or the EIP-55 address
    token_symbol     TEXT,
    token_name       TEXT,
    token_decimals   INTEGER,
    base_units       TEXT,
    counterpart      BLOB,
    safe_tx_hash     BLOB,
    strategy         TEXT,
    note             TEXT NOT NULL,
    PRIMARY KEY (chain_id, transaction_hash, log_index, safe, token_key, kind)
) STRICT, WITHOUT ROWID;

CREATE INDEX movements_by_block ON movements (chain_id, block_number, log_index);

CREATE TABLE movements_read (
    chain_id   TEXT PRIMARY KEY,
    last_block INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
