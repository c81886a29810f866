"""A bundle as a value: one transaction, what its sender claims about it, and their evidence."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from treasury_desktop.assets.address import Address
from treasury_desktop.assets.unknown import UNKNOWN, Unknown
from treasury_desktop.safes.safe import Safe
from treasury_desktop.safes.safe_tx import SafeTx
from treasury_desktop.treasury.evidence import Evidence
from treasury_desktop.treasury.strategy import Strategy
from treasury_desktop.treasury.terms import PolicyTerms

FORMAT = "treasury-desktop/bundle@1"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimedSignature:
    """A signature somebody sent; verified before it is believed."""

    signer: Address | None
    data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimedException:
    """An exception somebody sent (product.md, "The policy", 8); verified before it lifts anything.

    `expires` is Unix seconds.
    """

    safe_tx_hash: bytes
    policy_hash: bytes
    reason: str
    expires: int
    signatures: tuple[ClaimedSignature, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """Everything a bundle says. Nothing in it is believed because it is in it.

    `rest` keeps evidence that later checks read as plain JSON (abis, service, effects.preview,
    disagreements, inner_transactions) by its key.
    """

    safe: Safe
    tx: SafeTx
    purpose: str = ""
    claimed_hash: bytes | Unknown = UNKNOWN
    signatures: tuple[ClaimedSignature, ...] | Unknown = UNKNOWN
    strategy: str | Unknown = UNKNOWN
    terms: PolicyTerms | Unknown = UNKNOWN
    strategies: tuple[Strategy, ...] | Unknown = UNKNOWN
    exceptions: tuple[ClaimedException, ...] = ()
    evidence: Evidence = field(default_factory=Evidence)
    rest: Mapping[str, object] = field(default_factory=dict)
