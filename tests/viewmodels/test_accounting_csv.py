"""The accounting table: Safe's columns in their order, raw amounts, and nothing made up."""

import csv
import io
import random
from dataclasses import replace
from fractions import Fraction

import pytest

from tests.samples import (
    ETH,
    PAYROLL,
    SAFE,
    STRANGER,
    USDC,
    a_deposit_tx,
    a_movement,
    a_queued,
    a_safe_tx,
    a_workspace,
    an_address,
    an_amount,
    some_movements,
)
from treasury_desktop.assets.amount import TokenAmount
from treasury_desktop.assets.token import Token
from treasury_desktop.desk.account_movements import KnownOfMovements, PriceThen
from treasury_desktop.treasury.movement import GAS_REFUND_NOTE, Movement, MovementKind
from treasury_desktop.viewmodels.accounting_csv import accounting_csv

WORKSPACE = a_workspace()
NOTHING = KnownOfMovements()


def rows(*movements: Movement, known: KnownOfMovements = NOTHING) -> list[dict[str, str]]:
    """The rows as another program reads them."""
    return list(csv.DictReader(io.StringIO(accounting_csv(movements, WORKSPACE, known))))


def row(movement: Movement, known: KnownOfMovements = NOTHING) -> dict[str, str]:
    """The one row."""
    (only,) = rows(movement, known=known)
    return only


def test_the_columns_are_safe_s_own_and_then_ours() -> None:
    """In that order: other programs go by it."""
    assert accounting_csv((), WORKSPACE, NOTHING) == (
        '"safe","from","to","amount","assetType","assetAddress","assetSymbol","assetDecimals",'
        '"proposerAddress","proposedAt","executorAddress","executedAt","note","transactionHash",'
        '"contractAddress","nonce","gasToken","payment","gasTokenSymbol","gasTokenDecimals",'
        '"fiat_value","fiat_ccy","price_source","price_time","category","strategy",'
        '"proposal_ref","lot_id"\r\n'
    )


def test_what_nobody_knows_is_empty() -> None:
    """Never zero."""
    movement = a_movement()
    filled = {name: cell for name, cell in row(movement).items() if cell}
    assert filled == {
        "safe": str(SAFE),
        "from": str(SAFE),
        "to": str(PAYROLL),
        "amount": "46500000000",
        "assetType": "erc20",
        "assetAddress": str(USDC.address),
        "assetSymbol": "USDC",
        "assetDecimals": "6",
        "executedAt": "2026-11-21T14:02:00Z",
        "transactionHash": f"0x{movement.transaction_hash.hex()}",
        "category": "outgoing",
    }


def test_coin_that_came_in_has_no_contract() -> None:
    """Its sender stands under "from"."""
    found = row(a_movement(kind=MovementKind.INCOMING, amount=an_amount(ETH, 2),
                           counterpart=STRANGER, safe_tx_hash=None))  # fmt: skip
    assert (found["from"], found["to"]) == (str(STRANGER), str(SAFE))
    assert (found["amount"], found["assetType"], found["assetAddress"]) == (
        "2000000000000000000", "native", "",
    )  # fmt: skip


def test_the_safe_transaction_says_nonce_contract_and_why() -> None:
    """When it was proposed is known of our own drafts only."""
    ours = a_queued(a_deposit_tx())
    known = KnownOfMovements(transactions={ours.safe_tx_hash: ours})
    found = row(a_movement(safe_tx_hash=ours.safe_tx_hash, note="late"), known)
    assert found["nonce"] == str(ours.tx.nonce)
    assert found["contractAddress"] == str(ours.tx.to)
    assert found["proposedAt"] == "2026-11-21T14:02:00Z"
    assert found["note"] == "Put idle dollars to work; late"
    theirs = a_queued(a_deposit_tx(), drafted_here=False)
    known = KnownOfMovements(transactions={ours.safe_tx_hash: theirs})
    assert row(a_movement(safe_tx_hash=ours.safe_tx_hash), known)["proposedAt"] == ""


def test_a_gas_refund_stands_beside_every_row_of_its_transaction() -> None:
    """In the gas columns, and in a row of its own."""
    paid = a_movement(amount=an_amount(ETH, 1))
    refund = a_movement(amount=an_amount(ETH, "0.002"), note=GAS_REFUND_NOTE, log_index=-1)
    for each in rows(paid, refund):
        assert each["gasToken"] == "0x" + "0" * 40
        assert each["payment"] == "2000000000000000"
        assert (each["gasTokenSymbol"], each["gasTokenDecimals"]) == ("ETH", "18")
    assert [each["category"] for each in rows(paid, refund)] == ["gas", "outgoing"]


def test_a_refund_in_tokens_names_the_token_and_no_amount() -> None:
    """Which transfer was the refund nobody wrote down."""
    assert USDC.address is not None
    queued = a_queued(replace(a_safe_tx(12), gas_price=3, gas_token=USDC.address))
    known = KnownOfMovements(transactions={queued.safe_tx_hash: queued})
    found = row(a_movement(safe_tx_hash=queued.safe_tx_hash), known)
    assert (found["gasToken"], found["gasTokenSymbol"]) == (str(USDC.address), "USDC")
    assert found["payment"] == ""


def test_a_price_is_multiplied_exactly_and_names_its_source() -> None:
    """Half a cent goes up."""
    movement = a_movement(amount=an_amount(ETH, "0.5"))
    price = PriceThen(usd=Fraction("3000.01"), source="feed 0x12", time=movement.timestamp - 60)
    known = KnownOfMovements(prices={("native", movement.timestamp): price})
    found = row(movement, known)
    assert (found["fiat_value"], found["fiat_ccy"]) == ("1500.01", "USD")
    assert (found["price_source"], found["price_time"]) == ("feed 0x12", "2026-11-21T14:01:00Z")


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "＝1", " =1", "\r\n=1"])
def test_no_cell_is_a_formula(text: str) -> None:
    """Symbols, notes and strategies are somebody's words."""
    token = Token(chain_id=1, address=an_address("bad"), symbol=text, name=text, decimals=6)
    movement = a_movement(
        amount=TokenAmount(token=token, base_units=1), note=text, strategy=text,
        kind=MovementKind.DEPLOYMENT,
    )  # fmt: skip
    found = row(movement)
    for name in ("assetSymbol", "note", "strategy"):
        assert found[name] == f"'{text}"


def test_the_order_given_does_not_matter() -> None:
    """The same movements, the same bytes, oldest first."""
    shuffled = list(some_movements())
    random.Random(7).shuffle(shuffled)  # noqa: S311  an order, not a secret
    texts = {accounting_csv(each, WORKSPACE, NOTHING) for each in (some_movements(), shuffled)}
    assert len(texts) == 1
    times = [each["executedAt"] for each in rows(*shuffled)]
    assert times == sorted(times)


def test_a_direction_nobody_kept_leaves_both_ends_empty() -> None:
    """A guess would be an account of something else."""
    found = row(a_movement(kind=MovementKind.OTHER, is_in=None, note="swapped"))
    assert (found["from"], found["to"], found["category"]) == ("", "", "conversion")


def test_what_moved_nothing_has_no_amount() -> None:
    """Yet it was sent, to somebody."""
    found = row(a_movement(kind=MovementKind.OTHER, amount=None, counterpart=SAFE))
    assert (found["from"], found["to"], found["amount"]) == (str(SAFE), str(SAFE), "")
    assert (found["assetType"], found["category"]) == ("", "moved nothing")
