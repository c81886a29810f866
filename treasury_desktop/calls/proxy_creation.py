"""Where an official Safe proxy factory puts a new proxy, and which calls create one.

CREATE2 (EIP-1014) with the creation code that the factory carries, found by the factory's recorded
code hash: where the code is not recorded, or another opcode is used, nobody can say where.
"""

import json
from collections.abc import Mapping
from functools import cache

from treasury_desktop.assets.address import Address
from treasury_desktop.assets.keccak import keccak
from treasury_desktop.calls.abi_type import WORD
from treasury_desktop.calls.known_contracts import official_contract
from treasury_desktop.resources import read_resource

_PARAMETERS = "(address,bytes,uint256)"
WITH_NONCE = frozenset(
    f"{name}{_PARAMETERS}" for name in ("createProxyWithNonce", "createProxyWithNonceL2")
)
FOR_ONE_CHAIN = frozenset(
    f"{name}{_PARAMETERS}"
    for name in ("createChainSpecificProxyWithNonce", "createChainSpecificProxyWithNonceL2")
)
WITH_CALLBACK = "createProxyWithCallback(address,bytes,uint256,address)"
WITHOUT_SALT = "createProxy(address,bytes)"
CREATIONS = frozenset({*WITH_NONCE, *FOR_ONE_CHAIN, WITH_CALLBACK, WITHOUT_SALT})
"""Signatures that create a proxy of their first argument."""


def created_proxy(
    chain_id: int, factory: Address, deployer: Address, singleton: Address, salt: bytes
) -> Address | None:
    """The proxy that a factory's code makes for whoever runs it, or `None`."""
    official = official_contract(chain_id, factory)
    code_hash = None if official is None else official.code_hash
    code = None if code_hash is None else _creation_codes().get(code_hash)
    if code is None:
        return None
    initial = code + singleton.raw.rjust(WORD, b"\0")
    return Address(keccak(b"\xff" + deployer.raw + salt + keccak(initial))[12:])


def salt_of(initializer: bytes, *words: int) -> bytes:
    """The initialiser's hash and some words, hashed: another initialiser is another proxy."""
    packed = b"".join(word.to_bytes(WORD, "big") for word in words)
    return keccak(keccak(initializer) + packed)


def nonce_with_callback(nonce: int, callback: Address) -> int:
    """The nonce by which a proxy with a callback is created."""
    return int.from_bytes(keccak(nonce.to_bytes(WORD, "big") + callback.raw), "big")


@cache
def _creation_codes() -> Mapping[bytes, bytes]:
    """Code hash of a factory → the creation code of its proxies."""
    content = json.loads(read_resource("official/proxy_creation_codes.json"))
    return {bytes.fromhex(key[2:]): bytes.fromhex(code[2:]) for key, code in content.items()}
