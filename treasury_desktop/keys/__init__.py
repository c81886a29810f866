"""The door to keys: OS key ring, encrypted keys, and the processes that sign.

Two rooms in one: what the window's process may touch (`key_store`, `system_keyring`,
`encrypted_file`, `signer_process`) never sees a passphrase or a private key; `signer` is the
other side, a process of its own, and the only file in which a private key exists.
"""
