"""A bundle as a value: one transaction, what its sender claims about it, and their evidence."""

from dataclasses import dataclass, field
from typing import NamedTuple

from treasury_desktop.assets.address import Address
from treasury_desktop.assets.unknown import UNKNOWN, Unknown
from treasury_desktop.bundle.claims import (
    ClaimedAbi,
    Disagreement,
    InnerTransaction,
    ServiceCall,
)
from treasury_desktop.bundle.unnamed import HASHED_ALWAYS, Remark, Unnamed
from treasury_desktop.safes.safe import Safe
from treasury_desktop.safes.safe_tx import SafeTx
from treasury_desktop.treasury.evidence import Evidence
from treasury_desktop.treasury.strategy import Strategy
from treasury_desktop.treasury.terms import PolicyTerms

FORMAT = "treasury-desktop/bundle@1"


class ClaimedSignature(NamedTuple):
    """A signature somebody sent; verified before it is believed."""

    signer: Address | None
    data: bytes


class ClaimedException(NamedTuple):
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

    What follows `evidence` is only ever compared: shares a vault was asked to preview, questions
    on which nodes disagree, a service's decoding, transactions behind approved hashes, and ABIs.
    `unnamed` is what a foreign format left out; it is empty for what was read as a bundle.
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
    preview_shares: int | Unknown = UNKNOWN
    disagreements: tuple[Disagreement, ...] = ()
    service_decoded: ServiceCall | Unknown = UNKNOWN
    inner_transactions: tuple[InnerTransaction, ...] = ()
    abis: tuple[ClaimedAbi, ...] = ()
    unnamed: frozenset[Unnamed] = frozenset()
    remarks: tuple[Remark, ...] = ()

    @property
    def can_be_hashed(self) -> bool:
        """Whether everything the hashes are made of was named by somebody."""
        is_chain_missing = self.safe.version.has_chain_id_in_domain and (
            Unnamed.CHAIN in self.unnamed
        )
        return not (is_chain_missing or self.unnamed & HASHED_ALWAYS)
