"""Text from outside that is made to look like something else.

Whatever is found, the text is shown literally (assets/untrusted_text.py); these findings say that
somebody tried. Only text about what the transaction touches is examined, what stands in its
calldata, and what the sender says of it: junk that lies elsewhere in a treasury is no reason to
stop.
"""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from treasury_desktop.assets.address import Address
from treasury_desktop.assets.untrusted_text import (
    NAME_LIMIT,
    SYMBOL_LIMIT,
    TextProblem,
    plain,
    problems_of,
    text_in,
)
from treasury_desktop.calls.abi_type import AbiType
from treasury_desktop.review.claim_checks import is_disagreement, texts_shown
from treasury_desktop.review.findings import Finding, danger, warn
from treasury_desktop.review.subject import Check, Subject

PURPOSE_LIMIT = 2000
ANSWER_LIMIT = 78
"""As long as the longest number."""
SHOWN_IN_FINDING = 60

_FINDINGS = {
    TextProblem.RICH_TEXT: (warn, "UNTRUSTED_RICH_TEXT"),
    TextProblem.BIDI: (danger, "BIDI_CONTROL_CHARS"),
    TextProblem.INVISIBLE: (warn, "INVISIBLE_CHARS"),
    TextProblem.CONTROL: (warn, "CONTROL_CHARS"),
    TextProblem.OVERSIZED: (warn, "OVERSIZED_TEXT"),
    TextProblem.HOMOGLYPH: (danger, "HOMOGLYPH"),
}


_TABS = str.maketrans("\t", " ")
"""In prose a tab is as ordinary as a line break."""


class _Said(NamedTuple):
    """A text, what it is said to be, and the call it belongs to ("" for the whole)."""

    text: str
    what: str
    limit: int
    path: str = ""


def deceiving_texts(subject: Subject) -> Iterator[Finding]:
    """A name that reads as a known one, or writes over the line beside it, gets signed as it."""
    for said in (*_about_the_whole(subject), *_about_what_is_touched(subject)):
        yield from _findings(said)


def _findings(said: _Said) -> Iterator[Finding]:
    for problem in problems_of(said.text, limit=said.limit):
        finding, code = _FINDINGS[problem]
        shown = plain(said.text, limit=SHOWN_IN_FINDING)
        sentence = f"{said.what} {problem.value}; it is shown literally: {shown}"
        yield finding(code, sentence, path=said.path, evidence=shown)


def findings_in_text(text: str, what: str, *, limit: int) -> Iterator[Finding]:
    """What is suspicious about a text that is none of a transaction's; tabs are ordinary."""
    return _findings(_Said(text.translate(_TABS), what, limit))


def texts_in_calldata(subject: Subject) -> Iterator[Finding]:
    """A proposal's description that reads as another one gets voted for, or signed, as it."""
    for call in subject.calls:
        function = call.function
        if function is None or not function.parameters.holds_text:
            continue
        for argument in call.arguments:
            what = f"The text {plain(argument.name, limit=NAME_LIMIT)} of {function.name}"
            for raw in _strings_in(argument.kind, argument.value):
                yield from _text_findings(raw, " ".join(what.split()), call.path)


def _strings_in(kind: AbiType, value: object) -> Iterator[bytes]:
    """Every string in an argument, however deep."""
    if not kind.holds_text:
        return
    if isinstance(value, tuple):
        members = kind.members if kind.kind == "tuple" else kind.members * len(value)
        for member, item in zip(members, value, strict=True):
            yield from _strings_in(member, item)
    else:
        assert isinstance(value, bytes)
        yield value


def _text_findings(raw: bytes, what: str, path: str) -> Iterator[Finding]:
    text = text_in(raw)
    if text is None:
        shown = f"0x{raw[:SHOWN_IN_FINDING].hex()}{'…' if len(raw) > SHOWN_IN_FINDING else ''}"
        sentence = f"{what} is no text: its {len(raw):,} bytes are not UTF-8; they are {shown}"
        yield warn("INVALID_UTF8", sentence, path=path, evidence=shown)
        return
    yield from _findings(_Said(text.translate(_TABS), what, PURPOSE_LIMIT, path))


def _about_the_whole(subject: Subject) -> Iterator[_Said]:
    bundle = subject.bundle
    yield _Said(bundle.purpose, "The purpose", PURPOSE_LIMIT)
    if isinstance(bundle.strategy, str):
        yield _Said(bundle.strategy, "The strategy's name", NAME_LIMIT)
    for exception in bundle.exceptions:
        yield _Said(exception.reason, "The reason of an exception", PURPOSE_LIMIT)
    for disagreement in filter(is_disagreement, bundle.disagreements):
        yield _Said(disagreement.field, "What nodes do not agree on", NAME_LIMIT)
        for text in texts_shown(disagreement):
            yield _Said(text, "What a node is said to answer, or its name,", ANSWER_LIMIT)


def _about_what_is_touched(subject: Subject) -> Iterator[_Said]:
    touched = subject.touched
    for token in subject.described_tokens:
        if token.address in touched:
            path = touched[token.address]
            if isinstance(token.symbol, str):
                what = f"The symbol of {token.address}"
                yield _Said(token.symbol, what, SYMBOL_LIMIT, path)
            if isinstance(token.name, str):
                yield _Said(token.name, f"The name of the token {token.address}", NAME_LIMIT, path)
    yield from _names(subject, touched)


def _names(subject: Subject, touched: Mapping[Address, str]) -> Iterator[_Said]:
    evidence = subject.evidence
    for contract in (*evidence.contracts, *subject.facts.claims.contracts):
        if contract.address in touched:
            what = f"The name of the contract {contract.address}"
            yield _Said(contract.name, what, NAME_LIMIT, touched[contract.address])
    for entry in evidence.address_book:
        if entry.address in touched:
            what = f"The address-book name of {entry.address}"
            yield _Said(entry.name, what, NAME_LIMIT, touched[entry.address])
    judged = {judgement.group for judgement in subject.judgements}
    for strategy in subject.facts.strategies:
        path = next((touched[c] for c in strategy.contracts if c in touched), None)
        if path is None and strategy.group in judged:
            path = ""
        if path is not None:
            yield _Said(strategy.name, "The name of a strategy", NAME_LIMIT, path)
            yield _Said(strategy.group, "The group of a strategy", NAME_LIMIT, path)


TEXT_CHECKS: tuple[Check, ...] = (deceiving_texts, texts_in_calldata)
