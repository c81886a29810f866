"""Keccak-256, with the back-end pinned here so that no environment variable can choose another."""

from sha3 import keccak_256


def keccak(data: bytes) -> bytes:
    """The 32-byte Keccak-256 digest Ethereum uses (not NIST SHA3-256)."""
    digest: bytes = keccak_256(data).digest()
    return digest
