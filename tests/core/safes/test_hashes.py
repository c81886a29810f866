"""The hash that is signed: known answers, two derivations, and eth_account's as a third."""

import random
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from eth_account.messages import encode_typed_data
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.shared_vectors import cases_of
from treasury_desktop.assets.address import Address
from treasury_desktop.assets.keccak import keccak
from treasury_desktop.errors import Malformed, Refused
from treasury_desktop.safes import hashes, safe_message, typed_data
from treasury_desktop.safes.hashes import (
    agreed_hashes,
    hashes_by_constants,
    hashes_by_types,
    safe_tx_hashes,
)
from treasury_desktop.safes.safe import Safe, SafeVersion
from treasury_desktop.safes.safe_tx import MULTISIG_FIELDS, Operation, SafeTx

VERSIONS = (
    "0.1.0", "1.0.0", "1.1.0", "1.1.1", "1.1.1+L2", "1.2.0", "1.3.0", "1.3.0+L2", "1.4.0", "1.4.1",
    "1.4.1+L2", "1.5.0", "1.5.0+L2",
)  # fmt: skip
BETWEEN_DERIVATIONS = 20_000
WORDS = st.integers(0, 2**256 - 1) | st.sampled_from((0, 1, 2**256 - 1, 2**255))
ADDRESSES = st.binary(min_size=20, max_size=20).map(Address)
SAFES = st.builds(
    Safe,
    chain_id=st.integers(1, 2**256 - 1) | st.sampled_from((1, 10, 42161, 31337)),
    address=ADDRESSES,
    version=st.sampled_from(VERSIONS).map(SafeVersion.parse),
)
TRANSACTIONS = st.builds(
    SafeTx,
    to=ADDRESSES,
    value=WORDS,
    data=st.binary(max_size=200),
    operation=st.sampled_from(Operation),
    safe_tx_gas=WORDS,
    base_gas=WORDS,
    gas_price=WORDS,
    gas_token=ADDRESSES,
    refund_receiver=ADDRESSES,
    nonce=WORDS,
)


@pytest.mark.parametrize("case", cases_of("safe_tx_hashes"))
def test_known_answers(case: Any) -> None:
    """All three hashes of transactions that were really signed, for every version's domain."""
    said = case["transaction"]
    tx = SafeTx(
        to=Address.parse(said["to"]),
        value=int(said["value"]),
        data=bytes.fromhex(said["data"][2:]),
        operation=Operation(said["operation"]),
        safe_tx_gas=int(said["safeTxGas"]),
        base_gas=int(said["baseGas"]),
        gas_price=int(said["gasPrice"]),
        gas_token=Address.parse(said["gasToken"]),
        refund_receiver=Address.parse(said["refundReceiver"]),
        nonce=int(said["nonce"]),
    )
    safe = Safe(
        chain_id=case["chain_id"],
        address=Address.parse(case["safe"]),
        version=SafeVersion.parse(case["version"]),
    )
    found = safe_tx_hashes(safe, tx)
    known = {name: bytes.fromhex(text[2:]) for name, text in case["hashes"].items()}
    assert (found.domain, found.message, found.safe_tx) == (
        known["domain"], known["message"], known["safe_tx"],
    )  # fmt: skip


def random_pairs(count: int, seed: int = 1) -> Iterator[tuple[Safe, SafeTx]]:
    """Safes of every version in turn and transactions of random fields, the same for a seed."""
    dice = random.Random(seed)  # noqa: S311  samples, not secrets

    def word() -> int:
        return dice.getrandbits(dice.choice((1, 8, 64, 160, 256)))

    def address() -> Address:
        return Address(dice.randbytes(20))

    for place in range(count):
        version = SafeVersion.parse(VERSIONS[place % len(VERSIONS)])
        yield (
            Safe(chain_id=word(), address=address(), version=version),
            SafeTx(
                to=address(), value=word(), data=dice.randbytes(dice.randrange(70)),
                operation=Operation(dice.randrange(3)), safe_tx_gas=word(), base_gas=word(),
                gas_price=word(), gas_token=address(), refund_receiver=address(), nonce=word(),
            ),
        )  # fmt: skip


def test_many_random_transactions_between_the_derivations() -> None:
    """Not one of many thousand random transactions of all versions divides the derivations."""
    hashes_seen = set()
    for safe, tx in random_pairs(BETWEEN_DERIVATIONS):
        first = hashes_by_constants(safe, tx)
        assert first == hashes_by_types(safe, tx), (safe, tx)
        hashes_seen.add(first.safe_tx)
    assert len(hashes_seen) == BETWEEN_DERIVATIONS


@given(SAFES, TRANSACTIONS)
@settings(max_examples=1000)
def test_two_derivations_agree(safe: Safe, tx: SafeTx) -> None:
    """From constants and from type descriptions comes the same, for every version."""
    assert hashes_by_constants(safe, tx) == hashes_by_types(safe, tx) == safe_tx_hashes(safe, tx)


@given(SAFES, TRANSACTIONS)
@settings(max_examples=300, deadline=None)
def test_eth_account_agrees(safe: Safe, tx: SafeTx) -> None:
    """The library that wallets use gives the same domain, message and digest."""
    base_gas = "baseGas" if safe.version.numbers >= (1, 0, 0) else "dataGas"
    fields = (
        ("to", "address"), ("value", "uint256"), ("data", "bytes"), ("operation", "uint8"),
        ("safeTxGas", "uint256"), (base_gas, "uint256"), ("gasPrice", "uint256"),
        ("gasToken", "address"), ("refundReceiver", "address"), ("nonce", "uint256"),
    )  # fmt: skip
    values = (
        str(tx.to), tx.value, tx.data, int(tx.operation), tx.safe_tx_gas, tx.base_gas,
        tx.gas_price, str(tx.gas_token), str(tx.refund_receiver), tx.nonce,
    )  # fmt: skip
    domain: dict[str, Any] = {"verifyingContract": str(safe.address)}
    domain_type = [{"name": "verifyingContract", "type": "address"}]
    if safe.version.numbers >= (1, 3, 0):
        domain["chainId"] = safe.chain_id
        domain_type.insert(0, {"name": "chainId", "type": "uint256"})
    signable = encode_typed_data(
        full_message={
            "types": {
                "EIP712Domain": domain_type,
                "SafeTx": [{"name": name, "type": kind} for name, kind in fields],
            },
            "primaryType": "SafeTx",
            "domain": domain,
            "message": {name: value for (name, _), value in zip(fields, values, strict=True)},
        }
    )
    ours = safe_tx_hashes(safe, tx)
    assert (ours.domain, ours.message) == (signable.header, signable.body)
    assert ours.safe_tx == keccak(b"\x19" + signable.version + signable.header + signable.body)


@given(SAFES, TRANSACTIONS, st.data())
def test_any_one_bit_changes_the_hash(safe: Safe, tx: SafeTx, data: st.DataObject) -> None:
    """One bit of any field of a SafeTx gives another hash."""
    name = data.draw(
        st.sampled_from((*MULTISIG_FIELDS, "to", "gas_token", "refund_receiver", "data"))
    )
    value = getattr(tx, name)
    if isinstance(value, int):
        changed: object = value ^ (1 << data.draw(st.integers(0, 255)))
    elif isinstance(value, Address):
        bit = data.draw(st.integers(0, 159))
        changed = Address((value.number ^ (1 << bit)).to_bytes(20, "big"))
    else:
        place = data.draw(st.integers(0, len(value)))
        changed = value[:place] + b"\0" + value[place:]
    other = replace(tx, **{name: changed})
    assert safe_tx_hashes(safe, other).safe_tx != safe_tx_hashes(safe, tx).safe_tx
    for operation in set(Operation) - {tx.operation}:
        moved = replace(tx, operation=operation)
        assert safe_tx_hashes(safe, moved).safe_tx != safe_tx_hashes(safe, tx).safe_tx


@given(SAFES, TRANSACTIONS)
def test_another_safe_or_chain_changes_the_hash(safe: Safe, tx: SafeTx) -> None:
    """The address always binds; the chain does since 1.3.0 and before it does not."""
    flipped = Address((safe.address.number ^ 1).to_bytes(20, "big"))
    known = safe_tx_hashes(safe, tx).safe_tx
    assert safe_tx_hashes(replace(safe, address=flipped), tx).safe_tx != known
    elsewhere = replace(safe, chain_id=safe.chain_id % (2**256 - 1) + 1)
    is_bound = safe.version.numbers >= (1, 3, 0)
    assert (safe_tx_hashes(elsewhere, tx).safe_tx != known) is is_bound
    assert safe.version.has_chain_id_in_domain is is_bound


@pytest.mark.parametrize(
    ("constant", "text"),
    [
        (hashes.DOMAIN_TYPEHASH, "EIP712Domain(uint256 chainId,address verifyingContract)"),
        (hashes.OLD_DOMAIN_TYPEHASH, "EIP712Domain(address verifyingContract)"),
        (safe_message.SAFE_MESSAGE_TYPEHASH, "SafeMessage(bytes message)"),
        *(
            (
                constant,
                (
                    "SafeTx(address to,uint256 value,bytes data,uint8 operation,uint256 safeTxGas,"
                    f"uint256 {overhead},uint256 gasPrice,address gasToken,address refundReceiver,"
                    "uint256 nonce)"
                ),
            )
            for constant, overhead in (
                (hashes.SAFE_TX_TYPEHASH, "baseGas"),
                (hashes.OLD_SAFE_TX_TYPEHASH, "dataGas"),
            )
        ),
    ],
)
def test_type_hashes_are_those_of_the_types(constant: bytes, text: str) -> None:
    """The published constants are hashes of the published type texts."""
    assert constant == keccak(text.encode())


def test_disagreeing_derivations_sign_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Were the two derivations ever to differ, there would be no hash at all."""
    monkeypatch.setattr(hashes, "SAFE_TX_TYPEHASH", bytes(32))
    safe = Safe(chain_id=1, address=Address(bytes(20)), version=SafeVersion(1, 4, 1))
    tx = SafeTx(to=Address(bytes(20)), nonce=0)
    assert agreed_hashes(safe, tx) is None
    with pytest.raises(Refused, match="disagree"):
        safe_tx_hashes(safe, tx)


def test_values_that_fit_no_type() -> None:
    """The second derivation refuses what its type cannot hold."""
    with pytest.raises(ValueError, match="does not fit uint8"):
        typed_data.hash_struct("X", (("uint8", "a"),), {"a": 256})
    with pytest.raises(ValueError, match="is a number"):
        typed_data.hash_struct("X", (("uint8", "a"),), {"a": b"x"})


@pytest.mark.parametrize(
    "text",
    [
        "1.3", "1.3.0.0", "1.3.0+l2", "v1.3.0", "", "1.3.0+L2 ", "١.٣.٠", "1.3.1000", "1.3.0+L3",
        "1.4.1+", "1.4.1\n", None, 13,
    ],
)  # fmt: skip
def test_versions_that_are_none(text: object) -> None:
    """Three numbers and perhaps +L2; nothing else is a version."""
    with pytest.raises(Malformed, match="looks like"):
        SafeVersion.parse(text)


@pytest.mark.parametrize(
    "text", ["0.0.2", "0.2.0", "1.0.1", "1.2.1", "1.3.1", "1.4.2", "1.5.1+L2", "1.6.0", "2.0.0"]
)
def test_versions_nobody_released(text: str) -> None:
    """How an unknown version hashes is not guessed at: it is refused by its name."""
    with pytest.raises(Malformed, match=f"safe.version: {re.escape(text)} is no Safe version"):
        SafeVersion.parse(text)


@pytest.mark.parametrize("text", ["01.3.0", "1.03.0", "1.3.00", "001.4.1+L2"])
def test_versions_written_otherwise(text: str) -> None:
    """A version is written as VERSION() answers it, without zeros before."""
    with pytest.raises(Malformed, match="no Safe version"):
        SafeVersion.parse(text)


@pytest.mark.parametrize("text", VERSIONS)
def test_versions_read_back(text: str) -> None:
    """A version is written as it was read."""
    assert str(SafeVersion.parse(text)) == text


@pytest.mark.parametrize("name", MULTISIG_FIELDS)
@pytest.mark.parametrize("value", [-1, 2**256])
def test_impossible_transactions_cannot_exist(name: str, value: int) -> None:
    """Every number of a SafeTx is a uint256, every operation one that some Safe knows."""
    tx = SafeTx(to=Address(bytes(20)), nonce=0)
    with pytest.raises(ValueError, match="uint256"):
        replace(tx, **{name: value})
    with pytest.raises(ValueError, match="3 is not a valid Operation"):
        replace(tx, operation=3)


@pytest.mark.parametrize("chain_id", [-1, 2**256])
def test_impossible_chains_cannot_exist(chain_id: int) -> None:
    """A chain id is a uint256."""
    with pytest.raises(ValueError, match="chain id"):
        Safe(chain_id=chain_id, address=Address(bytes(20)), version=SafeVersion(1, 4, 1))


def test_unknown_owners_own_nothing() -> None:
    """Where nobody says who owns a Safe, nobody counts as owner."""
    one = Address(b"\x01" * 20)
    safe = Safe(chain_id=1, address=one, version=SafeVersion(1, 4, 1))
    assert not safe.is_owner(one)
    assert replace(safe, owners=(one,)).is_owner(one)
