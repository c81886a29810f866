"""Where what was claimed beside the bytes says otherwise than the bytes.

One function per finding, each opening with what an attacker gains if it were missing.
"""

import re
from collections.abc import Iterator

from treasury_desktop.assets.unknown import Unknown
from treasury_desktop.assets.untrusted_text import NAME_LIMIT, plain
from treasury_desktop.bundle import Disagreement
from treasury_desktop.bundle.claims import ServiceValue
from treasury_desktop.review.exceptions import exceptions_that_fail
from treasury_desktop.review.findings import Finding, block, danger, warn
from treasury_desktop.review.inner_transactions import ApprovedHash, approved_hash, hashes_of
from treasury_desktop.review.service_check import service_decoding
from treasury_desktop.review.simulation_check import moved_otherwise
from treasury_desktop.review.storage_check import storage_takeover
from treasury_desktop.review.subject import Check, Subject

SETS = ("owners", "modules", "own_safes")
"""Questions whose answers are lists without an order."""
MOST_ANSWERS_SHOWN = 8
MOST_CHECKED = 2048
"""Inner transactions whose claimed hashes are recomputed."""
MOST_TARGETS = 4
"""Safes tried for an inner transaction that names none."""
_NUMBER = re.compile(r"\d{1,100}|0[xX][0-9a-fA-F]{1,64}", re.ASCII)


def disagreeing_nodes(subject: Subject) -> Iterator[Finding]:
    """One lying node hides an owner, a threshold or an execution from a desk that asks only it."""
    for disagreement in subject.bundle.disagreements:
        if is_disagreement(disagreement):
            what = plain(disagreement.field, limit=NAME_LIMIT) or "something they were asked"
            yield block(
                "RPC_DISAGREEMENT",
                f"The nodes do not agree on {what}: {_answers_text(disagreement)}.",
            )


def is_disagreement(disagreement: Disagreement) -> bool:
    """Whether answers differ in meaning; a reported one without its answers is believed."""
    if isinstance(disagreement.answers, Unknown):
        return True
    is_set = disagreement.field.rpartition(".")[2] in SETS
    meanings = {_meaning(answer, is_set=is_set) for _, answer in disagreement.answers}
    return len(meanings) > 1


def _meaning(answer: ServiceValue, *, is_set: bool) -> object:
    """An answer without its spelling: checksums, hex or decimal, leading zeros."""
    if isinstance(answer, tuple):
        items = [_meaning(item, is_set=False) for item in answer]
        return tuple(sorted(items, key=str) if is_set else items)
    if answer is None:
        return None
    text = answer.strip()
    if _NUMBER.fullmatch(text):
        return int(text, 16) if text[:2].lower() == "0x" else int(text)
    return text.lower() if text[:2].lower() == "0x" else text


def _answers_text(disagreement: Disagreement) -> str:
    if isinstance(disagreement.answers, Unknown):
        return "their answers are not given"
    shown = disagreement.answers[:MOST_ANSWERS_SHOWN]
    return "; ".join(f"{_cut(node)} says {_answer_text(answer)}" for node, answer in shown)


def texts_shown(disagreement: Disagreement) -> Iterator[str]:
    """The names and answers of nodes that the finding repeats."""
    answers = () if isinstance(disagreement.answers, Unknown) else disagreement.answers
    for node, answer in answers[:MOST_ANSWERS_SHOWN]:
        yield node
        yield from _texts_in(answer)


def _texts_in(answer: ServiceValue) -> Iterator[str]:
    if isinstance(answer, tuple):
        for each in answer[:MOST_ANSWERS_SHOWN]:
            yield from _texts_in(each)
    elif answer is not None:
        yield answer


def _answer_text(answer: ServiceValue) -> str:
    if isinstance(answer, tuple):
        return "[" + ", ".join(map(_answer_text, answer[:MOST_ANSWERS_SHOWN])) + "]"
    return "none" if answer is None else _cut(answer)


def _cut(text: str) -> str:
    return plain(text, limit=NAME_LIMIT)


def opaque_hashes(subject: Subject) -> Iterator[Finding]:
    """An approved hash is a signature on another Safe's transaction that nobody was shown."""
    known = {inner.path for inner in subject.inners}
    for call in subject.calls:
        if approved_hash(call) is None or call.path in known:
            continue
        value = call.arguments[0].value
        assert isinstance(value, bytes)
        yield danger(
            "OPAQUE_HASH_APPROVAL",
            f"approves the hash 0x{value.hex()} on {subject.name_of(call.to)}, and the transaction "
            "behind it is not here.",
            path=call.path,
        )


def inner_hashes(subject: Subject) -> Iterator[Finding]:
    """A harmless transaction shown beside the hash of another gets the other one approved."""
    if not subject.bundle.inner_transactions:
        return
    approved = [a for call in subject.calls if (a := approved_hash(call)) is not None]
    false = list(_false_claims(subject, approved))
    yield from false
    matched = {inner.path for inner in subject.inners}
    unmatched = [a for a in approved if a.path not in matched]
    if unmatched and not false:
        yield from _unrelated(subject, unmatched[0])


def _false_claims(subject: Subject, approved: list[ApprovedHash]) -> Iterator[Finding]:
    """Hashes claimed for inner transactions that their fields do not give."""
    given: dict[int, list[bytes]] = {}
    for inner in subject.inners:
        given.setdefault(id(inner.supplied), []).append(inner.safe_tx_hash)
    targets = list(dict.fromkeys(a.safe for a in approved))[:MOST_TARGETS]
    supplied = subject.bundle.inner_transactions
    for claim in supplied[:MOST_CHECKED]:
        if isinstance(claim.claimed_hash, Unknown):
            continue
        right = given.get(id(claim)) or hashes_of(claim, subject.safe.chain_id, targets)
        if right and claim.claimed_hash not in right:
            yield block(
                "SAFE_TX_HASH_MISMATCH",
                "comes with an inner transaction said to have the hash "
                f"0x{claim.claimed_hash.hex()}, but its fields give 0x{right[0].hex()}.",
                path=next((a.path for a in approved if a.safe_tx_hash == claim.claimed_hash), ""),
            )
    if len(supplied) > MOST_CHECKED:
        yield block(
            "STATE_UNKNOWN",
            f"comes with {len(supplied):,} inner transactions; only {MOST_CHECKED:,} are checked.",
        )


def _unrelated(subject: Subject, approved: ApprovedHash) -> Iterator[Finding]:
    """Inner transactions shown as if they were approved, when none of them has the hash."""
    used = {id(inner.supplied) for inner in subject.inners}
    left = [i for i in subject.bundle.inner_transactions if id(i) not in used]
    if any(not isinstance(inner.tx, Unknown) for inner in left):
        yield block(
            "SAFE_TX_HASH_MISMATCH",
            f"approves the hash 0x{approved.safe_tx_hash.hex()} on "
            f"{subject.name_of(approved.safe)}; the transaction shown for it has another hash.",
            path=approved.path,
        )


def moved_inners(subject: Subject) -> Iterator[Finding]:
    """An inner transaction with another nonce runs at another time than the one shown."""
    for inner in subject.inners:
        supplied = inner.supplied.tx
        if not isinstance(supplied, Unknown) and supplied.nonce != inner.tx.nonce:
            yield warn(
                "INNER_NONCE_DIFFERS",
                f"approves nonce {inner.tx.nonce} of {subject.name_of(inner.safe.address)}; the "
                f"transaction shown for it says {supplied.nonce}.",
                path=inner.path,
            )
        if not inner.safe.version.has_chain_id_in_domain:
            yield warn(
                "DOMAIN_WITHOUT_CHAINID",
                f"approves a hash that is valid on every chain on which {inner.safe.address} "
                "exists.",
                path=inner.path,
            )


CLAIM_CHECKS: tuple[Check, ...] = (
    disagreeing_nodes,
    service_decoding,
    storage_takeover,
    moved_otherwise,
    opaque_hashes,
    inner_hashes,
    moved_inners,
    exceptions_that_fail,
)
