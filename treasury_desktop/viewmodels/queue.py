"""What the queue page says: a lane for each nonce, rivals side by side, and what is mine to do.

Who signed is counted against the Safe's owners as last read; nothing a sender claims is.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from treasury_desktop.assets.address import Address
from treasury_desktop.assets.unknown import Unknown
from treasury_desktop.assets.untrusted_text import plain
from treasury_desktop.desk.collect_confirmations import still_aside
from treasury_desktop.desk.doors import KeyLabel
from treasury_desktop.safes.lifecycle import FINAL, State
from treasury_desktop.safes.queued import QueuedTransaction
from treasury_desktop.safes.rejection import is_rejection
from treasury_desktop.safes.safe import Safe
from treasury_desktop.treasury.workspace import Workspace
from treasury_desktop.viewmodels.figures import (
    Remark,
    day_text,
    hex_text,
    name_text,
    party_at,
    shortened,
)
from treasury_desktop.viewmodels.keys import key_name

PURPOSE_LIMIT: Final = 160
REASON_LIMIT: Final = 160
FINISHED_SHOWN: Final = 6

VERDICTS: Final = {
    "ok": ("ok", "nothing speaks against it"),
    "warn": ("warn", "warnings to read"),
    "danger": ("danger", "dangers to acknowledge"),
    "block": ("block", "do not sign"),
}


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
class Dot:
    """One owner's place: filled when they signed."""

    name: str
    address: str
    is_signed: bool
    is_mine: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueCard:
    """One transaction of the queue, in words."""

    safe_tx_hash: bytes
    nonce: int
    purpose: str
    strategy: str
    origin: str
    state: Remark
    verdict: tuple[str, str]
    dots: tuple[Dot, ...]
    signed: str
    quarantined: tuple[str, ...]
    hash_text: str
    step: Step
    step_text: str
    step_words: str
    is_main: bool = False

    @property
    def names(self) -> str:
        """Who signed and who has not, by name."""
        signed = ", ".join(dot.name for dot in self.dots if dot.is_signed)
        missing = ", ".join(dot.name for dot in self.dots if not dot.is_signed)
        parts = (f"signed: {signed}" if signed else "", f"not yet: {missing}" if missing else "")
        return " · ".join(part for part in parts if part) or "the owners are not known"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """All transactions that want one nonce; only one of them can run.

    Without cards it is a gap: nobody has proposed anything, and what comes behind waits. `rejects`
    names the button that drafts a rejection, "" where none is offered.
    """

    nonce: int
    title: str
    caption: str
    cards: tuple[QueueCard, ...]
    rejects: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueView:
    """The whole page. `waiting` counts what waits for me; `finished` says what became of others."""

    lanes: tuple[Lane, ...]
    finished: tuple[tuple[str, str], ...]
    waiting: int
    sentence: str


def queue_view(
    queue: tuple[QueuedTransaction, ...],
    safe: Safe | None,
    workspace: Workspace,
    keys: tuple[KeyLabel, ...] | None,
    verdicts: Mapping[bytes, str],
) -> QueueView:
    """The queue page; `verdicts` are those of reviews made so far, by safeTxHash.

    `keys` is `None` where nobody knows which keys this desk has.
    """
    desk = _Desk(workspace=workspace, safe=safe, keys=keys)
    waiting = tuple(q for q in queue if q.state not in FINAL)
    cards = [_card(q, desk, waiting, verdicts.get(q.safe_tx_hash, "")) for q in waiting]
    main = min(
        (card for card in cards if card.step <= Step.EXPORT),
        key=lambda card: (card.step, card.nonce),
        default=None,
    )
    shown = [_accented(card, is_main=card is main) for card in cards]
    mine = sum(card.step <= Step.SIGN for card in shown)
    return QueueView(
        lanes=_lanes(shown, waiting, desk),
        finished=_finished(queue),
        waiting=mine,
        sentence=_sentence(mine, len(shown)),
    )


def transaction_title(queued: QueuedTransaction) -> str:
    """Nonce and purpose, as a page about one transaction begins."""
    purpose = plain(queued.purpose, limit=PURPOSE_LIMIT) or "No purpose stated"
    return f"Nonce {queued.tx.nonce}: {purpose}"


def suggested_file_name(queued: QueuedTransaction) -> str:
    """A file name for cosigners that tells nonce and hash, from our own figures only."""
    return f"safe-nonce-{queued.tx.nonce}-{queued.safe_tx_hash.hex()[:8]}.json"


# ── one transaction ──────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True, kw_only=True)
class _Desk:
    """What this desk is: its workspace, the Safe as last read and its own keys."""

    workspace: Workspace
    safe: Safe | None
    keys: tuple[KeyLabel, ...] | None

    @property
    def owners(self) -> tuple[Address, ...]:
        known = None if self.safe is None else self.safe.owners
        return known if isinstance(known, tuple) else ()

    @property
    def threshold(self) -> int | None:
        known = None if self.safe is None else self.safe.threshold
        return None if isinstance(known, Unknown) else known

    @property
    def nonce(self) -> int | None:
        known = None if self.safe is None else self.safe.nonce
        return None if isinstance(known, Unknown) else known

    @property
    def my_owners(self) -> frozenset[Address]:
        return frozenset(k.address for k in self.keys or () if k.address in self.owners)

    @property
    def here(self) -> frozenset[Address]:
        return frozenset(k.address for k in self.keys or () if k.is_here)

    @property
    def can_execute(self) -> bool:
        return any(k.role == "executor" for k in self.keys or ())

    def name(self, address: Address) -> str:
        key = next((k for k in self.keys or () if k.address == address), None)
        if key is not None:
            return key_name(key)
        return party_at(address, self.workspace).short


def _card(
    queued: QueuedTransaction, desk: _Desk, queue: tuple[QueuedTransaction, ...], verdict: str
) -> QueueCard:
    signed = queued.confirmed_by & frozenset(desk.owners)
    step, words = _step(queued, desk, signed, queue, verdict)
    wanted = "?" if desk.threshold is None else desk.threshold
    return QueueCard(
        safe_tx_hash=queued.safe_tx_hash,
        nonce=queued.tx.nonce,
        purpose=plain(queued.purpose, limit=PURPOSE_LIMIT) or "No purpose stated",
        strategy=name_text(queued.strategy) if queued.strategy else "",
        origin=f"{'drafted here' if queued.drafted_here else 'imported'} on "
        f"{day_text(queued.created_at)}",
        state=_state(queued, desk, signed),
        verdict=VERDICTS.get(verdict, ("", "")),
        dots=tuple(
            Dot(
                name=desk.name(owner),
                address=str(owner),
                is_signed=owner in signed,
                is_mine=owner in desk.my_owners,
            )
            for owner in desk.owners
        ),
        signed=f"{len(signed)} of {wanted} signed",
        quarantined=tuple(
            f"{'nobody' if q.claimed_signer is None else desk.name(q.claimed_signer)}: "
            f"{plain(q.reason, limit=REASON_LIMIT)}"
            for q in still_aside(queued)
        ),
        hash_text=shortened(hex_text(queued.safe_tx_hash)),
        step=step,
        step_text=STEP_TEXTS[step],
        step_words=words,
    )


def _state(queued: QueuedTransaction, desk: _Desk, signed: frozenset[Address]) -> Remark:
    if queued.state is State.SENT:
        return Remark("sent, outcome unknown", "advice")
    if desk.nonce is not None and queued.tx.nonce < desk.nonce:
        return Remark("nonce used", "idle")
    if _is_enough(desk, signed):
        is_next = desk.nonce == queued.tx.nonce
        return Remark("ready to execute" if is_next else "confirmed", "good")
    return Remark("collecting confirmations" if signed else "no confirmation yet", "idle")


def _is_enough(desk: _Desk, signed: frozenset[Address]) -> bool:
    return desk.threshold is not None and len(signed) >= desk.threshold


def _step(
    queued: QueuedTransaction,
    desk: _Desk,
    signed: frozenset[Address],
    queue: tuple[QueuedTransaction, ...],
    verdict: str,
) -> tuple[Step, str]:
    """What comes next, and the sentence beside the button."""
    if queued.state is State.SENT:
        return Step.LOOK_AGAIN, "It was sent. Whether it was executed is unknown until we see it."
    if desk.safe is None:
        return Step.WAIT, "The Safe's owners have not been read yet."
    if desk.nonce is not None and queued.tx.nonce < desk.nonce:
        return Step.WAIT, f"The Safe is at nonce {desk.nonce}; this can never run."
    if verdict == "block":
        return Step.READ, "The review forbids signing it; read why."
    if desk.keys is None:
        return Step.READ, "The keys of this desk are not known."
    is_enough = _is_enough(desk, signed)
    return (
        _step_confirmed(queued, desk)
        if is_enough
        else _step_unconfirmed(queued, desk, signed, queue)
    )


def _step_confirmed(queued: QueuedTransaction, desk: _Desk) -> tuple[Step, str]:
    if desk.nonce != queued.tx.nonce:
        return Step.WAIT, f"Enough owners signed; it waits for nonce {desk.nonce}."
    if not desk.can_execute:
        words = "Enough owners signed; this desk has no executor key to send it with."
        return Step.EXPORT if desk.my_owners else Step.OPEN_KEYS, words
    return Step.EXECUTE, "Enough owners signed and it is next."


def _step_unconfirmed(
    queued: QueuedTransaction,
    desk: _Desk,
    signed: frozenset[Address],
    queue: tuple[QueuedTransaction, ...],
) -> tuple[Step, str]:
    free = (desk.my_owners & desk.here) - signed
    elsewhere = desk.my_owners - desk.here - signed
    if free:
        rivals = [q for q in queue if q.tx.nonce == queued.tx.nonce and q is not queued]
        if any(c.owner in free for q in rivals for c in q.confirmations):
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


def _accented(card: QueueCard, *, is_main: bool) -> QueueCard:
    values = {name: getattr(card, name) for name in QueueCard.__slots__}
    return QueueCard(**{**values, "is_main": is_main})


# ── lanes and the rest ───────────────────────────────────────────────────────────────────────────


def _lanes(
    cards: list[QueueCard], waiting: tuple[QueuedTransaction, ...], desk: _Desk
) -> tuple[Lane, ...]:
    """A lane for each nonce, and one for each gap before something that waits behind it."""
    lanes: list[Lane] = []
    expected = desk.nonce
    for nonce in sorted({card.nonce for card in cards}):
        if expected is not None and nonce > expected:
            lanes.append(_gap(expected, nonce - 1))
        lanes.append(_lane(nonce, cards, waiting, desk))
        expected = None if expected is None else max(expected, nonce + 1)
    return tuple(lanes)


def _gap(first: int, last: int) -> Lane:
    title = f"Nonce {first}" if first == last else f"Nonces {first} to {last}"
    return Lane(
        nonce=first,
        title=title,
        caption="nothing is proposed; what comes behind waits",
        cards=(),
        rejects=f"Fill nonce {first} with a rejection",
    )


def _lane(
    nonce: int, cards: list[QueueCard], waiting: tuple[QueuedTransaction, ...], desk: _Desk
) -> Lane:
    these = tuple(card for card in cards if card.nonce == nonce)
    current = desk.nonce
    if current is None:
        caption = "the Safe's nonce is not known"
    elif nonce == current:
        caption = "next to run"
    else:
        caption = f"the Safe is at {current}"
    if len(these) > 1:
        caption += f" · {len(these)} rivals, only one can run"
    at_nonce = [q for q in waiting if q.tx.nonce == nonce]
    can_reject = (
        desk.safe is not None
        and current is not None
        and nonce >= current
        and not any(q.state is State.SENT or is_rejection(desk.safe, q.tx) for q in at_nonce)
    )
    return Lane(
        nonce=nonce,
        title=f"Nonce {nonce}",
        caption=caption,
        cards=these,
        rejects=f"Draft a rejection of nonce {nonce}" if can_reject else "",
    )


def _finished(queue: tuple[QueuedTransaction, ...]) -> tuple[tuple[str, str], ...]:
    over = sorted(
        (q for q in queue if q.state in FINAL), key=lambda q: (-q.tx.nonce, q.safe_tx_hash)
    )
    return tuple(
        (
            f"Nonce {q.tx.nonce} · {q.state.value}",
            plain(q.purpose, limit=PURPOSE_LIMIT) or "No purpose stated",
        )
        for q in over[:FINISHED_SHOWN]
    )


def _sentence(mine: int, waiting: int) -> str:
    if mine:
        return f"{mine} of {waiting} wait{'s' if mine == 1 else ''} for you."
    return f"{waiting} waiting, none for you." if waiting else "Nothing is waiting."
