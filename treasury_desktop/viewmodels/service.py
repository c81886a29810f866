"""What pages say of the optional Safe Transaction Service: state, budget, and what came of it.

Nothing that a service decodes or describes is shown. Of a stranger's proposal there is what the
hash was derived from: nonce and recipient.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from treasury_desktop.assets.address import Address
from treasury_desktop.assets.untrusted_text import plain
from treasury_desktop.desk.exchange_with_service import ServiceReading
from treasury_desktop.desk.served_transactions import RefusedEntry
from treasury_desktop.desk.service_settings import KEY_REFUSED, ServiceState
from treasury_desktop.safes.lifecycle import FINAL
from treasury_desktop.safes.queued import QueuedTransaction
from treasury_desktop.safes.safe import Safe
from treasury_desktop.viewmodels.figures import Remark, grouped_number, hex_text, shortened

HOST_LIMIT: Final = 80
REASON_LIMIT: Final = 400
MOST_SHOWN: Final = 30
"""Rows of what was set aside, and of what is shown apart; a liar lists any number."""
LEARNS: Final = (
    "The service learns your IP address, which Safes you look at and when, and every transaction "
    "and confirmation you send to it. It is asked only when you press a button."
)
BELIEVED: Final = (
    "Nothing it says is believed: every hash is derived anew, every signature is verified against "
    "the owners on the chain, and how it describes a transaction is never shown."
)
UNDER_WAY: Final = "Under way: waiting for its answer."


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceView:
    """The service as the settings say it; `share` is (used, allowed) for the bar."""

    chip: Remark
    sentence: str
    meter: str
    share: tuple[int, int]
    key_words: str
    key_hint: str
    main: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceBarView:
    """The service above the queue; `why_not` is why it cannot be asked now, "" where it can."""

    is_there: bool
    title: str
    chip: Remark
    sentence: str
    meter: str
    share: tuple[int, int]
    why_not: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceRowView:
    """What one transaction can have sent; `note` is what is known of it there."""

    action: str
    why_not: str
    note: str
    origin: str


def service_view(state: ServiceState) -> ServiceView:
    """The card on the settings page."""
    has_key = bool(state.settings.key_entry)
    kept = f"Kept in {state.key_place}, told to this service only, and never shown again."
    would = f"It would be kept in {state.key_place}, and never shown again."
    return ServiceView(
        chip=_chip(state),
        sentence=_sentence(state),
        meter=meter_text(state),
        share=_share(state),
        key_words=kept if has_key else would,
        key_hint="type another to replace the one that is kept" if has_key else "none",
        main="Keep changes" if state.is_on else "Turn on",
    )


def service_bar(
    state: ServiceState, *, has_safe: bool, chain_trouble: str, is_asking: bool
) -> ServiceBarView:
    """The line above the lanes, where an address was ever chosen."""
    return ServiceBarView(
        is_there=bool(state.settings.address),
        title=f"Safe Transaction Service · {host_text(state.host)}",
        chip=_chip(state),
        sentence=state.trouble.sentence if state.trouble and state.is_on else "",
        meter=meter_text(state),
        share=_share(state),
        why_not=_why_not_ask(
            state, has_safe=has_safe, chain_trouble=chain_trouble, is_asking=is_asking
        ),
    )


def service_row(
    queued: QueuedTransaction,
    safe: Safe | None,
    state: ServiceState,
    my_owners: Iterable[Address],
    bar: ServiceBarView,
) -> ServiceRowView:
    """What can be sent of one transaction, and why not."""
    ours, there = frozenset(my_owners), state.listed.get(queued.safe_tx_hash)
    signed = {one.owner for one in queued.confirmations} & ours
    host = state.brought_by.get(queued.safe_tx_hash, "")
    if queued.state in FINAL or (
        safe is not None and isinstance(safe.nonce, int) and queued.tx.nonce < safe.nonce
    ):
        why_not = f"Nonce {queued.tx.nonce} is used up."
    elif not signed:
        why_not = "Nothing to send: you have not signed it."
    elif there is not None and signed <= there:
        why_not = "Nothing new to send: the service has your confirmation."
    else:
        why_not = bar.why_not
    return ServiceRowView(
        action="Propose to service" if there is None else "Send my confirmation",
        why_not=why_not,
        note=_known_there(state, there),
        origin=f"served by {host_text(host)}, not believed" if host else "",
    )


def meter_text(state: ServiceState) -> str:
    """The budget: "31 of 200 requests this month"."""
    used, allowed = _share(state)
    return f"{grouped_number(used)} of {grouped_number(allowed)} requests this month"


def host_text(host: str) -> str:
    """A host as it was kept, made harmless: records may come from somebody else."""
    return plain(host, limit=HOST_LIMIT)


def _share(state: ServiceState) -> tuple[int, int]:
    return state.used.requests, state.settings.requests_per_month


def _chip(state: ServiceState) -> Remark:
    if not state.is_on:
        return Remark("off", "idle")
    if state.is_used_up:
        return Remark("out of budget", "advice")
    if state.trouble is not None:
        return Remark(
            state.trouble.kind, "danger" if state.trouble.kind == KEY_REFUSED else "advice"
        )
    return Remark("on", "good")


def _sentence(state: ServiceState) -> str:
    if state.damage:
        return f"{state.damage} It counts as off."
    if not state.is_on:
        return "It is off: nothing is asked, and no connection is opened."
    if state.is_used_up:
        return (
            f"The budget of {state.used.month} is spent; nothing is asked until the next month "
            "begins (UTC), or you allow more."
        )
    if state.trouble is not None:
        return state.trouble.sentence
    if state.answer:
        return f"{host_text(state.host)} answers; it calls itself version {state.answer}."
    return "It is on. Nothing has been asked since."


def _why_not_ask(
    state: ServiceState, *, has_safe: bool, chain_trouble: str, is_asking: bool
) -> str:
    if is_asking:
        return UNDER_WAY
    if not state.is_on:
        return "The service is turned off in Settings."
    if state.is_used_up:
        return f"All {grouped_number(state.used.requests)} requests of this month are used."
    if chain_trouble:
        return f"Owners and nonce have to come from the chain. {chain_trouble}"
    if not has_safe:
        return "The Safe has not been read yet; its owners decide. Refresh first."
    return ""


def _known_there(state: ServiceState, there: frozenset[Address] | None) -> str:
    if there is None:
        return "Not listed there." if state.is_read else "Whether the service has it is not known."
    return f"The service has {_number(len(there), 'verified confirmation')} of it."


# ── what came of a reading ───────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True, kw_only=True)
class AsideRow:
    """Something the service listed that is not taken: where it stands, and the whole reason."""

    place: str
    kind: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ApartRow:
    """A transaction shown apart: nobody here signed it, or the service itself does not trust it."""

    title: str
    recipient: str
    hash_text: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingView:
    """What came of reading; `more_*` says how many rows are left out."""

    sentence: str
    kind: str
    remarks: tuple[str, ...]
    aside: tuple[AsideRow, ...]
    more_aside: str
    apart: tuple[ApartRow, ...]
    more_apart: str

    @property
    def has_more(self) -> bool:
        """Whether there is more to say than the sentence."""
        return bool(self.remarks or self.aside or self.apart)


def reading_view(reading: ServiceReading, host: str) -> ReadingView:
    """A reading in words, the lies named one by one."""
    new, confirmations = reading.new_transactions, reading.new_confirmations
    parts = [_number(new, "new transaction"), _number(confirmations, "new confirmation")]
    sentence = f"Read {host_text(host)}: {', '.join(parts)}."
    if not new and not confirmations:
        sentence = f"Read {host_text(host)}: nothing new."
    if reading.quarantined:
        sentence += f" {_number(reading.quarantined, 'signature')} kept aside, not counted."
    if reading.refused:
        sentence += f" {_number(len(reading.refused), 'statement')} set aside."
    is_clean = not (reading.refused or reading.quarantined or reading.remarks)
    return ReadingView(
        sentence=sentence,
        kind="good" if is_clean else "advice",
        remarks=tuple(plain(each, limit=REASON_LIMIT) for each in reading.remarks[:MOST_SHOWN]),
        aside=tuple(
            AsideRow(
                place=one.place,
                kind="unread" if one.safe_tx_hash is None else "not true",
                reason=_sentence_of(one),
            )
            for one in reading.refused[:MOST_SHOWN]
        ),
        more_aside=_more(len(reading.refused)),
        apart=tuple(
            ApartRow(
                title=f"Nonce {grouped_number(one.tx.nonce)}",
                recipient=str(one.tx.to),
                hash_text=shortened(hex_text(one.safe_tx_hash)),
                reason=one.reason,
            )
            for one in reading.apart[:MOST_SHOWN]
        ),
        more_apart=_more(len(reading.apart)),
    )


def _number(count: int, noun: str) -> str:
    return f"{grouped_number(count)} {noun}{'' if count == 1 else 's'}"


def _more(count: int) -> str:
    return f"and {grouped_number(count - MOST_SHOWN)} more" if count > MOST_SHOWN else ""


def _sentence_of(refused: RefusedEntry) -> str:
    """Our words about an entry begin as a sentence does; those about a field begin with it."""
    reason = plain(refused.reason, limit=REASON_LIMIT)
    return reason if refused.safe_tx_hash is None else reason[:1].upper() + reason[1:]
