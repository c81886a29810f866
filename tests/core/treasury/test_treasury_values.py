"""Values of the treasury: terms, snapshots, strategies, workspace and evidence."""

import hashlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.matters import USDC, VAULT, a_price, an_evidence
from tests.samples import (
    PAYROLL,
    POOL,
    SAFE,
    STRANGER,
    VAULT_STRATEGY,
    a_block,
    a_holding,
    a_safe,
    a_snapshot,
    a_workspace,
)
from treasury_desktop import resources
from treasury_desktop.assets.unknown import UNKNOWN
from treasury_desktop.errors import Cancelled, Malformed, Refused, TreasuryError, Unavailable
from treasury_desktop.treasury.terms import PolicyTerms


@pytest.mark.parametrize(
    "change",
    [
        {"limit_bps": 0}, {"limit_bps": 10_001}, {"limit_bps": -1}, {"advised_low_bps": 501},
        {"advised_low_bps": -1}, {"max_quote_age_seconds": -1}, {"max_quote_spread_bps": -1},
    ],
)  # fmt: skip
def test_terms_that_make_no_sense(change: dict[str, Any]) -> None:
    """A limit lies between one and ten thousand, an advised band is not upside down."""
    with pytest.raises(Malformed) as refusal:
        PolicyTerms(**change)
    assert refusal.value.field.startswith("policy.")


def test_terms_by_default_are_the_handbooks() -> None:
    """Strictly below 10%, advice 3 to 5%, an hour, two percent."""
    terms = PolicyTerms()
    assert (terms.limit_bps, terms.limit_is_inclusive) == (1000, False)
    assert (terms.advised_low_bps, terms.advised_high_bps) == (300, 500)
    assert (terms.max_quote_age_seconds, terms.max_quote_spread_bps) == (3600, 200)
    assert not terms.count_own_token
    assert terms.judge_outsiders


@pytest.mark.parametrize("change", [{"hash": bytes(31)}, {"number": -1}, {"timestamp": -1}])
def test_impossible_blocks_cannot_exist(change: dict[str, Any]) -> None:
    """A block has a number, a 32-byte hash and a time."""
    with pytest.raises(ValueError, match="32-byte hash"):
        replace(a_block(), **change)


@pytest.mark.parametrize("change", [{"name": ""}, {"group": ""}])
def test_strategies_have_names(change: dict[str, Any]) -> None:
    """A strategy without a name or group cannot be judged, so it cannot exist."""
    with pytest.raises(ValueError, match="name and a group"):
        replace(VAULT_STRATEGY, **change)


def test_looking_things_up() -> None:
    """What is there is found, what is not is none."""
    workspace, snapshot, evidence = a_workspace(), a_snapshot(), an_evidence()
    assert snapshot.safe_at(SAFE) == a_safe()
    assert snapshot.safe_at(STRANGER) is None
    assert workspace.pool_at(POOL) is not None
    assert workspace.pool_at(STRANGER) is None
    assert workspace.strategy_named(VAULT_STRATEGY.name) == VAULT_STRATEGY
    assert workspace.strategy_named("?") is None
    assert workspace.token_at(None) is not None
    assert workspace.token_at(STRANGER) is None
    assert evidence.contract_at(VAULT) is not None
    assert evidence.token_at(STRANGER) is None
    assert evidence.payee_at(PAYROLL, 1) is not None
    assert evidence.payee_at(PAYROLL, 10) is None
    assert a_holding().is_idle
    assert not a_holding(strategy="X").is_idle


def test_quotes_and_decimals_of_tokens() -> None:
    """Quotes are told apart by token; decimals nobody states are unknown."""
    evidence = an_evidence(quotes=(a_price(USDC), a_price("native", 5)))
    assert [quote.usd for quote in evidence.quotes_of("native")] == [5]
    assert an_evidence(quotes=UNKNOWN).quotes_of("native") == ()
    assert evidence.decimals_of("native") == 18
    assert evidence.decimals_of(str(USDC)) == 6
    assert evidence.decimals_of(str(STRANGER)) is None
    nobody = evidence.tokens[0]._replace(decimals=UNKNOWN)
    assert an_evidence(tokens=(nobody,)).decimals_of(str(USDC)) is None


# ── failures and resources ───────────────────────────────────────────────────────────────────────


def test_failures_carry_one_sentence() -> None:
    """Every failure a person can act on says what happened in one sentence."""
    for failure in (Refused("No."), Unavailable("Gone."), Malformed("safe.nonce", "is missing")):
        assert isinstance(failure, TreasuryError)
        assert str(failure) == failure.sentence
    assert Malformed("safe.nonce", "is missing").sentence == "safe.nonce: is missing"
    assert Malformed("", "the file is empty").sentence == "the file is empty"
    assert "nothing was changed" in Cancelled().sentence


def test_every_packaged_resource_is_the_released_one() -> None:
    """All files with a recorded digest are there and unchanged, and all files have one."""
    folder = resources.resources_folder()
    recorded = resources._recorded_digests()
    assert recorded
    for name, digest in recorded.items():
        assert hashlib.sha256(resources.read_resource(name)).hexdigest() == digest
    deciding = ("abi", "official", "words")
    files = {
        path.relative_to(folder).as_posix()
        for room in deciding
        for path in (folder / room).rglob("*")
        if path.is_file()
    }
    assert files <= set(recorded)


def test_changed_and_missing_resources(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A changed resource, one without a record and a missing one are refused."""
    (tmp_path / "DIGESTS").write_text(f"{hashlib.sha256(b'x').hexdigest()}  a\n\n", "utf-8")
    (tmp_path / "b").write_bytes(b"x")
    monkeypatch.setattr(resources, "resources_folder", lambda: tmp_path)
    resources._recorded_digests.cache_clear()
    try:
        with pytest.raises(Refused, match="is missing"):
            resources.read_resource("a")
        with pytest.raises(Refused, match="was changed"):
            resources.read_resource("b")
        (tmp_path / "a").write_bytes(b"y")
        with pytest.raises(Refused, match="was changed"):
            resources.read_resource("a")
        (tmp_path / "a").write_bytes(b"x")
        assert resources.read_resource("a") == b"x"
    finally:
        resources._recorded_digests.cache_clear()


def test_resources_of_a_frozen_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A frozen program carries its resources with it."""
    monkeypatch.setattr("sys._MEIPASS", str(tmp_path), raising=False)
    assert resources.resources_folder() == tmp_path / "resources"
