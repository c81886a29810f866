"""Our hashes and signatures against what the real Safe contracts say, on a node."""

import random
from typing import Any

import pytest

from tests.samples import a_confirmation
from treasury_desktop.assets.address import Address
from treasury_desktop.assets.keccak import keccak
from treasury_desktop.errors import Unavailable
from treasury_desktop.safes.confirmation import packed_signatures
from treasury_desktop.safes.hashes import safe_tx_hashes
from treasury_desktop.safes.safe_tx import Operation, SafeTx

TRANSACTION_TYPES = "address,uint256,bytes,uint8,uint256,uint256,uint256,address,address,uint256"
SEED = 20261122


def random_transactions(count: int) -> list[SafeTx]:
    """Transactions of random fields, the same in every run."""
    dice = random.Random(SEED)  # noqa: S311  samples, not secrets

    def word() -> int:
        return dice.choice((0, 1, dice.getrandbits(64), dice.getrandbits(256), 2**256 - 1))

    def address() -> Address:
        return Address(dice.randbytes(20))

    return [
        SafeTx(
            to=address(),
            value=word(),
            data=dice.randbytes(dice.choice((0, 1, 4, 31, 32, 33, 260))),
            operation=Operation(dice.randrange(2)),
            safe_tx_gas=word(),
            base_gas=word(),
            gas_price=word(),
            gas_token=address(),
            refund_receiver=address(),
            nonce=word(),
        )
        for _ in range(count)
    ]


def arguments_of(tx: SafeTx) -> tuple[Any, ...]:
    """The arguments of getTransactionHash."""
    return (
        str(tx.to), tx.value, tx.data, int(tx.operation), tx.safe_tx_gas, tx.base_gas,
        tx.gas_price, str(tx.gas_token), str(tx.refund_receiver), tx.nonce,
    )  # fmt: skip


def test_version_is_the_one_we_think(real_safe: Any) -> None:
    """The contract answers the version under which we hash."""
    _, length, text = real_safe.words("VERSION()")
    said = text.to_bytes(32, "big")[:length].decode()
    assert said == str(real_safe.safe.version).removesuffix("+L2")


def test_contract_derives_our_hash(real_safe: Any) -> None:
    """GetTransactionHash equals ours for random transactions; so does the domain separator."""
    for tx in random_transactions(40):
        (on_chain,) = real_safe.words(f"getTransactionHash({TRANSACTION_TYPES})", *arguments_of(tx))
        assert on_chain.to_bytes(32, "big") == safe_tx_hashes(real_safe.safe, tx).safe_tx
    (domain,) = real_safe.words("domainSeparator()")
    assert domain.to_bytes(32, "big") == safe_tx_hashes(real_safe.safe, tx).domain


def check(real_safe: Any, safe_tx_hash: bytes, data: bytes, signatures: bytes) -> None:
    """Asks checkSignatures, which answers nothing or reverts."""
    is_new = real_safe.safe.version.numbers >= (1, 5, 0)
    arguments: tuple[Any, ...] = (safe_tx_hash, signatures)
    signature = "checkSignatures(address,bytes32,bytes)"
    if is_new:
        arguments = ("0x" + "00" * 20, *arguments)
    else:
        signature = "checkSignatures(bytes32,bytes,bytes)"
        arguments = (safe_tx_hash, data, signatures)
    real_safe.words(signature, *arguments)


def test_contract_accepts_our_packing(real_safe: Any) -> None:
    """Two owners' confirmations, in whichever order they came, are what checkSignatures wants."""
    for tx in random_transactions(5):
        hashes = safe_tx_hashes(real_safe.safe, tx)
        preimage = b"\x19\x01" + hashes.domain + hashes.message
        assert keccak(preimage) == hashes.safe_tx
        pair = (a_confirmation(hashes.safe_tx, 1), a_confirmation(hashes.safe_tx, 3))
        for confirmations in (pair, pair[::-1]):
            check(real_safe, hashes.safe_tx, preimage, packed_signatures(confirmations))


def test_contract_refuses_what_does_not_count(real_safe: Any) -> None:
    """One confirmation, a stranger's, or two in descending order revert."""
    (tx,) = random_transactions(1)
    hashes = safe_tx_hashes(real_safe.safe, tx)
    preimage = b"\x19\x01" + hashes.domain + hashes.message
    one, two, stranger = (a_confirmation(hashes.safe_tx, number) for number in (1, 2, 4))
    packed = packed_signatures((one, two))
    for blob in (
        packed_signatures((one,)),
        packed_signatures((one, stranger)),
        packed[65:] + packed[:65],
    ):
        with pytest.raises(Unavailable, match="refused eth_call"):
            check(real_safe, hashes.safe_tx, preimage, blob)
