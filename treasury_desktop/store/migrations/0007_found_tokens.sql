-- Which contracts announced a transfer to a Safe, and up to which block they were looked for.

CREATE TABLE found_tokens (
    chain_id TEXT NOT NULL,
    safe     BLOB NOT NULL CHECK (length(safe) = 20),
    token    BLOB NOT NULL CHECK (length(token) = 20),
    PRIMARY KEY (chain_id, safe, token)
) STRICT, WITHOUT ROWID;

CREATE TABLE found_tokens_read (
    chain_id   TEXT NOT NULL,
    safe       BLOB NOT NULL CHECK (length(safe) = 20),
    last_block INTEGER NOT NULL,
    PRIMARY KEY (chain_id, safe)
) STRICT, WITHOUT ROWID;
