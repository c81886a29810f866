"""Calls that a deployment is made of, and the one Safe transaction that performs them."""

from dataclasses import dataclass

from treasury_desktop.assets.address import Address
from treasury_desktop.calls.known_contracts import official_address
from treasury_desktop.errors import Refused
from treasury_desktop.safes.multisend import PackedCall, multisend_calldata
from treasury_desktop.safes.safe import Safe
from treasury_desktop.safes.safe_tx import Operation, SafeTx

FIRST_CALL_ONLY_VERSION = (1, 3, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """To, value and data of one call, with the sentence that says what it is for."""

    to: Address
    value: int = 0
    data: bytes
    purpose: str


def safe_tx_of(calls: tuple[Call, ...], safe: Safe, nonce: int) -> SafeTx:
    """One SafeTx for the calls: a single call stays a call, several go through MultiSendCallOnly.

    Uses the MultiSendCallOnly of the Safe's own version, as Safe{Wallet} does.
    """
    if not calls:
        raise Refused("There is nothing to do: the deployment has no calls.")
    if len(calls) == 1:
        return SafeTx(to=calls[0].to, value=calls[0].value, data=calls[0].data, nonce=nonce)
    packed = tuple(PackedCall(int(Operation.CALL), c.to, c.value, c.data) for c in calls)
    return SafeTx(
        to=multisend_call_only(safe),
        data=multisend_calldata(packed),
        operation=Operation.DELEGATECALL,
        nonce=nonce,
    )


def multisend_call_only(safe: Safe) -> Address:
    """The official MultiSendCallOnly for a Safe's version on its chain; refuses where none is."""
    version = max(safe.version.numbers, FIRST_CALL_ONLY_VERSION)
    address = official_address(safe.chain_id, "MultiSendCallOnly", version)
    if address is None:
        raise Refused(
            f"There is no official MultiSendCallOnly {'.'.join(map(str, version))} "
            f"for chain {safe.chain_id}; a batch cannot be built safely."
        )
    return address
