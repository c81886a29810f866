"""Tokens, spenders and recipients: a hostile and a benign case for each finding."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pytest

from tests.core.review.test_call_checks import found, reviewed
from tests.matters import (
    DAI,
    JUNK,
    SAFE,
    USDC,
    VAULT,
    a_call,
    a_treasury_safe,
    a_tx,
    an_evidence,
    approve,
    entering,
    local,
    pay,
    tokens,
    units,
)
from tests.samples import PAYROLL, STRANGER
from treasury_desktop.assets.address import Address
from treasury_desktop.assets.unknown import UNKNOWN
from treasury_desktop.bundle import Bundle
from treasury_desktop.calls.known_tokens import known_tokens
from treasury_desktop.review.facts import LocalFacts
from treasury_desktop.review.review import examine
from treasury_desktop.treasury.evidence import (
    BalanceChange,
    BookEntry,
    DescribedContract,
    DescribedToken,
    Evidence,
)

REAL_USDC = Address.parse("0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48")


def described(address: Address = JUNK, **changes: Any) -> DescribedToken:
    """An honest token that is on no list."""
    made = DescribedToken(address=address, symbol="NEW", name="New", decimals=18, listed=False)
    return made._replace(**changes)


def facts_with(*said: DescribedToken) -> LocalFacts:
    """Our facts, in which these descriptions replace those of the same tokens."""
    theirs = {token.address for token in said}
    others = tuple(token for token in tokens() if token.address not in theirs)
    return local(an_evidence(tokens=(*others, *said)))


def claimed(*said: DescribedToken, call: Any, **evidence: Any) -> dict[str, str]:
    """What is found where all this is the sender's claim only."""
    bundle = Bundle(
        safe=a_treasury_safe(), tx=a_tx(call), evidence=Evidence(tokens=said, **evidence)
    )
    return {f.code: f.severity.word for f in examine(bundle).findings}


def test_token_on_no_list_is_a_warning() -> None:
    """Whoever touches it knows; a listed one is calm."""
    assert found(reviewed(pay(1, token=JUNK)))["TOKEN_NOT_IN_TOKEN_LIST"] == "warn"
    assert "TOKEN_NOT_IN_TOKEN_LIST" not in found(reviewed(pay(1)))


def test_token_of_which_nobody_says_whether_it_is_listed_is_not_listed() -> None:
    """Unknown is never yes."""
    assert "TOKEN_NOT_IN_TOKEN_LIST" in claimed(
        DescribedToken(address=JUNK), call=pay(1, token=JUNK)
    )


@pytest.mark.parametrize("missing", ["symbol", "decimals"])
def test_token_that_does_not_answer_is_a_warning(missing: str) -> None:
    """Its amounts are base units; a missing name alone harms nobody."""
    silent = described(**{missing: None})
    codes = found(reviewed(pay(1, token=JUNK), facts_with(silent)))
    assert codes["TOKEN_METADATA_UNAVAILABLE"] == "warn"
    nameless = facts_with(described(name=None))
    assert "TOKEN_METADATA_UNAVAILABLE" not in found(reviewed(pay(1, token=JUNK), nameless))


@pytest.mark.parametrize(
    ("decimals", "is_absurd"),
    [(0, False), (24, False), (37, True), (255, True), (2**256 - 1, True)],
)
def test_absurd_decimals_are_dangerous(decimals: int, is_absurd: bool) -> None:
    """They are chosen to make an amount look small."""
    codes = found(reviewed(pay(1, token=JUNK), facts_with(described(decimals=decimals))))
    assert (codes.get("TOKEN_DECIMALS_OUT_OF_RANGE") == "danger") is is_absurd


@pytest.mark.parametrize("lie", [{"decimals": 18}, {"symbol": "DAI"}])
def test_claim_against_our_own_facts_blocks(lie: dict[str, Any]) -> None:
    """A sender's other symbol or decimals for a token of ours."""
    ours = next(token for token in tokens() if token.address == USDC)
    bundle = Bundle(
        safe=a_treasury_safe(),
        tx=a_tx(pay(1)),
        evidence=Evidence(tokens=(ours._replace(**lie),)),
    )
    codes = {f.code: f.severity.word for f in examine(bundle, local()).findings}
    assert codes["TOKEN_METADATA_MISMATCH"] == "block"


@pytest.mark.parametrize("lie", [{"decimals": 18}, {"symbol": "DAI"}])
def test_claim_against_the_packaged_list_blocks(lie: dict[str, Any]) -> None:
    """Without facts of our own the well-known tokens are still known."""
    honest = described(REAL_USDC, symbol="USDC", decimals=6, listed=True)
    call = a_call(REAL_USDC, "transfer(address,uint256)", PAYROLL, 1)
    assert claimed(honest._replace(**lie), call=call)["TOKEN_METADATA_MISMATCH"] == "block"
    assert "TOKEN_METADATA_MISMATCH" not in claimed(honest, call=call)


def test_one_token_described_in_two_ways_blocks() -> None:
    """Which of them a window shows would be chance."""
    both = (described(decimals=6), described(decimals=18))
    assert claimed(*both, call=pay(1, token=JUNK))["TOKEN_METADATA_MISMATCH"] == "block"
    same = (described(symbol="new"), described(symbol="NEW"))
    assert "TOKEN_METADATA_MISMATCH" not in claimed(*same, call=pay(1, token=JUNK))


def test_what_is_said_of_tokens_elsewhere_stops_nothing() -> None:
    """A contradiction about a token that is not touched."""
    both = (described(decimals=6), described(decimals=18))
    assert "TOKEN_METADATA_MISMATCH" not in claimed(*both, call=pay(1))


@pytest.mark.parametrize("symbol", ["USDC", "usdc", "USD\u0421", "\uff35SDC", "US\u200bDC"])
def test_twin_of_a_listed_token_is_dangerous(symbol: str) -> None:
    """However its symbol is spelled to look the same."""
    codes = found(reviewed(pay(1, token=JUNK), facts_with(described(symbol=symbol))))
    assert codes["DUPLICATE_SYMBOL"] == "danger"


@pytest.mark.parametrize("symbol", ["ETH", "eth", "\u0395TH", "E\u200bTH"])
def test_token_that_calls_itself_by_the_name_of_the_coin(symbol: str) -> None:
    """No token is the chain's own coin; one that somebody listed by that name is meant."""
    codes = found(reviewed(pay(1, token=JUNK), facts_with(described(symbol=symbol))))
    assert codes["DUPLICATE_SYMBOL"] == "danger"
    listed = facts_with(described(symbol=symbol, listed=True))
    assert "DUPLICATE_SYMBOL" not in found(reviewed(pay(1, token=JUNK), listed))
    other = facts_with(described(symbol="ETHX"))
    assert "DUPLICATE_SYMBOL" not in found(reviewed(pay(1, token=JUNK), other))


def test_token_whose_decimals_nobody_says() -> None:
    """Its amounts are base units, as those of a token that does not answer."""
    unsaid = described(decimals=UNKNOWN, symbol=UNKNOWN, listed=True)
    codes = found(reviewed(pay(1, token=JUNK), facts_with(unsaid)))
    assert codes["TOKEN_METADATA_UNAVAILABLE"] == "warn"
    nameless = described(symbol=UNKNOWN, name=UNKNOWN, listed=True)
    codes = found(reviewed(pay(1, token=JUNK), facts_with(nameless)))
    assert "TOKEN_METADATA_UNAVAILABLE" not in codes


def test_real_token_is_not_accused_because_of_its_copy() -> None:
    """Anybody can send a false USDC to a treasury that pays in the real one."""
    codes = found(reviewed(pay(1), facts_with(described(symbol="USDC"))))
    assert "DUPLICATE_SYMBOL" not in codes


def test_twin_of_a_well_known_token_is_dangerous() -> None:
    """The packaged USDC is another token, even where nobody here describes it."""
    fake = described(symbol="USDC", decimals=6, listed=False)
    assert claimed(fake, call=pay(1, token=JUNK))["DUPLICATE_SYMBOL"] == "danger"


def test_well_known_token_is_no_twin() -> None:
    """Of itself."""
    real = described(REAL_USDC, symbol="USDC", decimals=6, listed=True)
    call = a_call(REAL_USDC, "transfer(address,uint256)", PAYROLL, 1)
    assert "DUPLICATE_SYMBOL" not in claimed(real, call=call)


def with_size(address: Address, size: int) -> LocalFacts:
    """Our facts, in which an address is trusted and has so much code."""
    evidence = an_evidence()
    others = tuple(c for c in evidence.contracts if c.address != address)
    sized = DescribedContract(address=address, name="It", trusted=True, code_size=size)
    return local(replace(evidence, contracts=(*others, sized)))


def test_spender_without_code_is_dangerous() -> None:
    """Even an allow-listed one; taking the allowance back is calm."""
    assert found(reviewed(approve(1), with_size(VAULT, 0)))["SPENDER_IS_EOA"] == "danger"
    assert "SPENDER_IS_EOA" not in found(reviewed(approve(1), with_size(VAULT, 100)))
    assert "SPENDER_IS_EOA" not in found(reviewed(approve(1), local()))
    assert "SPENDER_IS_EOA" not in found(reviewed(approve(0), with_size(VAULT, 0)))


def book(*entries: tuple[Address, int]) -> Evidence:
    """Our evidence with this address book."""
    return an_evidence(
        address_book=tuple(BookEntry(address=a, name="Payee", chain_id=c) for a, c in entries)
    )


def test_recipient_of_another_chain_is_dangerous() -> None:
    """The same address may be nobody's here."""
    codes = found(reviewed(pay(1), local(book((PAYROLL, 10)))))
    assert codes["RECIPIENT_NOT_DEPLOYED_ON_CHAIN"] == "danger"
    assert "RECIPIENT_NOT_DEPLOYED_ON_CHAIN" not in found(
        reviewed(pay(1), local(book((PAYROLL, 10), (PAYROLL, 1))))
    )
    assert "RECIPIENT_NOT_DEPLOYED_ON_CHAIN" not in found(reviewed(pay(1, to=STRANGER)))


def test_recipient_of_another_chain_with_code_here_exists() -> None:
    """It is unknown here, and that is said; it does exist."""
    described_here = DescribedContract(address=PAYROLL, name="Payroll", code_size=900)
    evidence = replace(book((PAYROLL, 10)), contracts=(described_here,))
    codes = found(reviewed(pay(1), local(evidence)))
    assert "RECIPIENT_NOT_DEPLOYED_ON_CHAIN" not in codes
    assert "RECIPIENT_NOT_IN_ADDRESS_BOOK" in codes


def simulated(*changes: tuple[Address, Address, int]) -> LocalFacts:
    """Our facts with a simulation's balance changes (account, token, base units)."""
    seen = tuple(BalanceChange(account=a, token=str(t), delta=d) for a, t, d in changes)
    return local(an_evidence(balance_changes=seen))


@pytest.mark.parametrize(
    ("arrived", "is_short"), [(units(99), True), (units(100), False), (units(101), False)]
)
def test_token_that_keeps_a_part_is_a_warning(arrived: int, is_short: bool) -> None:
    """Less arrives than is sent."""
    facts = simulated((SAFE, USDC, -units(100)), (PAYROLL, USDC, arrived))
    codes = found(reviewed(pay(100), facts))
    assert (codes.get("FEE_ON_TRANSFER_DETECTED") == "warn") is is_short


def test_vault_that_passes_everything_on_keeps_no_fee() -> None:
    """Its balance does not change although it was paid."""
    facts = simulated((SAFE, USDC, -units(100)), (VAULT, USDC, 0))
    assert "FEE_ON_TRANSFER_DETECTED" not in found(reviewed(a_tx(*entering(100)), facts))


def test_two_payments_to_one_payee_are_added() -> None:
    """Together they arrive."""
    facts = simulated((SAFE, DAI, -units(3, DAI)), (PAYROLL, DAI, units(3, DAI)))
    tx = a_tx(pay(1, token=DAI), pay(2, token=DAI))
    assert "FEE_ON_TRANSFER_DETECTED" not in found(reviewed(tx, facts))


def addresses_of(chains: Iterable[int]) -> list[Address]:
    """The packaged tokens of these chains."""
    return [token.address for chain in chains for token in known_tokens(chain)]


def test_packaged_tokens_are_written_with_their_checksums() -> None:
    """A digit that was mistyped would not survive this, nor an address that stands twice."""
    for chain in (1, 10, 100, 137, 8453, 42161):
        found_here = addresses_of([chain])
        assert found_here
        assert len(set(found_here)) == len(found_here)
    assert not known_tokens(31337)
