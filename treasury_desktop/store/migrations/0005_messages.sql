-- Messages of our Safes and what was signed for them; the SafeMessage hash binds chain, Safe and message.

CREATE TABLE messages (
    arrival           INTEGER PRIMARY KEY AUTOINCREMENT,
    safe_message_hash BLOB NOT NULL UNIQUE CHECK (length(safe_message_hash) = 32),
    chain_id          TEXT NOT NULL,
    safe              BLOB NOT NULL CHECK (length(safe) = 20),
    message           BLOB NOT NULL,  -- canonical JSON: a text, or typed data
    purpose           TEXT NOT NULL,
    written_here      INTEGER NOT NULL CHECK (written_here IN (0, 1)),
    created_at        INTEGER NOT NULL
) STRICT;

CREATE INDEX messages_by_safe ON messages (safe, arrival);

CREATE TABLE message_confirmations (
    arrival           INTEGER PRIMARY KEY AUTOINCREMENT,
    safe_message_hash BLOB NOT NULL REFERENCES messages (safe_message_hash),
    owner             BLOB NOT NULL CHECK (length(owner) = 20),
    signature         BLOB NOT NULL CHECK (length(signature) = 65),
    UNIQUE (safe_message_hash, owner, signature)
) STRICT;

CREATE TABLE message_signatures_aside (
    arrival           INTEGER PRIMARY KEY AUTOINCREMENT,
    safe_message_hash BLOB NOT NULL REFERENCES messages (safe_message_hash),
    claimed_signer    BLOB NOT NULL CHECK (length(claimed_signer) IN (0, 20)),
    data              BLOB NOT NULL,
    reason            TEXT NOT NULL,
    UNIQUE (safe_message_hash, claimed_signer, data, reason)
) STRICT;

CREATE TRIGGER messages_say_what_they_said
BEFORE UPDATE OF safe_message_hash, chain_id, safe, message, created_at ON messages
BEGIN SELECT RAISE(ABORT, 'a message is never overwritten'); END;
CREATE TRIGGER messages_are_not_lost BEFORE DELETE ON messages
BEGIN SELECT RAISE(ABORT, 'a message is never deleted'); END;
CREATE TRIGGER message_confirmations_stay BEFORE UPDATE ON message_confirmations
BEGIN SELECT RAISE(ABORT, 'a signature is never overwritten'); END;
CREATE TRIGGER message_confirmations_are_not_lost BEFORE DELETE ON message_confirmations
BEGIN SELECT RAISE(ABORT, 'a signature is never deleted'); END;
CREATE TRIGGER message_signatures_aside_stay BEFORE UPDATE ON message_signatures_aside
BEGIN SELECT RAISE(ABORT, 'a signature is never overwritten'); END;
CREATE TRIGGER message_signatures_aside_are_not_lost BEFORE DELETE ON message_signatures_aside
BEGIN SELECT RAISE(ABORT, 'a signature is never deleted'); END;
