"""Why a Safe would refuse an execution, in words instead of GS codes.

Owners, modules, guards and handlers are changed by calls of the Safe to itself, so their codes come
out of executions too. Source: docs/error_codes.md and the contracts of safe-smart-account (1.3.0 to
1.5.0); a test reads every code in the installed contracts.
"""

import re

from treasury_desktop.chain.answers import Reverted

_CODE = re.compile(r"(?:execution reverted: )?(GS\d{3})", re.ASCII)
"""The whole of a reason: a contract that writes a code into a sentence of its own is no Safe."""
INSIDE = "the transaction itself fails when it is run: one of its calls reverts"
_SENTENCES = {
    "GS000": "the Safe could not finish its set-up",
    "GS001": "the Safe has no threshold; it was never set up",
    "GS002": "the code that the set-up should run is not there",
    "GS010": "there is not enough gas for the Safe transaction",
    "GS011": "the Safe cannot pay the gas refund in native coin",
    "GS012": "the Safe cannot pay the gas refund in the gas token",
    "GS013": INSIDE,
    "GS020": "there are fewer confirmations than the threshold",
    "GS021": "a contract signature points into the other signatures",
    "GS022": "a contract signature lies outside the signatures",
    "GS023": "a contract signature is longer than the signatures",
    "GS024": "a contract owner does not accept its signature",
    "GS025": "an owner has not approved the hash on the chain",
    "GS026": "a signature is not an owner's, is given twice or stands out of order; "
    "the nonce may have been used already",
    "GS027": "the data that is signed is not that of the hash",
    "GS030": "only an owner may approve a hash",
    "GS031": "only the Safe itself may change the Safe",
    "GS100": "modules were set up before",
    "GS101": "the address cannot be a module",
    "GS102": "the module is enabled already",
    "GS103": "the module to disable does not follow the one that is named before it",
    "GS104": "the caller is no module of the Safe",
    "GS105": "the list of modules cannot begin there",
    "GS106": "a page of modules has to hold at least one",
    "GS200": "owners were set up before",
    "GS201": "the threshold would exceed the number of owners",
    "GS202": "the threshold has to be at least one",
    "GS203": "the address cannot be an owner",
    "GS204": "the address is an owner already",
    "GS205": "the owner to change does not follow the one that is named before it",
    "GS300": "the guard does not support the guard interface",
    "GS301": "the module guard does not support the module guard interface",
    "GS400": "the fallback handler cannot be the Safe itself",
}


_PANIC = bytes.fromhex("4e487b71")
"""Panic(uint256), the way Solidity stops at its own checks."""
_PANICS = {
    0x01: "an assertion of the contract fails",
    0x11: "a calculation overflows",
    0x12: "a division by zero",
    0x21: "a value is none of its kind",
    0x31: "an empty list has nothing to take away",
    0x32: "a place outside a list",
    0x41: "too much memory is asked for",
    0x51: "a function that was never set is called",
}
_PANIC_LENGTH = 36
INNER_FAILURE = "GS013"


def is_inner_failure(reverted: Reverted) -> bool:
    """Whether the Safe says only that the call inside failed."""
    return _code_of(reverted) == INNER_FAILURE


def revert_words(reverted: Reverted) -> str:
    """The reason of a revert as part of a sentence, with the Safe's own code where it has one."""
    if reverted.data[:4] == _PANIC and len(reverted.data) == _PANIC_LENGTH:
        number = int.from_bytes(reverted.data[4:], "big")
        said = _PANICS.get(number, "the contract stops at a check of its own")
        return f"{said} (panic {number:#x})"
    code = _code_of(reverted)
    if not code:
        return reverted.reason or "no reason given"
    words = _SENTENCES.get(code)
    return f"{words} ({code})" if words else code


def _code_of(reverted: Reverted) -> str:
    match = _CODE.fullmatch(reverted.reason.strip())
    return "" if match is None else match.group(1)
