"""What an `approveHash` on another Safe approves: the supplied transaction that has this hash.

The hash is recomputed from the supplied fields, so a match is proof and no claim: the inner calls
then stand under the `approveHash` call and are checked like any other.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import NamedTuple

from treasury_desktop.assets.address import Address
from treasury_desktop.assets.unknown import UNKNOWN, Unknown
from treasury_desktop.bundle import InnerTransaction
from treasury_desktop.calls.decoded_call import MAX_DEPTH, DecodedCall, Reading, decode_at
from treasury_desktop.safes.hashes import agreed_hashes, hashes_by_constants
from treasury_desktop.safes.safe import Safe, SafeVersion
from treasury_desktop.safes.safe_tx import SafeTx

APPROVE_HASH = "approveHash(bytes32)"
NONCES_TRIED = 5
"""A cosigner's Safe may have moved on since the transaction was written down."""
VERSIONS_TRIED = (SafeVersion(1, 4, 1), SafeVersion(1, 1, 1), SafeVersion(0, 1, 0))
"""One of each way in which Safes were ever hashed."""
MOST_HASHED = 32_768
"""Hashes tried in all, long calldata counting more, so that supplying many is no bomb."""
HASHED_AT_ONCE = 1024
MOST_BYTES = 8 * 1024 * 1024
"""Calldata decoded for inner transactions in all, so that approving one many times is no bomb."""
CALL_COST = 256


class ApprovedInner(NamedTuple):
    """A supplied transaction whose hash the call at `path` approves.

    `tx` has the nonce that gives the hash, which need not be the one supplied.
    """

    path: str
    safe: Safe
    tx: SafeTx
    safe_tx_hash: bytes
    supplied: InnerTransaction


class ApprovedHash(NamedTuple):
    """One approveHash call: the Safe it is made on and the hash it approves."""

    path: str
    safe: Address
    safe_tx_hash: bytes


def approved_hash(call: DecodedCall) -> ApprovedHash | None:
    """What an approveHash call approves, or `None` for every other call."""
    if call.function is None or call.function.signature != APPROVE_HASH:
        return None
    value = call.arguments[0].value
    assert isinstance(value, bytes)
    return ApprovedHash(path=call.path, safe=call.to, safe_tx_hash=value)


def approved_calls(root: DecodedCall) -> Iterator[DecodedCall]:
    """The top-level calls of the transactions whose hashes are approved, where they are shown."""
    for call in root.walk():
        if approved_hash(call) is not None:
            yield from call.calls


def with_inner_transactions(
    root: DecodedCall, supplied: tuple[InnerTransaction, ...], chain_id: int, reading: Reading
) -> tuple[DecodedCall, tuple[ApprovedInner, ...]]:
    """The call tree with the transactions behind approved hashes in it, and which they are."""
    if not any(isinstance(inner.tx, SafeTx) for inner in supplied):
        return root, ()
    expansion = _Expansion(supplied, chain_id, reading)
    return expansion.expanded(root), tuple(expansion.found)


def hashes_of(inner: InnerTransaction, chain_id: int, on: Iterable[Address]) -> tuple[bytes, ...]:
    """Every hash that the supplied fields may have, on a Safe stated or else on any of `on`."""
    if isinstance(inner.tx, Unknown):
        return ()
    return tuple(
        hashes_by_constants(safe, inner.tx).safe_tx
        for address in ([inner.safe] if isinstance(inner.safe, Address) else on)
        for safe in _safes(inner, address, chain_id)
    )


def _safes(inner: InnerTransaction, address: Address, chain_id: int) -> Iterator[Safe]:
    """The Safe of the version stated, else one for each way in which Safes were ever hashed."""
    stated = VERSIONS_TRIED if isinstance(inner.version, Unknown) else (inner.version,)
    for version in stated:
        yield Safe(chain_id=chain_id, address=address, version=version)


class _Expansion:
    """Puts inner transactions into a tree, and remembers which were found."""

    def __init__(
        self, supplied: tuple[InnerTransaction, ...], chain_id: int, reading: Reading
    ) -> None:
        self.found: list[ApprovedInner] = []
        self._supplied: dict[Address | Unknown, list[InnerTransaction]] = {}
        for inner in supplied:
            self._supplied.setdefault(inner.safe, []).append(inner)
        self._chain_id = chain_id
        self._reading = reading
        self._by_safe: dict[tuple[Address, bool], dict[bytes, _Candidate]] = {}
        self._bytes_left = MOST_BYTES
        self._hashes_left = MOST_HASHED

    def expanded(self, call: DecodedCall) -> DecodedCall:
        """The call with everything inside it that approved hashes stand for."""
        approved = approved_hash(call)
        if approved is not None:
            return self._approval(call, approved)
        inner = tuple(self.expanded(each) for each in call.calls)
        changed = any(new is not old for new, old in zip(inner, call.calls, strict=True))
        return call.with_calls(inner) if changed else call

    def _approval(self, call: DecodedCall, approved: ApprovedHash) -> DecodedCall:
        match = self._match(approved)
        if match is None or call.depth >= MAX_DEPTH:
            return call
        self._bytes_left -= len(match.tx.data) + CALL_COST
        hashes = agreed_hashes(match.safe, match.tx)
        if self._bytes_left < 0 or hashes is None:  # nothing is shown that only one derivation says
            return call
        self.found.append(
            ApprovedInner(
                path=call.path,
                safe=match.safe,
                tx=match.tx,
                safe_tx_hash=hashes.safe_tx,
                supplied=match.supplied,
            )
        )
        inner = decode_at(f"{call.path}.0", match.safe, match.tx, self._reading)
        return call.with_calls((self.expanded(inner),))

    def _match(self, approved: ApprovedHash) -> "_Candidate | None":
        for is_moved in (False, True):
            key = approved.safe, is_moved
            if key not in self._by_safe:
                self._by_safe[key] = self._candidates(approved.safe, is_moved=is_moved)
            if found := self._by_safe[key].get(approved.safe_tx_hash):
                return found
        return None

    def _candidates(self, address: Address, *, is_moved: bool) -> dict[bytes, "_Candidate"]:
        """The supplied transactions for a Safe by their hashes; other nonces where asked."""
        found: dict[bytes, _Candidate] = {}
        for inner in self._supplied.get(address, []) + self._supplied.get(UNKNOWN, []):
            for tx in _moved(inner) if is_moved else _as_supplied(inner):
                for safe in _safes(inner, address, self._chain_id):
                    self._hashes_left -= 1 + len(tx.data) // HASHED_AT_ONCE
                    if self._hashes_left < 0:
                        return found
                    safe_tx_hash = hashes_by_constants(safe, tx).safe_tx
                    found.setdefault(safe_tx_hash, _Candidate(safe, tx, inner))
        return found


class _Candidate(NamedTuple):
    """A supplied transaction as it may be meant."""

    safe: Safe
    tx: SafeTx
    supplied: InnerTransaction


def _as_supplied(inner: InnerTransaction) -> Iterator[SafeTx]:
    if isinstance(inner.tx, SafeTx):
        yield inner.tx


def _moved(inner: InnerTransaction) -> Iterator[SafeTx]:
    """The transaction at the nonces around its own, the nearest first."""
    for tx in _as_supplied(inner):
        for distance in range(1, NONCES_TRIED + 1):
            for nonce in (tx.nonce + distance, tx.nonce - distance):
                if 0 <= nonce < 2**256:
                    yield replace(tx, nonce=nonce)
