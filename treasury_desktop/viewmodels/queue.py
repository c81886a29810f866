"""What the queue page says: a lane for each nonce, rivals side by side, and what is mine to do.

Who signed is counted against the Safe's owners as last read; nothing a sender claims is.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import groupby
from types import MappingProxyType
from typing import Final

from treasury_desktop.assets.address import Address
from treasury_desktop.assets.untrusted_text import plain
from treasury_desktop.desk.collect_confirmations import still_aside
from treasury_desktop.desk.doors import KeyLabel
from treasury_desktop.desk.inside_signatures import pieces_of
from treasury_desktop.review.validity import FOR_EVER, Validity
from treasury_desktop.safes.lifecycle import FINAL, State
from treasury_desktop.safes.queued import QueuedTransaction
from treasury_desktop.safes.rejection import is_rejection
from treasury_desktop.safes.safe import Safe
from treasury_desktop.treasury.snapshot import TreasurySnapshot
from treasury_desktop.treasury.workspace import Workspace
from treasury_desktop.viewmodels.figures import (
    Remark,
    day_text,
    hex_text,
    name_text,
    shortened,
)
from treasury_desktop.viewmodels.nested_owners import NestedOwner, nested_owners_of, without_sign
from treasury_desktop.viewmodels.next_step import (
    STEP_TEXTS,
    Beside,
    QueueDesk,
    Step,
    asks_elsewhere,
    is_enough,
    next_step,
)
from treasury_desktop.viewmodels.validity import validity_remark

NONE_KNOWN: Final[Mapping[bytes, Validity]] = MappingProxyType({})
PURPOSE_LIMIT: Final = 160
REASON_LIMIT: Final = 160
FINISHED_SHOWN: Final = 6

VERDICTS: Final = {
    "ok": ("ok", "nothing speaks against it"),
    "warn": ("warn", "warnings to read"),
    "danger": ("danger", "dangers to acknowledge"),
    "block": ("block", "do not sign"),
}


REASONS: Final = {"unverifiable": "only the chain can tell, and it does not accept it so far"}
"""Reasons of collecting that a person would not understand."""


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
    waits_for_me: bool = False
    valid: Remark | None = None
    nested: tuple[NestedOwner, ...] = ()

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
    names the button that drafts a rejection of that Safe's nonce, "" where none is offered.
    """

    nonce: int
    safe: Address | None
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
    *,
    others: tuple[Safe, ...] = (),
    validities: Mapping[bytes, Validity] = NONE_KNOWN,
    now: int = 0,
) -> QueueView:
    """The queue page; `verdicts` are those of reviews made so far, by safeTxHash.

    `keys` is `None` where nobody knows which keys this desk has. `others` are the workspace's
    other Safes as read: each has lanes, owners and nonces of its own. `validities` say until when
    each is good, as of `now` (Unix seconds).
    """
    read = others if safe is None else (safe, *others)
    desk = QueueDesk(
        workspace=workspace, safe=safe, keys=keys, read=read, validities=validities, now=now
    )
    desks = {one.address: replace(desk, safe=one) for one in others}
    waiting = tuple(q for q in queue if q.state not in FINAL)
    beside = Beside.of(waiting)
    cards = [
        _card(q, desks.get(q.safe, desk), beside, verdicts.get(q.safe_tx_hash, "")) for q in waiting
    ]
    main = min(
        (card for card in cards if card.step <= Step.EXPORT),
        key=lambda card: (card.step, card.nonce),
        default=None,
    )
    shown = [replace(card, is_main=card is main) for card in cards]
    lanes: list[Lane] = []
    for each in (desk, *desks.values()):
        pairs = zip(waiting, shown, strict=True)
        lanes += _lanes([pair for pair in pairs if desks.get(pair[0].safe, desk) is each], each)
    mine = sum(card.waits_for_me for card in shown)
    return QueueView(
        lanes=tuple(lanes),
        finished=_finished(queue),
        waiting=mine,
        sentence=_sentence(mine, len(shown)),
    )


def transaction_title(queued: QueuedTransaction) -> str:
    """Nonce and purpose, as a page about one transaction begins."""
    purpose = plain(queued.purpose, limit=PURPOSE_LIMIT) or "No purpose stated"
    return f"Nonce {queued.tx.nonce}: {purpose}"


def other_safes(workspace: Workspace, snapshot: TreasurySnapshot | None) -> tuple[Safe, ...]:
    """The workspace's Safes but the first, as far as they were read."""
    read = {} if snapshot is None else {safe.address: safe for safe in snapshot.safes}
    return tuple(read[named.address] for named in workspace.safes[1:] if named.address in read)


def suggested_file_name(queued: QueuedTransaction) -> str:
    """A file name for cosigners that tells nonce and hash, from our own figures only."""
    return f"safe-nonce-{queued.tx.nonce}-{queued.safe_tx_hash.hex()[:8]}.json"


# ── one transaction ──────────────────────────────────────────────────────────────────────────────


def _card(queued: QueuedTransaction, desk: QueueDesk, beside: Beside, verdict: str) -> QueueCard:
    signed = queued.confirmed_by & frozenset(desk.owners)
    validity = desk.validities.get(queued.safe_tx_hash, FOR_EVER)
    step, words = next_step(queued, desk, signed, beside, verdict)
    text = STEP_TEXTS[step]
    nested = nested_owners_of(queued, desk.read, desk.workspace, desk.keys or (), beside.approvals)
    mine = next((one for one in nested if one.can_sign), None)
    if step in (Step.EXPORT, Step.OPEN_KEYS) and mine and not is_enough(desk, signed):
        step, words = Step.SIGN, f"Your signature as an owner of {mine.name} is missing."
        text, nested = mine.sign_text, without_sign(nested, mine)
    pieces = set[bytes]() if desk.safe is None else pieces_of(queued, desk.safe, desk.read)
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
            f"{REASONS.get(q.reason) or plain(q.reason, limit=REASON_LIMIT)}"
            for q in still_aside(queued)
            if q.data not in pieces
        ),
        hash_text=shortened(hex_text(queued.safe_tx_hash)),
        step=step,
        step_text=text,
        step_words=words,
        waits_for_me=step <= Step.SIGN or (step is Step.EXPORT and asks_elsewhere(desk, signed)),
        valid=validity_remark(validity, desk.now),
        nested=nested,
    )


def _state(queued: QueuedTransaction, desk: QueueDesk, signed: frozenset[Address]) -> Remark:
    if queued.state is State.SENT:
        return Remark("sent, outcome unknown", "advice")
    if desk.nonce is not None and queued.tx.nonce < desk.nonce:
        return Remark("nonce used", "idle")
    if is_enough(desk, signed):
        is_next = desk.nonce == queued.tx.nonce
        return Remark("ready to execute" if is_next else "confirmed", "good")
    return Remark("collecting" if signed else "no confirmation yet", "idle")


# ── lanes and the rest ───────────────────────────────────────────────────────────────────────────


_Pair = tuple[QueuedTransaction, QueueCard]


def _lanes(pairs: list[_Pair], desk: QueueDesk) -> Iterator[Lane]:
    """A lane for each nonce, and one for each gap before something that waits behind it."""
    expected = desk.nonce
    ordered = sorted(pairs, key=_nonce_of)
    for nonce, rivals in groupby(ordered, key=_nonce_of):
        if expected is not None and nonce > expected:
            yield _gap(expected, nonce - 1, desk)
        yield _lane(nonce, list(rivals), desk)
        expected = None if expected is None else max(expected, nonce + 1)


def _nonce_of(pair: _Pair) -> int:
    return pair[0].tx.nonce


def _gap(first: int, last: int, desk: QueueDesk) -> Lane:
    nonces = f"Nonce {first}" if first == last else f"Nonces {first} to {last}"
    return Lane(
        nonce=first,
        safe=desk.address,
        title=f"{nonces}{desk.whose}",
        caption="nothing is proposed; what comes behind waits",
        cards=(),
        rejects=f"Fill nonce {first} with a rejection",
    )


def _lane(nonce: int, pairs: list[_Pair], desk: QueueDesk) -> Lane:
    these, current = tuple(card for _queued, card in pairs), desk.nonce
    if current is None:
        caption = "the Safe's nonce is not known"
    elif nonce == current:
        caption = "next to run"
    else:
        caption = f"the Safe is at {current}"
    if len(these) > 1:
        caption += f" · {len(these)} rivals, only one can run"
    return Lane(
        nonce=nonce,
        safe=desk.address,
        title=f"Nonce {nonce}{desk.whose}",
        caption=caption,
        cards=these,
        rejects=f"Draft a rejection of nonce {nonce}" if _can_reject(nonce, pairs, desk) else "",
    )


def _can_reject(nonce: int, pairs: list[_Pair], desk: QueueDesk) -> bool:
    """Whether a rejection would help: the nonce is open, nothing is on its way, none is there."""
    safe, current = desk.safe, desk.nonce
    if safe is None or current is None or nonce < current:
        return False
    ours = [queued for queued, _card in pairs if queued.safe == safe.address]
    return not any(q.state is State.SENT or is_rejection(safe, q.tx) for q in ours)


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
