"""The three ways in which Safes have hashed their transactions, told without a version number.

A typed-data request or a safeTxHash shows which of the three it is, not which of a dozen versions:
with or without the chain in the domain (1.3.0), with `baseGas` or `dataGas` (1.0.0).
"""

from dataclasses import dataclass
from enum import Enum

from treasury_desktop.assets.address import Address
from treasury_desktop.assets.unknown import UNKNOWN, Unknown
from treasury_desktop.files.foreign_programs.chain_names import known_chain_ids
from treasury_desktop.safes.safe import Safe, SafeVersion
from treasury_desktop.safes.safe_tx import SafeTx
from treasury_desktop.safes.typed_data import digest_to_sign, domain_hash, message_hash


class HashForm(Enum):
    """What is hashed, by the first and the last version that does it so."""

    DATA_GAS = "before 1.0.0"
    NO_CHAIN = "1.0.0 to 1.2.0"
    CHAIN = "1.3.0 and later"

    @property
    def a_version(self) -> SafeVersion:
        """A version that hashes so: it stands for all of them, in hashes only."""
        versions = {
            HashForm.DATA_GAS: SafeVersion(0, 1, 0),
            HashForm.NO_CHAIN: SafeVersion(1, 0, 0),
        }
        return versions.get(self, SafeVersion(1, 3, 0))


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundForm:
    """A form, with the chain where the form has one in it."""

    form: HashForm
    chain_id: int | Unknown


def form_of(version: SafeVersion | Unknown) -> HashForm | Unknown:
    """How Safes of a version hash."""
    if isinstance(version, Unknown):
        return UNKNOWN
    if version.has_chain_id_in_domain:
        return HashForm.CHAIN
    return HashForm.NO_CHAIN if version.has_base_gas else HashForm.DATA_GAS


def forms_that_give(
    claimed: bytes,
    address: Address,
    tx: SafeTx,
    *,
    chain_id: int | Unknown,
    form: HashForm | Unknown,
) -> FoundForm | None:
    """The form (and chain) by which a transaction has a claimed hash; `None` where none has.

    Where the chain is unknown, all chains with a recorded name are tried.
    """
    forms = tuple(HashForm) if isinstance(form, Unknown) else (form,)
    for candidate in forms:
        message = message_hash(candidate.a_version, tx)
        for chain in _chains(candidate, chain_id):
            number = 0 if isinstance(chain, Unknown) else chain
            safe = Safe(chain_id=number, address=address, version=candidate.a_version)
            if digest_to_sign(domain_hash(safe), message) == claimed:
                return FoundForm(form=candidate, chain_id=chain)
    return None


def _chains(form: HashForm, chain_id: int | Unknown) -> tuple[int | Unknown, ...]:
    if form is not HashForm.CHAIN:
        return (UNKNOWN,)
    return known_chain_ids() if isinstance(chain_id, Unknown) else (chain_id,)
