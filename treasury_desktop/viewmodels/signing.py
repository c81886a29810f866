"""What the pages say before, while and after a key signs or an executor sends.

The choice of keys follows from the review's Safe alone; whether anything is signed is decided
again by the desk and by the signer process.
"""

from dataclasses import dataclass
from typing import Final

from treasury_desktop.assets.unknown import Unknown
from treasury_desktop.desk.doors import KeyLabel, Receipt
from treasury_desktop.review.review import Review
from treasury_desktop.safes.confirmation import Confirmation
from treasury_desktop.viewmodels.figures import hex_text, moment_text, name_text

WHAT_HAPPENS: Final = (
    (
        "A separate window shows the key, the hash and the comparison words, and asks for the "
        "passphrase. This window never sees it."
    ),
    (
        "The signer process rebuilds the hash from the bytes, judges again by the present clock, "
        "signs, and ends."
    ),
    "The signature is checked and kept here before anything else happens. Nothing is sent.",
)
EXECUTION_STEPS: Final = (
    "The Safe's nonce, owners and threshold are read again, and the Safe itself derives the hash.",
    "The review runs once more; a block stops it here.",
    "A separate window asks for the executor key's passphrase; the executor pays the network fee.",
    (
        "It is recorded before it is sent. Then we wait for the receipt and for ExecutionSuccess "
        "of this very hash."
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyChoice:
    """Keys that may be used now, and the sentence when there are none."""

    keys: tuple[KeyLabel, ...]
    why_none: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of it: a headline, what it means, and what to do next ("" for nothing)."""

    kind: str
    title: str
    sentence: str
    facts: tuple[tuple[str, str], ...] = ()
    next_step: str = ""
    next_words: str = ""


def key_text(key: KeyLabel) -> str:
    """A key in a list: label, role and full address."""
    return f"{name_text(key.label)} · {key.role} · {key.address}"


def keys_to_sign(review: Review, keys: tuple[KeyLabel, ...]) -> KeyChoice:
    """The keys of owners of this Safe that have not signed yet."""
    safe = review.facts.safe
    owners = [key for key in keys if safe.is_owner(key.address)]
    free = tuple(key for key in owners if key.address not in review.valid_signers)
    if free:
        why = ""
    elif isinstance(safe.owners, Unknown):
        why = "The Safe's owners are not known; refresh first."
    elif owners:
        why = "Every owner key of this desk has signed this transaction already."
    elif keys:
        why = "None of this desk's keys belongs to an owner of this Safe."
    else:
        why = "This desk has no key yet; create one on the Keys page."
    return KeyChoice(keys=free, why_none=why)


def keys_to_execute(keys: tuple[KeyLabel, ...]) -> KeyChoice:
    """The executor keys: they pay for gas and own nothing here."""
    found = tuple(key for key in keys if key.role == "executor")
    why = (
        ""
        if found
        else "This desk has no executor key. Create one on the Keys page and send it a little "
        "of the chain's coin for gas; an owner's key is never used for this."
    )
    return KeyChoice(keys=found, why_none=why)


def signed_outcome(confirmation: Confirmation, review: Review, key: KeyLabel) -> Outcome:
    """After signing: how many are there now, and where the transaction goes next."""
    signers = set(review.valid_signers) | {confirmation.owner}
    threshold = review.facts.safe.threshold
    wanted = None if isinstance(threshold, Unknown) else threshold
    is_enough = wanted is not None and len(signers) >= wanted
    return Outcome(
        kind="good",
        title=f"Signed with {name_text(key.label)}",
        sentence=f"{len(signers)} of {'?' if wanted is None else wanted} owners signed. "
        "The signature is checked and kept.",
        facts=(
            ("Owner", str(confirmation.owner)),
            ("Safe transaction hash", hex_text(confirmation.safe_tx_hash)),
        ),
        next_step="execute" if is_enough else "export",
        next_words="Execute it from the queue" if is_enough else "Export for the cosigner…",
    )


def execution_outcome(receipt: Receipt) -> Outcome:
    """After sending: what the chain says became of our hash."""
    facts = (
        ("Transaction hash", hex_text(receipt.transaction_hash)),
        ("Block", f"{receipt.block.number:,} · {moment_text(receipt.block.timestamp)}"),
        ("Gas used", f"{receipt.gas_used:,}"),
        ("Receipt status", "1, included" if receipt.status == 1 else f"{receipt.status}, reverted"),
        ("ExecutionSuccess", _announced(receipt.execution_success)),
    )
    if receipt.execution_success is True:
        title, kind = "Executed", "good"
        sentence = "The Safe announced success for this very hash."
    elif receipt.execution_success is False:
        title, kind = "The Safe executed it and its calls failed", "danger"
        sentence = "The nonce is used. The calls were rolled back; nothing moved."
    else:
        title, kind = "Included, but not executed", "advice"
        sentence = (
            "The chain included the transaction and the Safe did not announce our hash; its nonce "
            "is untouched, and it can be tried again."
        )
    return Outcome(kind=kind, title=title, sentence=sentence, facts=facts)


def unknown_outcome(sentence: str) -> Outcome:
    """Nobody can say yet what became of it: unknown, never called failed."""
    return Outcome(
        kind="advice",
        title="Unknown",
        sentence=f"{sentence} It is on record and looked for again at every refresh; "
        "do not build another for this nonce before it is known.",
        next_step="look again",
        next_words="Look again",
    )


def _announced(success: bool | None) -> str:
    words = {True: "announced for our hash", False: "ExecutionFailure announced for our hash"}
    return "not announced" if success is None else words[success]
