"""Whether a message is what it seems: readable, this Safe's, of this chain, for a known contract.

Each check opens with what an attacker gains if it were missing.
"""

from collections.abc import Iterator

from treasury_desktop.assets.unknown import Unknown
from treasury_desktop.calls.known_contracts import official_contract
from treasury_desktop.messages.meaning import CONTRADICTION, NOT_READ_WHOLE, Meaning, Verifier
from treasury_desktop.messages.message_contracts import message_contract
from treasury_desktop.messages.sign_in import SIGN_IN_ELSEWHERE
from treasury_desktop.messages.text_message import TextMessage
from treasury_desktop.messages.typed_data import TypedData
from treasury_desktop.review.findings import Finding, block, danger, warn
from treasury_desktop.review.messages.message_subject import MessageCheck, MessageSubject

_FLAWS = {NOT_READ_WHOLE: block, CONTRADICTION: block, SIGN_IN_ELSEWHERE: danger}
HANDLERS = frozenset(("CompatibilityFallbackHandler", "ExtensibleFallbackHandler"))
"""Official contracts that answer isValidSignature for a Safe."""


def decoding(subject: MessageSubject) -> Iterator[Finding]:
    """What nobody here can read could give everything away."""
    if subject.meaning is None:
        assert isinstance(subject.message, TypedData)
        yield block(
            NOT_READ_WHOLE,
            f"Nobody here can say what typed data of this {subject.message.primary_type} means; "
            "what has no decoding cannot be signed.",
            evidence=subject.message.encoded_type[:200],
        )
        return
    for flaw in subject.meaning.flaws:
        yield _FLAWS[flaw.code](flaw.code, flaw.sentence)


def account(subject: MessageSubject) -> Iterator[Finding]:
    """A message in another's name is worth nothing, or was made to be signed by mistake."""
    whose = None if subject.meaning is None else subject.meaning.account
    if whose is not None and whose != subject.safe.address:
        yield block(
            "MESSAGE_OF_ANOTHER_ACCOUNT",
            f"The message is in the name of {subject.name_of(whose)}, not of this Safe "
            f"({subject.safe.address}).",
        )


def chain(subject: MessageSubject) -> Iterator[Finding]:
    """A message for another chain is used there, where a Safe of this address may hold money."""
    meaning = subject.meaning
    said = [None if isinstance(subject.message, TextMessage) else subject.message.chain_id]
    said += [None if meaning is None else meaning.chain_id]
    for chain_id in said:
        if chain_id is not None and chain_id != subject.chain_id:
            yield block(
                "CHAIN_MISMATCH",
                f"The message is for chain {chain_id}; the Safe is on {subject.chain_id}.",
            )
    if said == [None, None] and meaning is not None and meaning.verifier is not Verifier.NONE:
        finding = danger if meaning.takes_something else warn
        yield finding(
            "MESSAGE_WITHOUT_CHAIN",
            "The message names no chain: it counts on every chain where its contract has the same "
            "address.",
        )


def verifier(subject: MessageSubject) -> Iterator[Finding]:
    """A contract of a stranger's may take the signature for anything it likes."""
    meaning, message = subject.meaning, subject.message
    if meaning is None or meaning.verifier is Verifier.NONE or isinstance(message, TextMessage):
        return
    contract = message.verifying_contract
    if contract is None:
        yield block(
            "MESSAGE_WITHOUT_CONTRACT",
            "The message names no contract that has to check it, so any contract may.",
        )
        return
    if meaning.verifier is Verifier.TOKEN:
        if not subject.is_listed_token(contract):
            yield block(
                "VERIFIER_NOT_KNOWN",
                f"The message is for the token {subject.name_of(contract)}, which is on no token "
                "list.",
            )
    elif meaning.verifier is Verifier.NFT:
        if not subject.is_allow_listed(contract):
            sentence = f"The message is for {subject.name_of(contract)}, which nobody here knows."
            yield block("VERIFIER_NOT_KNOWN", sentence)
    else:
        packaged = message_contract(subject.chain_id, contract)
        if packaged is None or packaged.kind != meaning.verifier.value:
            yield block(
                "VERIFIER_NOT_KNOWN",
                f"The message is for {subject.name_of(contract)}, which is not "
                f"{meaning.verifier.value} on this chain.",
            )
    yield from _settler(subject, meaning)


def _settler(subject: MessageSubject, meaning: Meaning) -> Iterator[Finding]:
    """Who settles an order keeps its terms, or keeps the money."""
    if meaning.settled_by is None:
        return
    packaged = message_contract(subject.chain_id, meaning.settled_by)
    # An order around a Permit2 transfer is kept by a reactor; every other one by who checks it.
    is_witness = meaning.verifier is Verifier.PERMIT2
    wanted = Verifier.UNISWAPX if is_witness else meaning.verifier
    if packaged is None or packaged.kind != wanted.value:
        yield block(
            "SETTLEMENT_NOT_KNOWN",
            f"The order is settled by {subject.name_of(meaning.settled_by)}, which is no contract "
            "that is known here to keep an order's terms.",
        )


def handler(subject: MessageSubject) -> Iterator[Finding]:
    """Without a handler that answers for it the Safe stands by no signature at all."""
    found = subject.safe.fallback_handler
    if found is None:
        yield block(
            "SAFE_ANSWERS_NO_MESSAGES",
            "The Safe has no fallback handler, so it confirms no message, whoever signs.",
        )
    elif not isinstance(found, Unknown):
        official = official_contract(subject.chain_id, found)
        if official is None or official.name not in HANDLERS:
            yield warn(
                "FALLBACK_HANDLER_NOT_KNOWN",
                f"Whether the Safe stands by a message is decided by its fallback handler {found}, "
                "which is no official one.",
            )


def state(subject: MessageSubject) -> Iterator[Finding]:
    """Without the owners nobody can tell whose signature would count."""
    if isinstance(subject.safe.owners, Unknown) or isinstance(subject.safe.threshold, Unknown):
        yield block(
            "STATE_UNKNOWN", "Nobody here has read who owns the Safe; refresh it from a node."
        )


ORIGIN_CHECKS: tuple[MessageCheck, ...] = (
    decoding,
    account,
    chain,
    verifier,
    handler,
    state,
)
