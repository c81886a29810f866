"""Further limits in a review: what they refuse blocks, and only an exception for them lifts it."""

from dataclasses import replace
from fractions import Fraction

import pytest

from tests.core.review.test_exceptions import LARGE, an_exception, reviewed, severities
from tests.matters import a_tx, an_evidence, entering, local, pay
from treasury_desktop.assets.strict_json import canonical_json
from treasury_desktop.review.facts import LocalFacts
from treasury_desktop.review.report import report, report_bytes
from treasury_desktop.treasury.evidence import Exposed
from treasury_desktop.treasury.further_limits import FurtherLimits
from treasury_desktop.treasury.policy_hash import policy_hash
from treasury_desktop.treasury.terms import PolicyTerms
from treasury_desktop.viewmodels.transcript import transcript

SMALL = a_tx(*entering(200_000))
FURTHER = FurtherLimits(protocol_limit_bps=500, window_limit_bps=600, window_days=7)
TERMS = PolicyTerms(further=FURTHER)


def facts(there: int = 0) -> LocalFacts:
    """Our own facts with two further limits on, and so many dollars in the group already."""
    exposures = (Exposed(strategy="Vault B", usd=Fraction(there)),)
    return local(an_evidence(exposures=exposures, deployed=()), terms=TERMS)


def test_refusal_blocks() -> None:
    """A deployment within its group's limit, above the protocol's."""
    review = reviewed(tx=SMALL, facts=facts(300_000))
    assert severities(review)["POLICY_PROTOCOL_LIMIT"] == "block"
    assert review.verdict == "block"
    assert "Protocol Yield" in (review.why_not_signable or "")
    assert [outcome.verdict.words for outcome in review.limits] == ["refused", "within"]


def test_unknown_window_blocks() -> None:
    """Movements that nobody read."""
    review = reviewed(tx=SMALL, facts=local(terms=TERMS))
    assert severities(review)["STATE_UNKNOWN"] == "block"


def test_limits_that_are_kept_are_no_finding() -> None:
    """They are told, and nothing is cried."""
    review = reviewed(tx=SMALL, facts=facts())
    assert review.verdict == "ok"
    assert [outcome.verdict.words for outcome in review.limits] == ["within", "within"]
    assert reviewed(tx=a_tx(pay(5)), facts=facts()).limits == ()


def test_exception_lifts_them() -> None:
    """One for this very policy; one for the same policy without them lifts nothing."""
    both = facts(300_000)
    fitting = an_exception(SMALL, policy_hash=policy_hash(TERMS))
    assert severities(reviewed(fitting, tx=SMALL, facts=both))["POLICY_PROTOCOL_LIMIT"] == "danger"
    other = an_exception(SMALL)
    assert severities(reviewed(other, tx=SMALL, facts=both))["POLICY_PROTOCOL_LIMIT"] == "block"


def test_senders_policy_takes_none_of_them_away() -> None:
    """A bundle names the first limit only, and ours stay on."""
    review = reviewed(tx=SMALL, facts=facts(300_000), terms=PolicyTerms(limit_bps=900))
    assert review.facts.terms.further == FURTHER
    assert severities(review)["POLICY_PROTOCOL_LIMIT"] == "block"


def test_report_names_them() -> None:
    """With name, sentence and verdict, in canonical order; without any the member is not there."""
    review = reviewed(tx=LARGE, facts=facts())
    told = report(review)["limits"]
    assert isinstance(told, list)
    assert [sorted(each) for each in told] == [["name", "sentence", "verdict"]] * 2  # type: ignore[arg-type, call-overload]
    assert report_bytes(review) == canonical_json(report(review))
    assert "limits" not in report(reviewed(tx=LARGE))


def test_transcript_names_them() -> None:
    """A line for each."""
    said = transcript(reviewed(tx=LARGE, facts=facts()))
    assert "limit refused, Protocol Yield: $1,200,000.00 at Yield would be 12.00%" in said


@pytest.mark.parametrize("own", [True, False])
def test_every_judgement_names_its_policy(own: bool) -> None:
    """By the hash that exceptions are bound to."""
    terms = replace(TERMS, count_own_token=own)
    review = reviewed(tx=SMALL, facts=local(terms=terms))
    assert review.judgements[0].definitions["policy"].endswith(policy_hash(terms).hex())
