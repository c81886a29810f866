"""The Safe multisig and its protocol: transactions, hashes, signatures."""
