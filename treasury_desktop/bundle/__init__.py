"""The review bundle: what a signer needs to judge one Safe transaction with no network."""

from treasury_desktop.bundle.bundle import FORMAT, Bundle, ClaimedException, ClaimedSignature
from treasury_desktop.bundle.reading import read_bundle
from treasury_desktop.bundle.writing import write_bundle

__all__ = [
    "FORMAT",
    "Bundle",
    "ClaimedException",
    "ClaimedSignature",
    "read_bundle",
    "write_bundle",
]
