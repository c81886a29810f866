"""What a sender claims beside the transaction: compared with the bytes, never believed.

Disagreeing nodes, a service's decoding, the transactions behind approved hashes, and ABIs.
"""

from dataclasses import dataclass
from typing import NamedTuple

from treasury_desktop.assets.address import Address
from treasury_desktop.assets.unknown import UNKNOWN, Unknown
from treasury_desktop.calls.abi_type import Function
from treasury_desktop.safes.safe import SafeVersion
from treasury_desktop.safes.safe_tx import SafeTx

ServiceValue = str | tuple["ServiceValue", ...] | None
"""A value as a service writes it: text (numbers and booleans as their text), a list, or nothing."""


class Disagreement(NamedTuple):
    """What several nodes answered to one question; `None` is the answer "none".

    Answers are UNKNOWN where somebody reports a disagreement without saying what was answered.
    """

    field: str = ""
    answers: tuple[tuple[str, ServiceValue], ...] | Unknown = UNKNOWN


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceParameter:
    """One argument as a service decodes it; `calls` are the calls it sees inside the value."""

    name: str | Unknown = UNKNOWN
    kind: str | Unknown = UNKNOWN
    value: ServiceValue | Unknown = UNKNOWN
    calls: tuple["ServiceCall", ...] | Unknown = UNKNOWN


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceCall:
    """A call as a service decodes it. Only inner calls have a frame: to, value, operation, data."""

    method: str | Unknown = UNKNOWN
    parameters: tuple[ServiceParameter, ...] | Unknown = UNKNOWN
    to: ServiceValue | Unknown = UNKNOWN
    value: ServiceValue | Unknown = UNKNOWN
    operation: ServiceValue | Unknown = UNKNOWN
    data: ServiceValue | Unknown = UNKNOWN


class InnerTransaction(NamedTuple):
    """The transaction of another Safe that an `approveHash` is said to be about.

    `claimed_hash` is recomputed and compared.
    """

    safe: Address | Unknown = UNKNOWN
    version: SafeVersion | Unknown = UNKNOWN
    tx: SafeTx | Unknown = UNKNOWN
    claimed_hash: bytes | Unknown = UNKNOWN


class ClaimedAbi(NamedTuple):
    """The functions somebody says a contract has; a reading by them is a guess."""

    address: Address
    functions: tuple[Function, ...]


def claimed_functions(abis: tuple[ClaimedAbi, ...]) -> dict[Address, dict[bytes, Function]]:
    """The claimed functions by address and selector; of two with one selector the first.

    Several ABIs of one address add up, as those of a proxy and of the code behind it do.
    """
    found: dict[Address, dict[bytes, Function]] = {}
    for abi in abis:
        functions = found.setdefault(abi.address, {})
        for function in abi.functions:
            functions.setdefault(function.selector, function)
    return found
