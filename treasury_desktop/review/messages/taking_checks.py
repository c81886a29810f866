"""Who may take what by a message, and until when."""

from collections.abc import Iterator

from treasury_desktop.assets.address import Address
from treasury_desktop.messages.meaning import Kind, Meaning, Taking
from treasury_desktop.messages.message_contracts import message_contract
from treasury_desktop.messages.typed_data import TypedData
from treasury_desktop.messages.typed_values import addresses_in
from treasury_desktop.review.deny_check import denied_among
from treasury_desktop.review.findings import Finding, block, danger, warn
from treasury_desktop.review.lookalike_check import twin_of_trusted
from treasury_desktop.review.messages.message_subject import MessageCheck, MessageSubject
from treasury_desktop.review.messages.message_words import day_text
from treasury_desktop.review.venue_approvals import UNLIMITED_BALANCES, UNLIMITED_FROM

PERMITS = frozenset((Kind.PERMIT, Kind.PERMIT2))
DAY = 86_400
LATE_DAYS = 30
NEVER_DAYS = 366
"""An end later than this is none that anybody waits for."""


def spenders(subject: MessageSubject) -> Iterator[Finding]:
    """A permit is an approval that nobody sees on chain before it is used."""
    meaning = subject.meaning
    if meaning is None or meaning.kind not in PERMITS:
        return
    for taking in meaning.takings:
        if taking.is_nothing or subject.is_ours(taking.spender):
            continue
        who, what = subject.name_of(taking.spender), subject.name_of(taking.token)
        if not subject.is_allow_listed(taking.spender):
            yield block(
                "PERMIT_TO_UNKNOWN_SPENDER",
                f"The message lets {who} take {what}; it is not on the allow-list.",
            )
        if _is_unlimited(subject, taking):
            finding = danger if subject.is_allow_listed(taking.spender) else block
            sentence = f"The message lets {who} take practically unlimited {what}."
            yield finding("UNLIMITED_PERMIT", sentence)
    for nft in meaning.nfts:
        yield block(
            "NFT_APPROVAL",
            f"The message lets {subject.name_of(nft.taker)} take NFT {nft.number} of "
            f"{subject.name_of(nft.collection)}, whose worth nobody says.",
        )


def _is_unlimited(subject: MessageSubject, taking: Taking) -> bool:
    if taking.base_units >= UNLIMITED_FROM:
        return True
    balance = subject.idle.get(str(taking.token))
    return balance is not None and taking.base_units > UNLIMITED_BALANCES * balance


def payments(subject: MessageSubject) -> Iterator[Finding]:
    """A signed payment goes where it says, whoever carries it out."""
    meaning = subject.meaning
    if meaning is None or meaning.kind is not Kind.PAYMENT:
        return
    for taking in meaning.takings:
        to = taking.spender
        if to.is_zero:
            yield block("TRANSFER_TO_ZERO", "The message pays the zero address.")
        elif subject.is_listed_token(to):
            yield block(
                "TRANSFER_TO_TOKEN_CONTRACT",
                f"The message pays the token contract {subject.name_of(to)}.",
            )
        elif not subject.is_known_recipient(to):
            yield danger(
                "RECIPIENT_NOT_IN_ADDRESS_BOOK",
                f"The message pays {to}, which is not in the address book for this chain.",
            )


def tokens(subject: MessageSubject) -> Iterator[Finding]:
    """A token on no list may do anything, and its amounts mean nothing."""
    meaning = subject.meaning
    for taking in () if meaning is None else meaning.takings:
        if not subject.is_listed_token(taking.token):
            yield warn(
                "TOKEN_NOT_IN_TOKEN_LIST",
                f"The message is about the token {subject.name_of(taking.token)}, which is on no "
                "token list.",
            )


def lookalikes(subject: MessageSubject) -> Iterator[Finding]:
    """A poisoned address agrees with a trusted one where people look: at both ends."""
    meaning, evidence = subject.meaning, subject.evidence
    trusted = frozenset(
        (
            subject.safe.address,
            *subject.facts.own_safes,
            *(entry.address for entry in evidence.address_book),
            *(contract.address for contract in evidence.contracts if contract.trusted),
            *(token.address for token in evidence.tokens if token.listed is True),
            *(contract for s in subject.facts.strategies for contract in s.contracts),
        )
    )
    for address in () if meaning is None else _named(meaning):
        if message_contract(subject.chain_id, address) is not None:
            continue
        twin = twin_of_trusted(address, trusted, subject.chain_id)
        if twin is not None:
            sentence = f"{address} looks like {subject.name_of(twin)} and is another address."
            yield block("LOOKALIKE_ADDRESS", sentence)


def denied(subject: MessageSubject) -> Iterator[Finding]:
    """Whoever stands on a deny-list gets no signature, whatever it is about."""
    found = [] if subject.meaning is None else list(_named(subject.meaning))
    if isinstance(subject.message, TypedData):
        found += [*addresses_in(subject.message.domain), *addresses_in(subject.message.message)]
    named = ((address, "") for address in dict.fromkeys(found))
    yield from denied_among(subject.evidence.denied, named)


def _named(meaning: Meaning) -> tuple[Address, ...]:
    """Every address the meaning names, each once."""
    found = [address for taking in meaning.takings for address in (taking.token, taking.spender)]
    found += [address for nft in meaning.nfts for address in (nft.collection, nft.taker)]
    found += [receipt.receiver for receipt in meaning.receipts]
    found += [receipt.token for receipt in meaning.receipts if receipt.token is not None]
    return tuple(dict.fromkeys(found))


def ends(subject: MessageSubject) -> Iterator[Finding]:
    """A signature that nobody can take back waits as long as it counts."""
    meaning = subject.meaning
    if meaning is None or not (meaning.takes_something or meaning.kind is Kind.SIGN_IN):
        return
    finding = danger if meaning.takes_something else warn
    if meaning.expires is None:
        yield finding(
            "MESSAGE_NEVER_EXPIRES", "The message has no end: it counts until it is used."
        )
        return
    if subject.now is None:
        return
    left = meaning.expires - subject.now
    when = day_text(meaning.expires)
    if left < 0:
        yield block("MESSAGE_EXPIRED", f"The message ended {when}; signing it is of no use.")
    elif left > NEVER_DAYS * DAY:
        yield finding(
            "MESSAGE_NEVER_EXPIRES", f"The message ends {when}, which is as good as never."
        )
    elif left > LATE_DAYS * DAY:
        yield warn(
            "MESSAGE_EXPIRES_LATE", f"The message ends {when}, more than {LATE_DAYS} days from now."
        )


TAKING_CHECKS: tuple[MessageCheck, ...] = (
    spenders,
    payments,
    tokens,
    lookalikes,
    denied,
    ends,
)
