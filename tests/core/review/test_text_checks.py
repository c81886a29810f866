"""Texts from outside: what deceives is named, what is honest stays calm."""

import json
from dataclasses import replace

import pytest

from tests.core.review.test_call_checks import found, reviewed
from tests.matters import (
    JUNK,
    OTHER_VAULT,
    USDC,
    VAULT,
    a_call,
    a_tx,
    an_evidence,
    entering,
    local,
    pay,
    tokens,
)
from tests.samples import PAYROLL, STRANGER
from treasury_desktop.assets.unknown import UNKNOWN
from treasury_desktop.bundle import ClaimedException, Disagreement
from treasury_desktop.calls.abi_type import parse_function
from treasury_desktop.deployments.calls import Call
from treasury_desktop.review.facts import LocalFacts
from treasury_desktop.review.report import report_bytes
from treasury_desktop.treasury.evidence import BookEntry, DescribedContract, DescribedToken
from treasury_desktop.treasury.strategy import Strategy

TEXT_CODES = {
    "UNTRUSTED_RICH_TEXT",
    "BIDI_CONTROL_CHARS",
    "INVISIBLE_CHARS",
    "CONTROL_CHARS",
    "OVERSIZED_TEXT",
    "HOMOGLYPH",
}
DECEIVING = [
    ("<b>USDC</b>", "UNTRUSTED_RICH_TEXT", "warn"),
    ("&lt;USDC&gt;", "UNTRUSTED_RICH_TEXT", "warn"),
    ("CDSU\u202e", "BIDI_CONTROL_CHARS", "danger"),
    ("\u2066USDC\u2069", "BIDI_CONTROL_CHARS", "danger"),
    ("US\u200bDC", "INVISIBLE_CHARS", "warn"),
    ("USDC\ufeff", "INVISIBLE_CHARS", "warn"),
    ("USDC\x1b[2K", "CONTROL_CHARS", "warn"),
    ("USDC\n", "CONTROL_CHARS", "warn"),
    ("U" * 5000, "OVERSIZED_TEXT", "warn"),
    ("USD\u0421", "HOMOGLYPH", "danger"),
    ("\uff35SDC", "HOMOGLYPH", "danger"),
]


def called(symbol: str) -> LocalFacts:
    """Our facts, in which an unlisted token has this symbol."""
    described = DescribedToken(
        address=JUNK, symbol=symbol, name="Some token", decimals=18, listed=False
    )
    others = tuple(token for token in tokens() if token.address not in (JUNK, USDC))
    return local(an_evidence(tokens=(*others, described)))


def text_findings(codes: dict[str, str]) -> dict[str, str]:
    """Only those about texts."""
    return {code: severity for code, severity in codes.items() if code in TEXT_CODES}


@pytest.mark.parametrize(("text", "code", "severity"), DECEIVING)
def test_symbol_that_deceives_is_named(text: str, code: str, severity: str) -> None:
    """Whoever pays in the token sees that its symbol is made to mislead."""
    codes = found(reviewed(pay(1, token=JUNK), called(text)))
    assert codes[code] == severity


@pytest.mark.parametrize(("text", "code", "severity"), DECEIVING)
def test_purpose_that_deceives_is_named(text: str, code: str, severity: str) -> None:
    """The sender's own words too; line breaks and a few hundred words are ordinary there."""
    text = text * 2 if code == "OVERSIZED_TEXT" else text
    codes = found(reviewed(pay(1), purpose=f"Pay {text} now"))
    if text == "USDC\n":
        assert not text_findings(codes)
    else:
        assert codes[code] == severity


def test_texts_that_belong_to_the_transaction_are_all_examined() -> None:
    """Address book, contract, strategy, group, claimed strategy and exception."""
    evil = "P\u0430yroll"
    book = local(an_evidence(address_book=(BookEntry(address=PAYROLL, name=evil, chain_id=1),)))
    assert found(reviewed(pay(1), book))["HOMOGLYPH"] == "danger"
    contract = DescribedContract(address=VAULT, name=evil, trusted=True)
    assert "HOMOGLYPH" in found(reviewed(entering(1)[1], local(an_evidence(contracts=(contract,)))))
    facts = local()
    for change in ({"name": evil}, {"group": evil}):
        changed = tuple(replace(strategy, **change) for strategy in facts.strategies)
        assert "HOMOGLYPH" in found(reviewed(entering(1)[1], local(strategies=changed)))
    assert "HOMOGLYPH" in found(reviewed(pay(1), strategy=evil))
    exception = ClaimedException(
        safe_tx_hash=bytes(32), policy_hash=bytes(32), reason=evil, expires=1, signatures=()
    )
    assert "HOMOGLYPH" in found(reviewed(pay(1), exceptions=(exception,)))


def test_texts_about_nodes_are_examined() -> None:
    """The question, the nodes and their answers, as far as the finding repeats them."""
    evil = "P\u0430yroll"
    for field, answers in (
        (evil, (("a", "1"), ("b", "2"))),
        ("x", ((evil, "1"), ("b", "2"))),
        ("x", (("a", "1"), ("b", evil))),
        ("x", (("a", None), ("b", ("1", (evil,))))),
        (evil, UNKNOWN),
    ):
        said = Disagreement(field=field, answers=answers)
        assert found(reviewed(pay(1), disagreements=(said,)))["HOMOGLYPH"] == "danger"
    agreeing = Disagreement(field=evil, answers=(("a", "1"), ("b", "1")))
    assert not text_findings(found(reviewed(pay(1), disagreements=(agreeing,))))
    honest = Disagreement(
        field="safe.owners", answers=(("node A", ("0x" + "ab" * 32,)), ("node B", str(2**256 - 1)))
    )
    assert not text_findings(found(reviewed(pay(1), disagreements=(honest,))))


def test_group_that_is_judged_without_being_paid_is_examined() -> None:
    """Every name that shares a limit stands in the judgements."""
    evil = "P\u0430yroll"
    alias = Strategy(name="Alias", group=evil, venue="custom", contracts=(VAULT, STRANGER))
    leading = replace(alias, name="Lead", group="Lead", contracts=(STRANGER,))
    facts = local(strategies=(replace(alias, contracts=(STRANGER, OTHER_VAULT)), leading))
    assert found(reviewed(pay(1, OTHER_VAULT), facts))["HOMOGLYPH"] == "danger"
    touched = replace(leading, group="Good", contracts=(VAULT, STRANGER))
    beside = replace(alias, contracts=(STRANGER,))
    facts = local(strategies=(touched, beside))
    assert found(reviewed(pay(1, VAULT), facts))["HOMOGLYPH"] == "danger"


def test_text_is_shown_literally_in_its_finding() -> None:
    """No control character of the text reaches the sentence."""
    review = reviewed(pay(1, token=JUNK), called("CDSU\u202e\x1b[2K"))
    sentences = [f.sentence for f in review.findings if f.code in TEXT_CODES]
    assert sentences
    assert all("\u202e" not in sentence and "\x1b" not in sentence for sentence in sentences)
    assert any("⟨U+202E⟩" in sentence for sentence in sentences)


def test_hostile_name_of_a_token_that_lies_elsewhere_stops_nothing() -> None:
    """Anybody can send junk to a treasury."""
    facts = local(
        an_evidence(
            tokens=(
                *tokens(),
                DescribedToken(address=STRANGER, symbol="<b>\u202e", name="\x1b", decimals=255),
            )
        )
    )
    assert not text_findings(found(reviewed(pay(1), facts)))


@pytest.mark.parametrize(
    "text",
    ["USD Coin", "Zahlung für Oktober – Gehälter", "給与", "Выплата за октябрь", "A & B", "x < y"],
)
def test_honest_text_is_calm(text: str) -> None:
    """Every language is honest until it imitates another."""
    assert not text_findings(found(reviewed(pay(1), purpose=text)))


PROPOSE = "propose(address[],uint256[],bytes[],string)"
WITH_SIGNATURES = "propose(address[],uint256[],string[],bytes[],string)"


def proposing(description: str | bytes) -> Call:
    """A proposal to pay nobody anything, described so."""
    shape = PROPOSE if isinstance(description, str) else PROPOSE.replace("string", "bytes")
    call = a_call(VAULT, shape, (PAYROLL,), (0,), (b"",), description)
    return replace(call, data=parse_function(PROPOSE).selector + call.data[4:])


@pytest.mark.parametrize(("text", "code", "severity"), DECEIVING)
def test_text_in_calldata_that_deceives_is_named(text: str, code: str, severity: str) -> None:
    """A proposal's description too, alone and inside a batch; line breaks are ordinary in it."""
    described = proposing(f"Pay {text} now")
    for tx in (described, a_tx(pay(1), described)):
        review = reviewed(tx)
        if text == "USDC\n":
            assert not text_findings(found(review))
            continue
        assert found(review)[code] == severity
        (path,) = {f.path for f in review.findings if f.code == code}
        assert path == ("0" if tx is described else "0.1")


def test_texts_in_lists_are_examined() -> None:
    """A function's name, which a timelock hashes, among honest ones."""
    evil = "transfer\u200b(address,uint256)"
    call = a_call(
        VAULT, WITH_SIGNATURES, (PAYROLL,) * 2, (0, 0), ("", evil), (b"", bytes(64)), "Pay"
    )
    review = reviewed(call)
    assert found(review)["INVISIBLE_CHARS"] == "warn"
    (sentence,) = (f.sentence for f in review.findings if f.code == "INVISIBLE_CHARS")
    assert sentence.startswith("The text signatures of propose holds invisible characters")


def test_honest_prose_in_calldata_is_calm() -> None:
    """Markdown with lists, tables, links and tabs is how proposals are written."""
    prose = (
        "# Pay the team\r\n\n* 1\t**USDC** & more < 5 > 4\n\n| a | b |\n|---|---|\n"
        "[forum](https://forum.example/t/12?a=1&b=2) – «Größe», 10 € ✓\n\n```\nf(x)\n```\n"
    )
    assert not text_findings(found(reviewed(proposing(prose))))
    assert "INVALID_UTF8" not in found(reviewed(proposing(prose)))


def test_a_string_that_is_no_text() -> None:
    """Nothing is put in the place of bytes that no reader shows: they are shown themselves."""
    review = reviewed(proposing(b"Pay \xff\xfe"))
    assert found(review)["INVALID_UTF8"] == "warn"
    (finding,) = (f for f in review.findings if f.code == "INVALID_UTF8")
    assert finding.evidence == "0x50617920fffe"
    (call,) = json.loads(report_bytes(review))["calls"]
    assert call["arguments"][3]["value"] == "0x50617920fffe"


@pytest.mark.parametrize(
    ("text", "shown"), [("", ""), ("Pay", "Pay"), ("a\u202e\x1b", "a⟨U+202E⟩⟨U+001B⟩")]
)
def test_the_report_shows_strings_literally(text: str, shown: str) -> None:
    """Nothing in it steers a terminal; the exact bytes are in the data."""
    (call,) = json.loads(report_bytes(reviewed(proposing(text))))["calls"]
    assert call["arguments"][3] == {"name": "description", "type": "string", "value": shown}


def test_the_report_bounds_strings() -> None:
    """However long they are."""
    (call,) = json.loads(report_bytes(reviewed(proposing("x" * 200_000))))["calls"]
    assert 0 < len(call["arguments"][3]["value"]) < 150_000
