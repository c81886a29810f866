"""Keccak-256, with the back-end pinned here so that no environment variable can choose another."""

from collections.abc import Callable

from sha3 import keccak_256


def keccak(data: bytes) -> bytes:
    """The 32-byte Keccak-256 digest Ethereum uses (not NIST SHA3-256)."""
    digest: bytes = keccak_256(data).digest()
    return digest


def keccak_after(beginning: bytes) -> Callable[[bytes], bytes]:
    """Keccak-256 of texts that all begin alike: what they begin with is taken in once."""
    state = keccak_256(beginning)

    def digest_of(rest: bytes) -> bytes:
        whole = state.copy()
        whole.update(rest)
        digest: bytes = whole.digest()
        return digest

    return digest_of
