"""What comes next with a transaction of the queue, and whether it waits for me."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from treasury_desktop.assets.address import Address
from treasury_desktop.assets.unknown import Unknown
from treasury_desktop.desk.doors import KeyLabel
from treasury_desktop.desk.draft_approval import Approvals, approvals_in
from treasury_desktop.review.validity import FOR_EVER, Validity
from treasury_desktop.safes.lifecycle import State
from treasury_desktop.safes.queued import QueuedTransaction
from treasury_desktop.safes.rejection import is_rejection
from treasury_desktop.safes.safe import Safe
from treasury_desktop.treasury.workspace import Workspace
from treasury_desktop.viewmodels.figures import party_at
from treasury_desktop.viewmodels.keys import key_name
from treasury_desktop.viewmodels.validity import is_expired


class Step(IntEnum):
    """What can be done next with a transaction; the lower, the more it waits for me."""

    EXECUTE = 0
    SIGN = 1
    LOOK_AGAIN = 2
    OPEN_KEYS = 3
    EXPORT = 4
    READ = 5
    WAIT = 6


STEP_TEXTS: Final = {
    Step.EXECUTE: "Execute…",
    Step.SIGN: "Review and sign",
    Step.LOOK_AGAIN: "Look again",
    Step.OPEN_KEYS: "Open Keys",
    Step.EXPORT: "Export for cosigners…",
    Step.READ: "Review",
    Step.WAIT: "Review",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueDesk:
    """What this desk is: its workspace, the Safe as last read and its own keys."""

    workspace: Workspace
    safe: Safe | None
    keys: tuple[KeyLabel, ...] | None
    read: tuple[Safe, ...]
    validities: Mapping[bytes, Validity]
    now: int

    @property
    def owners(self) -> tuple[Address, ...]:
        """Of the Safe, as far as they are known."""
        known = None if self.safe is None else self.safe.owners
        return known if isinstance(known, tuple) else ()

    @property
    def threshold(self) -> int | None:
        """How many of them have to sign."""
        known = None if self.safe is None else self.safe.threshold
        return None if isinstance(known, Unknown) else known

    @property
    def nonce(self) -> int | None:
        """The Safe's next one."""
        known = None if self.safe is None else self.safe.nonce
        return None if isinstance(known, Unknown) else known

    @property
    def address(self) -> Address | None:
        """Of the Safe, where it was read."""
        return None if self.safe is None else self.safe.address

    @property
    def whose(self) -> str:
        """Which Safe's lane it is, where there are several."""
        if self.safe is None or len(self.workspace.safes) == 1:
            return ""
        return f" · {self.name(self.safe.address)}"

    @property
    def my_owners(self) -> frozenset[Address]:
        """The owners whose keys are this desk's."""
        return frozenset(k.address for k in self.keys or () if k.address in self.owners)

    @property
    def here(self) -> frozenset[Address]:
        """Whoever's key lies on this machine."""
        return frozenset(k.address for k in self.keys or () if k.is_here)

    @property
    def can_execute(self) -> bool:
        """Whether there is an executor's key."""
        return any(k.role == "executor" for k in self.keys or ())

    def name(self, address: Address) -> str:
        """By its key's label, or the address book."""
        key = next((k for k in self.keys or () if k.address == address), None)
        if key is not None:
            return key_name(key)
        return party_at(address, self.workspace).short


@dataclass(frozen=True, slots=True)
class Beside:
    """What else waits, looked up and not searched: anybody may send thousands of rivals.

    `signed` is what each owner signed for a nonce of a Safe.
    """

    approvals: Approvals
    signed: Mapping[tuple[Address, int, Address], frozenset[bytes]]

    @classmethod
    def of(cls, queue: tuple[QueuedTransaction, ...]) -> "Beside":
        """Everything that waits, looked at once."""
        signed: dict[tuple[Address, int, Address], frozenset[bytes]] = {}
        for one in queue:
            for confirmation in one.confirmations:
                place = one.safe, one.tx.nonce, confirmation.owner
                signed[place] = signed.get(place, frozenset()) | {one.safe_tx_hash}
        return cls(approvals_in(queue), signed)

    def has_signed_rival(self, queued: QueuedTransaction, owner: Address) -> bool:
        """Whether an owner signed something else for its nonce."""
        signed = self.signed.get((queued.safe, queued.tx.nonce, owner), frozenset())
        return bool(signed - {queued.safe_tx_hash})


def is_enough(desk: QueueDesk, signed: frozenset[Address]) -> bool:
    """Whether as many owners signed as have to."""
    return desk.threshold is not None and len(signed) >= desk.threshold


def next_step(
    queued: QueuedTransaction,
    desk: QueueDesk,
    signed: frozenset[Address],
    beside: Beside,
    verdict: str,
) -> tuple[Step, str]:
    """What comes next, and the sentence beside the button."""
    if queued.state is State.SENT:
        return Step.LOOK_AGAIN, "It was sent. Whether it was executed is unknown until we see it."
    if desk.safe is None:
        return Step.WAIT, "The Safe's owners have not been read yet."
    if desk.nonce is not None and queued.tx.nonce < desk.nonce:
        return Step.WAIT, f"The Safe is at nonce {desk.nonce}; this can never run."
    if why := _why_only_read(queued, desk, verdict):
        return Step.READ, why
    if is_enough(desk, signed):
        return _step_confirmed(queued, desk)
    return _step_unconfirmed(queued, desk, signed, beside)


def asks_elsewhere(desk: QueueDesk, signed: frozenset[Address]) -> bool:
    """Whether the signature that is missing is that of a key of mine that lies elsewhere."""
    return not is_enough(desk, signed) and bool(desk.my_owners - desk.here - signed)


def _why_only_read(queued: QueuedTransaction, desk: QueueDesk, verdict: str) -> str:
    """Why nothing but reading it is offered; empty where something is."""
    if is_expired(desk.validities.get(queued.safe_tx_hash, FOR_EVER), desk.now):
        return "It can never run any more; a rejection would free its nonce."
    if verdict == "block":
        return "The review forbids signing it; read why."
    return "The keys of this desk are not known." if desk.keys is None else ""


def _step_confirmed(queued: QueuedTransaction, desk: QueueDesk) -> tuple[Step, str]:
    if desk.nonce != queued.tx.nonce:
        return Step.WAIT, f"Enough owners signed; it waits for nonce {desk.nonce}."
    if not desk.can_execute:
        words = "Enough owners signed; this desk has no executor key to send it with."
        return Step.EXPORT if desk.my_owners else Step.OPEN_KEYS, words
    return Step.EXECUTE, "Enough owners signed and it is next."


def _step_unconfirmed(
    queued: QueuedTransaction,
    desk: QueueDesk,
    signed: frozenset[Address],
    beside: Beside,
) -> tuple[Step, str]:
    free = (desk.my_owners & desk.here) - signed
    elsewhere = desk.my_owners - desk.here - signed
    if free:
        has_signed = any(beside.has_signed_rival(queued, owner) for owner in free)
        if has_signed and not (desk.safe and is_rejection(desk.safe, queued.tx)):
            words = f"You signed another transaction for nonce {queued.tx.nonce}."
            return Step.READ, words
        return Step.SIGN, "Your confirmation is missing."
    if elsewhere:
        words = "has not signed. Export it to where the key is, and import what comes back."
        return Step.EXPORT, f"{desk.name(min(elsewhere))} {words}"
    missing = (desk.threshold or 0) - len(signed)
    more = f"{missing} more confirmation{'' if missing == 1 else 's'}"
    if desk.my_owners:
        return Step.EXPORT, f"You signed. {more} from other owners."
    none = "No key of this desk is an owner's." if desk.keys else "This desk has no key yet."
    return Step.OPEN_KEYS, f"{none} {more} from owners."
