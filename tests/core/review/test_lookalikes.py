"""Addresses that look like trusted ones: found wherever they stand, and never found wrongly."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.matters import (
    OWN_SAFE,
    ROUTER,
    SAFE,
    STRATEGIES,
    USDC,
    VAULT,
    WETH,
    a_call,
    a_treasury_safe,
    a_tx,
    an_evidence,
    local,
    nested_execution,
    pay,
)
from tests.samples import PAYROLL, STRANGER, an_address
from treasury_desktop.assets.address import ZERO_ADDRESS, Address
from treasury_desktop.bundle import Bundle
from treasury_desktop.calls.known_contracts import official_address
from treasury_desktop.calls.known_tokens import known_tokens
from treasury_desktop.deployments.calls import Call
from treasury_desktop.review.facts import LocalFacts
from treasury_desktop.review.findings import Finding
from treasury_desktop.review.review import examine
from treasury_desktop.safes.safe_tx import SafeTx
from treasury_desktop.treasury.evidence import (
    BookEntry,
    DescribedContract,
    DescribedToken,
    Evidence,
)

MANY = "disperseEther(address[],uint256[])"
MINT = "mint((address,address,uint24,int24,int24,uint256,uint256,uint256,uint256,address,uint256))"
CODE = "LOOKALIKE_ADDRESS"


def with_ends_of(anchor: Address) -> Address:
    """Another address with the same first and last four digits."""
    return Address(anchor.raw[:2] + bytes(16) + anchor.raw[-2:])


def differing(anchor: Address, digits: int, *, step: int = 7) -> Address:
    """The address with so many digits changed, spread over it."""
    text = list(anchor.raw.hex())
    for at in range(digits):
        place = at * step + 1
        text[place] = format(int(text[place], 16) ^ 1, "x")
    return Address(bytes.fromhex("".join(text)))


def twins(
    tx: SafeTx | Call, facts: LocalFacts | None = None, evidence: Evidence | None = None
) -> list[Finding]:
    """The findings about lookalikes, by our own facts or else the sender's evidence."""
    made = a_tx(tx) if isinstance(tx, Call) else tx
    bundle = Bundle(safe=a_treasury_safe(), tx=made, strategies=STRATEGIES)
    if evidence is None:
        review = examine(bundle, local() if facts is None else facts)
    else:
        review = examine(replace(bundle, evidence=evidence))
    return [finding for finding in review.findings if finding.code == CODE]


@pytest.mark.parametrize(
    "anchor",
    [PAYROLL, VAULT, USDC, SAFE, OWN_SAFE, official_address(1, "MultiSend", (1, 3, 0))],
)
def test_twins_of_what_is_trusted(anchor: Address) -> None:
    """Payees, strategies, listed tokens, our Safes and packaged deployments have twins."""
    for twin in (with_ends_of(anchor), differing(anchor, 4), differing(anchor, 1)):
        (finding,) = twins(pay(1, twin))
        assert finding.severity.word == "block"
        assert str(anchor) in finding.sentence
        assert str(twin) in finding.sentence
    assert twins(pay(1, differing(anchor, 5))) == []
    assert twins(pay(1, anchor)) == []


def test_twin_of_a_packaged_token() -> None:
    """A token everybody knows is an anchor, whether our workspace lists it or not."""
    (token, *_) = known_tokens(1)
    assert twins(pay(1, with_ends_of(token.address)))
    assert twins(pay(1, token.address)) == []


def test_digit_that_differs_in_every_place() -> None:
    """Each hex digit counts once, whichever of its bits differ."""
    for bits in (1, 2, 4, 8, 15):
        text = list(PAYROLL.raw.hex())
        for place in (3, 11, 19, 27):
            text[place] = format(int(text[place], 16) ^ bits, "x")
        assert twins(pay(1, Address(bytes.fromhex("".join(text)))))
        text[35] = format(int(text[35], 16) ^ bits, "x")
        assert not twins(pay(1, Address(bytes.fromhex("".join(text)))))


def test_twins_inside_arrays_and_structs() -> None:
    """Depth hides nothing: arrays, structs and the calls inside calls are looked through."""
    twin = with_ends_of(PAYROLL)
    among_many = a_call(STRANGER, MANY, (STRANGER, PAYROLL, twin), (1, 1, 1))
    in_a_struct = a_call(ROUTER, MINT, (USDC, WETH, 500, -10, 10, 0, 0, 0, 0, twin, 2**40))
    nested = nested_execution(OWN_SAFE, USDC, pay(1, twin).data)
    for call in (among_many, in_a_struct, nested):
        assert [finding.path.split(".")[0] for finding in twins(call)] == ["0"]


def test_every_twin_once_at_its_first_call() -> None:
    """One finding for each address, at the call that names it first."""
    one, other = with_ends_of(PAYROLL), with_ends_of(VAULT)
    found = twins(a_tx(pay(1), pay(1, one), pay(1, other), pay(2, one)))
    assert sorted(finding.path for finding in found) == ["0.1", "0.2"]


def test_twin_that_gets_the_gas_refund() -> None:
    """The frame of the transaction names addresses too."""
    tx = replace(a_tx(pay(1)), gas_price=1, safe_tx_gas=1, refund_receiver=with_ends_of(PAYROLL))
    assert [finding.path for finding in twins(tx)] == [""]
    assert twins(replace(tx, refund_receiver=PAYROLL, gas_token=USDC)) == []


def test_trusted_addresses_that_resemble_each_other() -> None:
    """Two payees of our own book are no twins, however alike they look."""
    twin = with_ends_of(PAYROLL)
    book = tuple(BookEntry(address=each, name="x", chain_id=1) for each in (PAYROLL, twin))
    evidence = an_evidence(address_book=book)
    assert twins(pay(1, twin), local(evidence)) == []
    assert twins(pay(1, twin), evidence=evidence) == []


def test_senders_book_is_an_anchor_only_without_a_workspace() -> None:
    """With facts of our own a sender's book neither accuses nor excuses."""
    twin = with_ends_of(PAYROLL)
    book = (BookEntry(address=PAYROLL, name="Payroll", chain_id=1),)
    assert twins(pay(1, twin), evidence=Evidence(address_book=book))
    assert twins(pay(1, twin), evidence=Evidence()) == []
    nobody = local(replace(an_evidence(), address_book=()))
    assert twins(pay(1, twin), nobody) == []
    excused = Bundle(
        safe=a_treasury_safe(),
        tx=a_tx(pay(1, twin)),
        evidence=Evidence(address_book=(BookEntry(address=twin, name="Payroll", chain_id=1),)),
    )
    assert CODE in {finding.code for finding in examine(excused, local()).findings}


def test_senders_trust_is_no_excuse_for_looking_like_a_packaged_one() -> None:
    """A false MultiSend or USDC stays a twin when the bundle calls it trusted and listed."""
    official = official_address(1, "MultiSendCallOnly", (1, 4, 1))
    assert official is not None
    false = with_ends_of(official)
    trusted = (DescribedContract(address=false, name="MultiSendCallOnly", trusted=True),)
    listed = (DescribedToken(address=false, symbol="USDC", listed=True),)
    assert twins(pay(1, false), evidence=Evidence(contracts=trusted, tokens=listed))
    assert twins(pay(1, official), evidence=Evidence(contracts=trusted)) == []


def test_entry_for_another_chain_is_an_anchor_and_no_twin() -> None:
    """The same account elsewhere is no twin; one that looks like it is."""
    book = (BookEntry(address=PAYROLL, name="Payroll", chain_id=10),)
    facts = local(an_evidence(address_book=book))
    assert twins(pay(1, PAYROLL), facts) == []
    assert twins(pay(1, with_ends_of(PAYROLL)), facts)


def test_nobody_looks_like_the_zero_address() -> None:
    """Zero stands for nobody: it has no twins and is none."""
    book = (BookEntry(address=ZERO_ADDRESS, name="burn", chain_id=1),)
    near = Address(bytes(19) + b"\x01")
    assert twins(pay(1, near), local(an_evidence(address_book=book))) == []
    near_zero = (BookEntry(address=near, name="one", chain_id=1),)
    assert twins(pay(1, ZERO_ADDRESS), local(an_evidence(address_book=near_zero))) == []


ADDRESSES = st.binary(min_size=20, max_size=20).map(Address)


@given(anchor=ADDRESSES, flips=st.dictionaries(st.integers(0, 39), st.integers(1, 15), max_size=6))
def test_rule_is_exact(anchor: Address, flips: dict[int, int]) -> None:
    """A twin shares both ends or differs in one to four digits, and nothing else is one."""
    text = anchor.raw.hex()
    twin = "".join(
        format(int(digit, 16) ^ flips.get(place, 0), "x") for place, digit in enumerate(text)
    )
    address = Address(bytes.fromhex(twin))
    facts = replace(
        local(Evidence(address_book=(BookEntry(address=anchor, name="x", chain_id=1),))),
        strategies=(),
    )
    shares_ends = text[:4] == twin[:4] and text[-4:] == twin[-4:]
    is_twin = bool(flips) and (shares_ends or len(flips) <= 4)
    is_nobody = anchor.is_zero or address.is_zero
    assert bool(twins(pay(1, address), facts)) is (is_twin and not is_nobody)


def test_many_recipients_and_many_payees() -> None:
    """Every recipient is compared with every payee, and the one twin among thousands is found."""
    people = [an_address(f"payee {number}") for number in range(1_500)]
    strangers = [an_address(f"stranger {number}") for number in range(1_500)]
    strangers[777] = with_ends_of(people[333])
    book = tuple(BookEntry(address=each, name="p", chain_id=1) for each in people)
    payments = a_call(STRANGER, MANY, tuple(strangers), tuple([1] * len(strangers)))
    (finding,) = twins(payments, local(an_evidence(address_book=book)))
    assert str(people[333]) in finding.sentence
