"""What is on its way for a transaction, in words: waiting, dropped, replaced or unknown."""

from dataclasses import dataclass
from typing import Final

from treasury_desktop.desk.doors import KeyLabel
from treasury_desktop.desk.fees import gwei_text
from treasury_desktop.desk.follow_sendings import Fate, WaitingSending
from treasury_desktop.safes.lifecycle import State
from treasury_desktop.viewmodels.figures import Remark, hex_text

FATES: Final = {
    Fate.WAITING: (
        Remark("waiting for a block", "advice"),
        "A node has it. It is mined when its fees suffice, or never.",
    ),
    Fate.DROPPED: (
        Remark("dropped", "advice"),
        (
            "No node knows it any more. It may still come back; executing again signs a new one "
            "for the account nonce that is open."
        ),
    ),
    Fate.REPLACED: (
        Remark("replaced", "advice"),
        (
            "Another transaction of the executor used its account nonce. It never ran, and it can "
            "be executed again."
        ),
    ),
    Fate.UNKNOWN: (Remark("unknown", "advice"), "Nobody can say what became of it."),
}
SETTLED: Final = {
    State.EXECUTED: "It was executed.",
    State.FAILED: "The Safe executed it and its calls failed; its nonce is used.",
    State.REPLACED: "Another transaction used its nonce; it can never run.",
    State.CONFIRMED: "It did not run, and nothing failed: it can be executed again.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SendingView:
    """What waits; `why_no_replacement` is empty where it can be sped up or cancelled.

    `why_no_speed_up` says what speaks against the one alone; `can_execute_again` where nothing
    waits any more.
    """

    state: Remark
    sentence: str
    facts: tuple[tuple[str, str], ...]
    why_no_replacement: str
    why_no_speed_up: str = ""
    can_execute_again: bool = False


def sending_view(waiting: WaitingSending, keys: tuple[KeyLabel, ...]) -> SendingView:
    """What waits, in words; `keys` are those of this desk."""
    remark, sentence = FATES[waiting.fate]
    signed = waiting.signed
    if signed is not None and signed.is_cancellation and waiting.fate is Fate.WAITING:
        remark = Remark("cancellation waiting", "advice")
        sentence = "Its cancellation waits for a block. Until then the execution may be mined."
    facts = [("Transaction hash", hex_text(waiting.sending.transaction_hash))]
    if signed is not None:
        facts += [
            ("Executor", str(signed.sender)),
            ("Account nonce", str(signed.account_nonce)),
            ("Highest fee", f"{gwei_text(signed.fees.max_fee_per_gas)} gwei"),
            ("Tip", f"{gwei_text(signed.fees.max_priority_fee_per_gas)} gwei"),
        ]
    return SendingView(
        state=remark,
        sentence=f"{sentence} {waiting.why_unknown}".strip(),
        facts=tuple(facts),
        why_no_replacement=_why_no_replacement(waiting, keys),
        why_no_speed_up="Its cancellation is on its way; cancel with higher fees, or wait."
        if signed is not None and signed.is_cancellation
        else "",
        can_execute_again=waiting.fate in {Fate.DROPPED, Fate.REPLACED},
    )


def _why_no_replacement(waiting: WaitingSending, keys: tuple[KeyLabel, ...]) -> str:
    signed = waiting.signed
    if signed is None:
        return "An older version of this program sent it and did not keep its bytes."
    if waiting.fate is not Fate.WAITING:
        return "Nothing that a node has waits to be replaced."
    if not any(key.address == signed.sender and key.role == "executor" for key in keys):
        return f"The key of {signed.sender}, which sent it, is not on this desk."
    return ""
