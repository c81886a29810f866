"""The review bundle: what a signer needs to judge one Safe transaction with no network."""

from treasury_desktop.bundle.bundle import FORMAT, Bundle, ClaimedException, ClaimedSignature
from treasury_desktop.bundle.claims import (
    ClaimedAbi,
    Disagreement,
    InnerTransaction,
    ServiceCall,
    ServiceParameter,
    claimed_functions,
)
from treasury_desktop.bundle.reading import MOST_SIGNATURES, read_bundle
from treasury_desktop.bundle.unnamed import Remark, Unnamed
from treasury_desktop.bundle.writing import write_bundle

__all__ = [
    "FORMAT",
    "MOST_SIGNATURES",
    "Bundle",
    "ClaimedAbi",
    "ClaimedException",
    "ClaimedSignature",
    "Disagreement",
    "InnerTransaction",
    "Remark",
    "ServiceCall",
    "ServiceParameter",
    "Unnamed",
    "claimed_functions",
    "read_bundle",
    "write_bundle",
]
