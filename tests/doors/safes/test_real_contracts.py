"""Our hashes and signatures against what the real Safe contracts say, on a node."""

import random
from dataclasses import replace
from typing import Any

import pytest

from tests.samples import a_confirmation, an_owner
from tests.signed import by_eth_sign, by_key, twin
from treasury_desktop.assets.address import Address
from treasury_desktop.assets.keccak import keccak
from treasury_desktop.bundle import ClaimedSignature
from treasury_desktop.devnet.packages import calldata
from treasury_desktop.errors import Unavailable
from treasury_desktop.review.signatures import checked_signatures
from treasury_desktop.safes.confirmation import packed_signatures
from treasury_desktop.safes.hashes import safe_tx_hashes
from treasury_desktop.safes.safe_message import safe_message_hash
from treasury_desktop.safes.safe_tx import Operation, SafeTx
from treasury_desktop.safes.signature import Signature
from treasury_desktop.safes.signature_blob import pack_signatures

TRANSACTION_TYPES = "address,uint256,bytes,uint8,uint256,uint256,uint256,address,address,uint256"
SEED = 20261122
TRANSACTIONS_EACH = 500


def random_transactions(count: int, *, operations: int = 2) -> list[SafeTx]:
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
            operation=Operation(dice.randrange(operations)),
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


def hash_on_chain(real_safe: Any, tx: SafeTx) -> bytes:
    """What the contract says the transaction's hash is."""
    (word,) = real_safe.words(f"getTransactionHash({TRANSACTION_TYPES})", *arguments_of(tx))
    return int(word).to_bytes(32, "big")


def test_version_is_the_one_we_think(real_safe: Any) -> None:
    """The contract answers the version under which we hash."""
    _, length, text = real_safe.words("VERSION()")
    said = text.to_bytes(32, "big")[:length].decode()
    assert said == str(real_safe.safe.version).removesuffix("+L2")


def test_contract_derives_our_hash(real_safe: Any) -> None:
    """GetTransactionHash equals ours for random transactions; so does the domain separator."""
    can_create = real_safe.safe.version.numbers <= (1, 0, 0)
    for tx in random_transactions(TRANSACTIONS_EACH, operations=3 if can_create else 2):
        assert hash_on_chain(real_safe, tx) == safe_tx_hashes(real_safe.safe, tx).safe_tx
    (domain,) = real_safe.words("domainSeparator()")
    assert domain.to_bytes(32, "big") == safe_tx_hashes(real_safe.safe, tx).domain


def test_versions_before_1_3_0_hash_the_same_on_every_chain(real_safe: Any) -> None:
    """What the review warns of as DOMAIN_WITHOUT_CHAINID is so, and only where it warns."""
    (tx,) = random_transactions(1)
    elsewhere = replace(real_safe.safe, chain_id=1)
    is_the_same = safe_tx_hashes(elsewhere, tx).safe_tx == hash_on_chain(real_safe, tx)
    assert is_the_same is not real_safe.safe.version.has_chain_id_in_domain


# ── signatures ───────────────────────────────────────────────────────────────────────────────────


def approved(owner: Address) -> tuple[Address, Signature]:
    """The signature that says: I approved the hash, look."""
    return owner, Signature(owner.number, 0, 1)


def accepts(real_safe: Any, tx: SafeTx, blob: bytes) -> bool:
    """Whether the contract would execute with these signatures."""
    try:
        return bool(real_safe.would_execute(tx, blob))
    except Unavailable as refusal:
        assert "refused eth_call" in refusal.sentence  # noqa: PT017  it answered, and no
        return False


def test_contract_executes_with_our_packing(real_safe: Any) -> None:
    """Two owners' confirmations, in whichever order they came, execute for good."""
    for order in (1, -1):
        tx = real_safe.next_tx(data=b"\x01\x02\x03")
        safe_tx_hash = safe_tx_hashes(real_safe.safe, tx).safe_tx
        pair = (a_confirmation(safe_tx_hash, 1), a_confirmation(safe_tx_hash, 3))[::order]
        real_safe.execute(tx, packed_signatures(pair))


@pytest.mark.parametrize("real_safe", ["1.3.0", "1.4.1", "1.5.0"], indirect=True)
def test_check_signatures_accepts_our_packing(real_safe: Any) -> None:
    """Where checkSignatures is public it takes two confirmations over random transactions."""
    version = real_safe.safe.version.numbers
    for tx in random_transactions(5):
        hashes = safe_tx_hashes(real_safe.safe, tx)
        preimage = b"\x19\x01" + hashes.domain + hashes.message
        assert keccak(preimage) == hashes.safe_tx
        blob = packed_signatures(
            (a_confirmation(hashes.safe_tx, 3), a_confirmation(hashes.safe_tx))
        )
        if version < (1, 5, 0):
            signature = "checkSignatures(bytes32,bytes,bytes)"
            assert real_safe.words(signature, hashes.safe_tx, preimage, blob) == []
        else:
            signature = "checkSignatures(address,bytes32,bytes)"
            assert real_safe.words(signature, "0x" + "00" * 20, hashes.safe_tx, blob) == []


def test_contract_counts_exactly_what_the_review_counts(real_safe: Any) -> None:
    """Blobs of two: executed where the review counts two signatures, refused where it does not."""
    tx = real_safe.next_tx()
    safe_tx_hash = safe_tx_hashes(real_safe.safe, tx).safe_tx
    one, two = by_key(safe_tx_hash, 1), by_key(safe_tx_hash, 2)
    forged = (one[0], Signature(one[1].r, one[1].s ^ 1, one[1].v))
    for pair in (
        (one, two),
        (one, by_eth_sign(safe_tx_hash, 3)),
        (by_eth_sign(safe_tx_hash, 2), by_eth_sign(safe_tx_hash, 3)),
        (one, twin(two)),
        (twin(one), twin(by_eth_sign(safe_tx_hash, 3))),
        (one, by_key(safe_tx_hash, 4)),
        (one, one),
        (one, twin(one)),
        (one, forged),
        (forged, two),
        (one, (an_owner(2), replace(two[1], v=2))),
        (one, (an_owner(2), replace(two[1], v=29))),
        (one, (an_owner(2), replace(two[1], v=33))),
        (one, (an_owner(2), replace(two[1], v=two[1].v + 4))),
        (one, by_key(bytes(32), 2)),
    ):
        claimed = tuple(ClaimedSignature(signer=None, data=each.encoded) for _, each in pair)
        counted = sum(c.counts for c in checked_signatures(claimed, real_safe.safe, safe_tx_hash))
        assert accepts(real_safe, tx, pack_signatures(pair)) is (counted == 2), pair


def test_surplus_and_order(real_safe: Any) -> None:
    """More than enough and bytes behind are accepted; a wrong order is not, and we mend it."""
    tx = real_safe.next_tx()
    safe_tx_hash = safe_tx_hashes(real_safe.safe, tx).safe_tx
    three = tuple(by_key(safe_tx_hash, number) for number in (1, 2, 3))
    packed = pack_signatures(three)
    assert accepts(real_safe, tx, packed)
    assert accepts(real_safe, tx, packed + b"\x00" * 7)
    mixed = packed[65:130] + packed[:65] + packed[130:]
    assert not accepts(real_safe, tx, mixed)
    read = checked_signatures(
        (ClaimedSignature(signer=None, data=mixed),), real_safe.safe, safe_tx_hash
    )
    assert [one.counts for one in read] == [True, True, True]
    again = pack_signatures((one.signer, one.signature) for one in read)
    assert again == packed
    assert not accepts(real_safe, tx, packed[:65])


def test_wallets_v_of_0_and_1(real_safe: Any) -> None:
    """The Safe takes none of them; the review knows whose they are, and packs what it takes."""
    tx = real_safe.next_tx()
    safe_tx_hash = safe_tx_hashes(real_safe.safe, tx).safe_tx
    pair = tuple(by_key(safe_tx_hash, number) for number in (1, 2))
    bare = tuple((owner, replace(one, v=one.v - 27)) for owner, one in pair)
    assert not accepts(real_safe, tx, pack_signatures(bare))
    read = checked_signatures(
        tuple(ClaimedSignature(signer=o, data=one.encoded) for o, one in bare),
        real_safe.safe, safe_tx_hash,
    )  # fmt: skip
    assert accepts(real_safe, tx, pack_signatures((one.signer, one.signature) for one in read))


def test_approved_hashes(real_safe: Any) -> None:
    """An approval in storage is accepted beside a signature; without it the same bytes are not."""
    tx = real_safe.next_tx(data=b"\x07")
    safe_tx_hash = safe_tx_hashes(real_safe.safe, tx).safe_tx
    blob = pack_signatures((by_key(safe_tx_hash, 1), approved(an_owner(2))))
    assert not accepts(real_safe, tx, blob)
    approval = calldata("approveHash(bytes32)", safe_tx_hash)
    real_safe.deployer.sent(real_safe.safe.address, approval, sender=an_owner(2))
    assert accepts(real_safe, tx, blob)
    dirty = (an_owner(2), Signature(an_owner(2).number | 1 << 255, 5, 1))
    assert accepts(real_safe, tx, pack_signatures((by_key(safe_tx_hash, 1), dirty)))
    (read,) = checked_signatures(
        (ClaimedSignature(signer=None, data=dirty[1].encoded),), real_safe.safe, safe_tx_hash
    )
    assert (read.signer, read.kind.value, read.status) == (
        an_owner(2), "approved_hash", "unverifiable",
    )  # fmt: skip
    real_safe.execute(tx, blob)


# ── a Safe that owns a Safe ──────────────────────────────────────────────────────────────────────


def test_nested_safe_confirms(nested: Any) -> None:
    """Its owners sign our hash of the SafeMessage; the outer Safe accepts it, and we read it."""
    outer, inner = nested
    tx = outer.next_tx(data=b"\x09")
    safe_tx_hash = safe_tx_hashes(outer.safe, tx).safe_tx
    asked = safe_message_hash(safe_tx_hash, outer.safe, inner.safe.address)
    blob = pack_signatures((by_key(asked, 2), by_eth_sign(asked, 3)))
    contract = Signature(inner.safe.address.number, 0, 0, blob)
    signed = pack_signatures((by_key(safe_tx_hash, 1), (inner.safe.address, contract)))
    read = checked_signatures(
        (ClaimedSignature(signer=None, data=signed),), outer.safe, safe_tx_hash
    )
    by_kind = {one.kind.value: one for one in read}
    assert {kind: one.status for kind, one in by_kind.items()} == {
        "eoa": "valid", "contract": "unverifiable",
    }  # fmt: skip
    found = by_kind["contract"]
    assert found.signer == inner.safe.address
    assert not found.counts
    assert {(one.signer, one.kind.value) for one in found.inner} == {
        (an_owner(2), "eoa"), (an_owner(3), "eth_sign"),
    }  # fmt: skip
    assert pack_signatures((one.signer, one.signature) for one in read) == signed
    outer.execute(tx, signed)


def test_offsets_of_contract_signatures(nested: Any) -> None:
    """Where the outer Safe reverts on an offset the review calls the signature invalid."""
    outer, inner = nested
    tx = outer.next_tx()
    safe_tx_hash = safe_tx_hashes(outer.safe, tx).safe_tx
    asked = safe_message_hash(safe_tx_hash, outer.safe, inner.safe.address)
    blob = pack_signatures((by_key(asked, 2), by_key(asked, 3)))
    behind = len(blob).to_bytes(32, "big") + blob
    owner, mine = by_key(safe_tx_hash, 1)
    for offset, tail, is_good in (
        (130, behind, True),
        (137, bytes(7) + behind, True),
        (130, behind + b"\x00" * 9, True),
        (0, behind, False),
        (64, behind, False),
        (129, behind, False),
        (131, behind, False),
        (130 + len(behind) - 31, behind, False),
        (2**256 - 1, behind, False),
        (130, behind[:-1], False),
        (130, (2**256 - 1).to_bytes(32, "big") + blob, False),
    ):
        one = Signature(inner.safe.address.number, offset, 0)
        pair = sorted(((owner, mine), (inner.safe.address, one)), key=lambda each: each[0])
        whole = b"".join(each.encoded for _, each in pair) + tail
        assert accepts(outer, tx, whole) is is_good, offset
        read = checked_signatures(
            (ClaimedSignature(signer=None, data=whole),), outer.safe, safe_tx_hash
        )
        by_signer = {each.signer: each.status for each in read}
        assert by_signer[inner.safe.address] == ("unverifiable" if is_good else "invalid"), offset
