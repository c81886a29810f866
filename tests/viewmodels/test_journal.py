"""The journal: balanced to the base unit, one entry per transaction, and safe from every name."""

import random
import shutil
import subprocess
from collections import defaultdict
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.journal_reader import read_journal, require_balance
from tests.samples import (
    AUDITORS,
    BLOCK_TIME,
    CHAIN_ID,
    ETH,
    PAYROLL,
    SAFE,
    STRANGER,
    USDC,
    VAULT,
    VAULT_STRATEGY,
    WETH,
    a_movement,
    a_workspace,
    an_address,
    an_amount,
    some_movements,
)
from treasury_desktop.assets.amount import TokenAmount
from treasury_desktop.assets.keccak import keccak
from treasury_desktop.assets.token import Token
from treasury_desktop.treasury.movement import GAS_REFUND_NOTE, Movement, MovementKind
from treasury_desktop.treasury.workspace import KnownPayee, Workspace
from treasury_desktop.viewmodels.journal import journal

OTHER_SAFE = an_address("other safe")
WORKSPACE = a_workspace()
TWO_SAFES = replace(
    WORKSPACE,
    safes=(*WORKSPACE.safes, replace(WORKSPACE.safes[0], address=OTHER_SAFE, name="Grants")),
)
texts = st.text(max_size=80) | st.sampled_from(
    ["", "USDC", "x\n2020-01-01 * y", "; note", "[2020-01-01]", "a:b", 'q"uote', "date: 2020",
     "%41", "  two", "-", "\u2028", "\r\nP 2020 X 1", "=1", "ETH", "ETH-0x00", "~", "\\n",
     "\x00", "\ud800"]
)  # fmt: skip


@st.composite
def movements_of_anything(draw: st.DrawFn) -> Movement:
    """A movement whose every word was written by somebody hostile."""
    token = Token(
        chain_id=CHAIN_ID,
        address=draw(st.sampled_from([None, USDC.address, an_address("bad"), an_address("worse")])),
        symbol=draw(texts),
        name=draw(texts),
        decimals=draw(st.none() | st.integers(0, 77)),
    )
    amount = TokenAmount(token=token, base_units=draw(st.integers(1, 2**256 - 1)))
    return a_movement(
        safe=draw(st.sampled_from([SAFE, OTHER_SAFE, an_address("gone")])),
        kind=draw(st.sampled_from(MovementKind)),
        amount=draw(st.just(amount) | st.just(amount) | st.none()),
        counterpart=draw(st.sampled_from([None, SAFE, OTHER_SAFE, VAULT, PAYROLL, STRANGER])),
        strategy=draw(st.none() | texts),
        note=draw(texts),
        is_in=draw(st.none() | st.booleans()),
        log_index=draw(st.integers(-3, 5)),
        block_number=draw(st.integers(0, 3)),
        timestamp=draw(st.sampled_from([0, BLOCK_TIME, 2**62])),
        transaction_hash=keccak(bytes([draw(st.integers(0, 3))])),
        safe_tx_hash=draw(st.none() | st.just(bytes(32))),
    )


@given(st.lists(movements_of_anything(), max_size=12), texts, texts, st.randoms())
def test_every_transaction_balances_whatever_the_names(
    movements: list[Movement], safe_name: str, payee_name: str, chance: random.Random
) -> None:
    """In exact base units of each commodity; no text makes a line of another kind."""
    workspace = _named(safe_name, payee_name)
    text = journal(movements, workspace)
    entries = read_journal(text)
    require_balance(entries)
    assert len({entry.code for entry in entries}) == len(entries)
    booked = [each for each in movements if _is_booked(each)]
    assert sum(len(entry.postings) for entry in entries) == 2 * len(booked)
    shuffled = list(movements)
    chance.shuffle(shuffled)
    if len({each.order for each in movements}) == len(movements):
        assert journal(shuffled, workspace) == text


@given(st.lists(movements_of_anything(), max_size=12))
def test_safes_hold_exactly_what_moved(movements: list[Movement]) -> None:
    """What came in less what went out, by Safe and token, in base units."""
    wanted: dict[tuple[str, str], int] = defaultdict(int)
    for each in movements:
        goes_nowhere = each.kind is MovementKind.OTHER and each.counterpart == each.safe
        if _is_booked(each) and each.amount is not None and not goes_nowhere:
            name = {SAFE: "Treasury", OTHER_SAFE: "Grants"}.get(each.safe, str(each.safe))
            sign = 1 if each.is_in else -1
            wanted[f"Assets:Safe:{name}", each.amount.token.key] += sign * each.amount.base_units
    found: dict[tuple[str, str], int] = defaultdict(int)
    for entry in read_journal(journal(movements, TWO_SAFES)):
        for account, name, units in entry.postings:
            if account.startswith("Assets:Safe:"):
                _, is_token, address = name[1:-1].partition("-")
                found[account, address if is_token else "native"] += units
    assert {k: v for k, v in found.items() if v} == {k: v for k, v in wanted.items() if v}


def test_accounts_follow_the_category() -> None:
    """Who paid, who was paid, which strategy; what has two halves meets in Equity."""
    one = keccak(b"one transaction")
    movements = [
        a_movement(kind=kind, amount=an_amount(token, 1), counterpart=counterpart, is_in=is_in,
                   strategy=strategy, note=note, log_index=number, transaction_hash=one,
                   safe=safe, safe_tx_hash=cause)
        for number, (kind, token, counterpart, is_in, strategy, note, safe, cause) in enumerate((
            (MovementKind.INCOMING, ETH, STRANGER, None, None, "", SAFE, None),
            (MovementKind.OUTGOING, USDC, PAYROLL, None, None, "", SAFE, one),
            (MovementKind.OUTGOING, USDC, AUDITORS, None, None, "", SAFE, None),
            (MovementKind.OUTGOING, ETH, STRANGER, None, None, GAS_REFUND_NOTE, SAFE, one),
            (MovementKind.DEPLOYMENT, USDC, VAULT, None, "USDC yield vault", "", SAFE, one),
            (MovementKind.EXIT, USDC, VAULT, None, "USDC yield vault", "", SAFE, one),
            (MovementKind.FEES, WETH, VAULT, None, "Pool", "", SAFE, one),
            (MovementKind.OTHER, USDC, OTHER_SAFE, False, None, "", SAFE, one),
            (MovementKind.OTHER, USDC, SAFE, True, None, "", OTHER_SAFE, one),
            (MovementKind.OTHER, ETH, WETH.address, False, None, "converted", SAFE, one),
            (MovementKind.OTHER, WETH, WETH.address, True, None, "wrapped", SAFE, one),
            (MovementKind.OTHER, USDC, SAFE, False, None, "", SAFE, one),
        ))
    ]  # fmt: skip
    (entry,) = read_journal(journal(movements, TWO_SAFES))
    pairs = [
        (entry.postings[n][0].removeprefix("Assets:Safe:"), entry.postings[n][2] > 0, other[0])
        for n, other in ((n, entry.postings[n + 1]) for n in range(0, 24, 2))
    ]
    assert pairs == [
        ("Treasury", True, f"Income:Received:{STRANGER}"),
        ("Treasury", False, "Expenses:Paid:Payroll A"),
        ("Treasury", False, "Expenses:Module or allowance:Auditors"),
        ("Treasury", False, "Expenses:Gas"),
        ("Treasury", False, "Assets:Strategy:USDC yield vault"),
        ("Treasury", True, "Assets:Strategy:USDC yield vault"),
        ("Treasury", True, "Income:Fees:Pool"),
        ("Treasury", False, "Equity:Transfers"),
        ("Grants", True, "Equity:Transfers"),
        ("Treasury", False, "Equity:Conversion"),
        ("Treasury", True, "Equity:Conversion"),
        ("Treasury", False, "Assets:Safe:Treasury"),
    ]


def test_a_token_that_borrows_a_symbol_is_another_commodity() -> None:
    """Also where it borrows the native coin's, and where its symbol imitates an address."""
    bad = [
        Token(chain_id=CHAIN_ID, address=an_address(f"bad {n}"), symbol=symbol, name="", decimals=6)
        for n, symbol in enumerate(("USDC", "ETH", f"USDC-{USDC.address}", 'ETH"'))
    ]
    movements = [
        a_movement(amount=TokenAmount(token=token, base_units=1), log_index=number)
        for number, token in enumerate((USDC, ETH, *bad))
    ]
    (entry,) = read_journal(journal(movements, WORKSPACE))
    assert len({name for _, name, _ in entry.postings}) == 6
    assert {name for _, name, _ in entry.postings} >= {'"ETH"', f'"USDC-{USDC.address}"'}


def test_a_token_is_counted_in_one_measure() -> None:
    """As listed now, whatever decimals it had when it moved; unlisted, as it moved last."""
    for address, decimals in ((USDC.address, 6), (an_address("unlisted"), 3)):
        token = Token(chain_id=CHAIN_ID, address=address, symbol="T", name="", decimals=9)
        amounts = (TokenAmount(token=replace(token, decimals=d), base_units=7) for d in (9, 3))
        movements = [a_movement(amount=each, log_index=n) for n, each in enumerate(amounts)]
        text = journal(movements, WORKSPACE)
        (entry,) = read_journal(text)
        assert {abs(units) for _, _, units in entry.postings} == {7}
        assert len({name for _, name, _ in entry.postings}) == 1
        assert f"    format 1000.{'0' * decimals} " in text


def test_safes_of_one_name_have_an_account_each() -> None:
    """Their addresses tell them apart."""
    same = replace(TWO_SAFES, safes=tuple(replace(s, name="Main") for s in TWO_SAFES.safes))
    movements = [a_movement(safe=safe, log_index=n) for n, safe in enumerate((SAFE, OTHER_SAFE))]
    (entry,) = read_journal(journal(movements, same))
    accounts = {account for account, _, _ in entry.postings if account.startswith("Assets")}
    assert accounts == {f"Assets:Safe:Main {SAFE}", f"Assets:Safe:Main {OTHER_SAFE}"}


def test_what_cannot_be_booked_is_said_in_a_comment() -> None:
    """A rejection moved nothing; a conversion without its direction is not guessed."""
    movements = (
        a_movement(kind=MovementKind.OTHER, amount=None, note="rejection\n2020-01-01 x"),
        a_movement(kind=MovementKind.OTHER, is_in=None, transaction_hash=keccak(b"2")),
    )
    text = journal(movements, WORKSPACE)
    assert read_journal(text) == []
    assert "; moved nothing: 0x" in text
    assert "; NOT BOOKED, its direction was not kept (refresh the treasury): 0x" in text


def test_the_first_day_of_the_year_is_the_first_day_in_utc() -> None:
    """Whatever the computer's clock is set to."""
    begun = a_movement(timestamp=1_767_225_600)
    ended = a_movement(timestamp=1_767_225_599, transaction_hash=keccak(b"2"), block_number=5)
    text = journal((begun, ended), WORKSPACE)
    assert [entry.date for entry in read_journal(text)] == ["2025-12-31", "2026-01-01"]


def test_a_journal_is_these_bytes() -> None:
    """What one entry looks like; a change of it breaks whoever compares journals."""
    text = journal((a_movement(note="rent: May [2020-01-01]"),), WORKSPACE)
    usdc = f'"USDC-{USDC.address}"'
    assert text == (
        "; Movements of a treasury as double entry, for hledger and Ledger. Dates are UTC.\n"
        "tag block\ntag counterpart\ntag note\ntag safetx\n"
        f"commodity {usdc}\n    format 1000.000000 {usdc}\n"
        "account Assets:Safe:Treasury\naccount Expenses:Paid:Payroll A\n"
        "\n"
        f"2026-11-21 * (0x{keccak(b'sent').hex()}) outgoing\n"
        "    ; block: 18993000\n"
        f"    Assets:Safe:Treasury  -46500.000000 {usdc}\n"
        f"    ; safetx: 0x{keccak(b'safe tx').hex()}\n"
        f"    ; counterpart: {PAYROLL}\n"
        "    ; note: rent%3A May %5B2020-01-01%5D\n"
        f"    Expenses:Paid:Payroll A  46500.000000 {usdc}\n"
    )


@pytest.mark.parametrize("program", ["hledger", "ledger"])
def test_the_programs_themselves_accept_it(program: str, tmp_path: Path) -> None:
    """In their strictest mode, hostile names included; only where they are installed."""
    found = shutil.which(program)
    if found is None:
        pytest.skip(f"{program} is not installed")
    bad = Token(chain_id=CHAIN_ID, address=an_address("b"), symbol='"; x\n', name="", decimals=77)
    movements = [
        *some_movements(),
        *(
            a_movement(note=note, log_index=number, transaction_hash=keccak(note.encode()),
                       amount=TokenAmount(token=bad, base_units=2**255 + number))
            for number, note in enumerate(
                ("date: x", "[1/1]", "x:: (1/0)", "; ;", "Payee: me, type: A", ":a:b:", "Zürich"))
        ),
        a_movement(strategy="(virtual) [x]  y;z", kind=MovementKind.EXIT, log_index=30),
    ]  # fmt: skip
    file = tmp_path / "of.journal"
    file.write_text(journal(movements, _named("  ; Ähm: (x)", "[Δ] = 5 @ 3")), "utf-8")
    arguments = {
        "hledger": ["check", "--strict"],
        "ledger": ["--args-only", "--strict", "--pedantic", "balance"],
    }[program]
    subprocess.run(
        [found, "-f", str(file), *arguments],
        check=True,
        capture_output=True,
        timeout=60,
        env={"LANG": "C.UTF-8", "HOME": str(tmp_path)},
    )


def _named(safe_name: str, payee_name: str) -> Workspace:
    first, second = TWO_SAFES.safes
    return replace(
        TWO_SAFES,
        safes=(replace(first, name=safe_name), second),
        address_book=(KnownPayee(address=PAYROLL, name=payee_name),),
        strategies=(VAULT_STRATEGY,),
    )


def _is_booked(movement: Movement) -> bool:
    return movement.is_in is not None and movement.timestamp < 2**62
