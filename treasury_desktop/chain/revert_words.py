"""Why a Safe would refuse an execution, in words instead of GS codes.

Source: docs/error_codes.md of safe-smart-account (1.3.0 to 1.5.0).
"""

import re

from treasury_desktop.chain.answers import Reverted

_CODE = re.compile(r"GS\d{3}", re.ASCII)
_SENTENCES = {
    "GS000": "the Safe could not finish its set-up",
    "GS001": "the Safe has no threshold; it was never set up",
    "GS010": "there is not enough gas for the Safe transaction",
    "GS011": "the Safe cannot pay the gas refund in native coin",
    "GS012": "the Safe cannot pay the gas refund in the gas token",
    "GS013": "the transaction itself fails when it is run: one of its calls reverts",
    "GS020": "there are fewer confirmations than the threshold",
    "GS021": "a contract signature points into the other signatures",
    "GS022": "a contract signature lies outside the signatures",
    "GS023": "a contract signature is longer than the signatures",
    "GS024": "a contract owner does not accept its signature",
    "GS025": "an owner has not approved the hash on the chain",
    "GS026": "a signature is not an owner's, is given twice or stands out of order; "
    "the nonce may have been used already",
    "GS030": "only an owner may approve a hash",
    "GS031": "only the Safe itself may change the Safe",
    "GS100": "modules were set up before",
    "GS104": "the caller is no module of the Safe",
    "GS200": "owners were set up before",
    "GS300": "the guard does not support the guard interface",
}


def revert_words(reverted: Reverted) -> str:
    """The reason of a revert as part of a sentence, with the Safe's own code where it has one."""
    match = _CODE.search(reverted.reason)
    if match is None:
        return reverted.reason or "no reason given"
    words = _SENTENCES.get(match.group())
    return f"{words} ({match.group()})" if words else match.group()
