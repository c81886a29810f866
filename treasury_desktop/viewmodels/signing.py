"""What the pages say before, while and after a key signs or an executor sends.

The choice of keys follows from the review's Safe alone; whether anything is signed is decided
again by the desk and by the signer process.
"""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Final

from treasury_desktop.assets.address import Address
from treasury_desktop.assets.unknown import Unknown
from treasury_desktop.desk.doors import KeyLabel, Receipt
from treasury_desktop.review.review import Review
from treasury_desktop.safes.confirmation import Confirmation
from treasury_desktop.viewmodels.figures import block_text, hex_text, moment_text, name_text
from treasury_desktop.viewmodels.keys import SIGN_ELSEWHERE

WHAT_HAPPENS: Final = (
    (
        "A separate window shows the key, the hash and the comparison words, and asks for the "
        "passphrase unless the key is unlocked. This window never sees it."
    ),
    (
        "The signer process rebuilds the hash from the bytes, judges again by the present clock, "
        "signs, and ends."
    ),
    "It is checked and kept here as your confirmation before anything else. Nothing is sent.",
)
EXECUTION_STEPS: Final = (
    "The Safe's nonce, owners and threshold are read again, and the Safe itself derives the hash.",
    "The review runs once more; a finding that blocks stops it here.",
    "A separate window asks for the executor key's passphrase; the executor pays the network fee.",
    (
        "It is recorded before it is sent. Then we wait for the receipt and for ExecutionSuccess "
        "of this very hash."
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyChoice:
    """Keys that may be used now, and the sentence when there are none.

    `lacks_key` where another key on this desk would help. `for_safes` says for each key in the name
    of which Safe it signs, `names` what that is called; both are empty where all sign for
    themselves.
    """

    keys: tuple[KeyLabel, ...]
    why_none: str
    lacks_key: bool = False
    for_safes: tuple[Address | None, ...] = ()
    names: tuple[str, ...] = ()

    def safe_at(self, place: int) -> Address | None:
        """The Safe for which the key at a place signs, `None` where it signs for itself."""
        return self.for_safes[place] if 0 <= place < len(self.for_safes) else None

    def text_at(self, place: int) -> str:
        """A key in the list, with the Safe for which it signs."""
        text, name = key_text(self.keys[place]), self._name_at(place)
        return f"{text} · as owner of {name}" if name else text

    def button_at(self, place: int) -> str:
        """What the button says of the key at a place."""
        text, name = f"Sign with {self.keys[place].label}", self._name_at(place)
        return f"{text} for {name}…" if name else f"{text}…"

    def _name_at(self, place: int) -> str:
        return self.names[place] if 0 <= place < len(self.names) else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of it: a headline, what it means, and what to do next ("" for nothing).

    `why_not_again` says why the same is not offered once more ("" where it may be tried again).
    """

    kind: str
    title: str
    sentence: str
    facts: tuple[tuple[str, str], ...] = ()
    next_step: str = ""
    next_words: str = ""
    why_not_again: str = ""


def key_text(key: KeyLabel) -> str:
    """A key in a list: label, role and full address."""
    return f"{name_text(key.label)} · {key.role} · {key.address}"


def keys_to_sign(
    review: Review, keys: tuple[KeyLabel, ...], signed: AbstractSet[Address] = frozenset()
) -> KeyChoice:
    """The keys of owners of this Safe that have not signed yet, nor since the review (`signed`)."""
    safe = review.facts.safe
    owners = [key for key in keys if key.is_here and safe.is_owner(key.address)]
    elsewhere = [key for key in keys if not key.is_here and safe.is_owner(key.address)]
    free = tuple(key for key in owners if key.address not in {*review.valid_signers, *signed})
    if free:
        why = ""
    elif isinstance(safe.owners, Unknown):
        why = "The Safe's owners are not known; refresh first."
    elif owners:
        why = "Every owner key of this desk has signed this transaction already."
    elif elsewhere:
        why = f"The key of {name_text(elsewhere[0].label)} is elsewhere. {SIGN_ELSEWHERE}"
    elif keys:
        why = "None of this desk's keys belongs to an owner of this Safe."
    else:
        why = "This desk has no key yet; create one on the Keys page."
    lacks_key = not owners and not isinstance(safe.owners, Unknown)
    return KeyChoice(keys=free, why_none=why, lacks_key=lacks_key)


def keys_to_execute(keys: tuple[KeyLabel, ...]) -> KeyChoice:
    """The executor keys: they pay for gas and own nothing here."""
    found = tuple(key for key in keys if key.role == "executor")
    why = (
        ""
        if found
        else "This desk has no executor key. Create one on the Keys page and send it a little "
        "of the chain's coin for gas; an owner's key is never used for this."
    )
    return KeyChoice(keys=found, why_none=why, lacks_key=not found)


def signed_outcome(
    confirmation: Confirmation, review: Review, key: KeyLabel, keys: tuple[KeyLabel, ...]
) -> Outcome:
    """After signing: how many are there now, and where the transaction goes from here."""
    signers = set(review.valid_signers) | {confirmation.owner}
    safe = review.facts.safe
    wanted = None if isinstance(safe.threshold, Unknown) else safe.threshold
    is_enough = wanted is not None and len(signers) >= wanted
    step, button, words = _after_signing(review, keys) if is_enough else _TO_COSIGNERS
    owners = "" if isinstance(safe.owners, Unknown) else f", {len(safe.owners)} owners"
    said = f"{len(signers)} of {'?' if wanted is None else wanted} needed confirmations{owners}."
    return Outcome(
        kind="good",
        title=f"Signed with {name_text(key.label)}",
        sentence=f"{said} Yours is checked and kept. {words}".strip(),
        facts=(
            ("Owner", str(confirmation.owner)),
            ("Safe transaction hash", hex_text(confirmation.safe_tx_hash)),
        ),
        next_step=step,
        next_words=button,
        why_not_again="Every owner key of this desk has signed this transaction.",
    )


_TO_COSIGNERS: Final = ("export", "Export for cosigners…", "")


def _after_signing(review: Review, keys: tuple[KeyLabel, ...]) -> tuple[str, str, str]:
    """What can be done here with enough confirmations: step, its button, and what to know."""
    current, own = review.facts.safe.nonce, review.bundle.tx.nonce
    if isinstance(current, int) and current < own:
        return "queue", "Show it in the queue", f"It waits for nonce {current}."
    if not keys_to_execute(keys).keys:
        words = (
            "This desk has no executor key to send it with: another desk executes it, or one is "
            "created on the Keys page."
        )
        return "export", "Export for another desk…", words
    return "execute", "Execute it from the queue", ""


def execution_outcome(receipt: Receipt) -> Outcome:
    """After sending: what the chain says became of our hash."""
    block = block_text(receipt.block)
    facts = (
        ("Transaction hash", hex_text(receipt.transaction_hash)),
        ("Block", f"{block.removeprefix('block ')} · {moment_text(receipt.block.timestamp)}"),
        ("Gas used", f"{receipt.gas_used:,}"),
        ("Receipt status", "1, included" if receipt.status == 1 else f"{receipt.status}, reverted"),
        ("ExecutionSuccess", _announced(receipt.execution_success)),
    )
    if receipt.is_cancellation:
        return Outcome(
            kind="good",
            title=f"Cancelled in {block}",
            sentence="An empty transfer used the account nonce. Nothing ran and nothing failed: "
            "the transaction is confirmed as before, and can be executed again.",
            facts=facts,
            next_step="queue",
            next_words="Show the queue",
            why_not_again=f"Cancelled in {block}.",
        )
    if receipt.execution_success is None:
        return Outcome(
            kind="advice",
            title="Included, but not executed",
            sentence="The chain included the transaction and the Safe did not announce our hash; "
            "its nonce is untouched, and it can be tried again.",
            facts=facts,
        )
    if receipt.execution_success:
        kind, title, why = "good", f"Executed in {block}", f"Executed in {block}."
        sentence = "The Safe announced success for this very hash."
    else:
        kind, title = "danger", "The Safe executed it and its calls failed"
        sentence = "The nonce is used. The calls were rolled back; nothing moved."
        why = f"Its calls failed in {block}, and its nonce is used."
    return Outcome(
        kind=kind,
        title=title,
        sentence=sentence,
        facts=facts,
        next_step="queue",
        next_words="Show the queue",
        why_not_again=why,
    )


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
