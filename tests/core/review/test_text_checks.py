"""Texts from outside: what deceives is named, what is honest stays calm."""

from dataclasses import replace

import pytest

from tests.core.review.test_call_checks import found, reviewed
from tests.matters import (
    JUNK,
    OTHER_VAULT,
    USDC,
    VAULT,
    an_evidence,
    entering,
    local,
    pay,
    tokens,
)
from tests.samples import PAYROLL, STRANGER
from treasury_desktop.assets.unknown import UNKNOWN
from treasury_desktop.bundle import ClaimedException, Disagreement
from treasury_desktop.review.facts import LocalFacts
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
