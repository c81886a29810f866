"""Honest inputs of every kind to begin with: our own, and the sample cases where they are there."""

import json
import zlib
from functools import cache
from pathlib import Path
from typing import Any

from tests.foreign import (
    PAYEE,
    SAFE,
    TRANSACTION,
    ZERO,
    a_batch,
    a_bundle_json,
    a_call,
    a_method,
    service_transaction,
    typed_data,
)
from tests.samples import USDC_AT, VAULT
from tests.shared_vectors import FOLDER
from treasury_desktop.files.air_gapped.cbor import Tagged
from treasury_desktop.resources import read_resource

Json = Any
REQUESTS = Path(__file__).parents[1] / "doors" / "files" / "signing_requests.json"


@cache
def bundles() -> tuple[Json, ...]:
    """Bundles: one with every member there is, and the sample cases."""
    samples = (case["input"] for case in _cases("bundles"))
    return (a_full_bundle(), a_bundle_json(), *(each for each in samples if isinstance(each, dict)))


def a_full_bundle() -> Json:
    """A bundle in which nothing is left out."""
    token, vault, word = str(USDC_AT), str(VAULT), "0x" + "11" * 32
    signature = {"signer": PAYEE, "data": "0x" + "22" * 64 + "1b"}
    return {
        **a_bundle_json(),
        "purpose": "all there is",
        "safe": {
            "address": SAFE,
            "version": "1.3.0",
            "owners": [PAYEE, vault],
            "threshold": 2,
            "nonce": 42,
            "singleton": vault,
            "modules": [],
            "guard": None,
            "module_guard": None,
            "fallback_handler": vault,
        },
        "safe_tx_hash": word,
        "signatures": [signature],
        "strategy": "A",
        "policy": {"limit_bps": 1000, "limit_is_inclusive": False, "advised_low_bps": 300},
        "strategies": [{"name": "A", "group": "G", "venue": "erc4626", "contracts": [vault]}],
        "exceptions": [
            {
                "safe_tx_hash": word,
                "policy_hash": word,
                "reason": "why",
                "expires": 2_000_000_000,
                "signatures": [signature],
            }
        ],
        "evidence": _evidence(token, vault, word, signature),
    }


def _evidence(token: str, vault: str, word: str, signature: Json) -> Json:
    queued = {"nonce": 42, "safe_tx_hash": word, "transaction": TRANSACTION, "strategy": "A"}
    decoded = {"method": "transfer", "parameters": [{"name": "to", "type": "address", "value": ""}]}
    abi = {"type": "function", "name": "f", "inputs": [{"name": "a", "type": "uint8[]"}]}
    return {
        "block": {"number": 1, "hash": word, "timestamp": 1_700_000_000},
        "treasury": {"net_usd": "10000000"},
        "holdings": [{"token": token, "amount": "5000000000", "place": "safe"}],
        "quotes": [{"token": token, "usd": "1.00", "kind": "feed", "source": "s"}],
        "debts": [{"token": "native", "amount": "1", "place": "aave_v3"}],
        "tokens": [{"address": token, "symbol": "USDC", "name": "USD", "decimals": 6}],
        "contracts": [{"address": vault, "name": "Vault", "trusted": True, "code_size": 9}],
        "address_book": [{"address": PAYEE, "name": "Payroll", "chain_id": 1}],
        "exposures": [{"strategy": "A", "usd": "0"}],
        "allowances": [{"token": token, "spender": vault, "amount": "7"}],
        "queue": [{**queued, "signatures": [signature], "usd": "750000"}],
        "abis": [{"address": vault, "abi": [abi]}],
        "effects": {
            "balance_changes": [{"account": SAFE, "token": token, "delta": "-1"}],
            "storage_changes": [{"account": SAFE, "slot": "0x4", "before": "0x2", "after": "0x1"}],
            "preview": {"deposit_shares": "0"},
        },
        "disagreements": [{"field": "safe.threshold", "answers": {"A": "3", "B": None}}],
        "service": {"data_decoded": decoded},
        "inner_transactions": [
            {"safe": vault, "version": "1.3.0", "transaction": TRANSACTION, "claimed_hash": word}
        ],
    }


@cache
def batches() -> tuple[Json, ...]:
    """Files of the Transaction Builder."""
    inputs = (
        {"name": "list", "type": "tuple[]", "internalType": "", "components": []},
        {"name": "to", "type": "address[2]", "internalType": "address[2]"},
        {"name": "memo", "type": "string", "internalType": "string"},
    )
    values = {"list": "[[]]", "to": f'["{PAYEE}","{ZERO}"]', "memo": "hello"}
    method = a_method("f", *inputs)
    by_method = a_call(data=None, contractMethod=method, contractInputsValues=values)
    ours = (a_batch(a_call()), a_batch(a_call(), by_method))
    return (*ours, *(case["file"] for case in _cases("tx_builder")))


@cache
def service_transactions() -> tuple[Json, ...]:
    """Answers of the transaction service, alone and as a page."""
    confirmed = {"owner": PAYEE, "signature": "0x" + "22" * 65, "signatureType": "EOA"}
    one = service_transaction(confirmations=[confirmed], dataDecoded={"method": "f"})
    return (one, {"count": 1, "next": None, "results": [one]}, service_transaction("1.0.0"))


@cache
def typed() -> tuple[Json, ...]:
    """EIP-712 JSON, of Safe transactions and of other things."""
    others = (case["typed_data"] for case in _cases("eip712"))
    return (typed_data(), typed_data("1.1.1"), typed_data("0.1.0"), *others)


@cache
def requests() -> Json:
    """A signing request as another program wrote it, whole and in parts."""
    return json.loads(REQUESTS.read_text("utf-8"))


@cache
def multisends() -> tuple[bytes, ...]:
    """Batches as they were seen on a chain, broken ones among them."""
    return tuple(bytes.fromhex(case["data"][2:]) for case in _cases("multisend"))


def cbor(value: Json) -> bytes:
    """A value as CBOR; a `Tagged` one as a tagged one."""
    if isinstance(value, Tagged):
        return cbor_head(6, value.tag) + cbor(value.value)
    if isinstance(value, bool):
        return b"\xf5" if value else b"\xf4"
    if isinstance(value, int):
        return cbor_head(0, value)
    if isinstance(value, dict):
        members = b"".join(cbor(key) + cbor(member) for key, member in value.items())
        return cbor_head(5, len(value)) + members
    if isinstance(value, list):
        return cbor_head(4, len(value)) + b"".join(map(cbor, value))
    content = value.encode() if isinstance(value, str) else value
    return cbor_head(2 if content is value else 3, len(content)) + content


def cbor_head(kind: int, argument: int) -> bytes:
    """The first bytes of a CBOR value, in the shortest form."""
    if argument < 24:
        return bytes((kind << 5 | argument,))
    size = next(size for size in (1, 2, 4, 8) if argument < 1 << 8 * size)
    return bytes((kind << 5 | (23 + size.bit_length()),)) + argument.to_bytes(size, "big")


def resource_text(kind: str, content: bytes) -> str:
    """A UR in one piece, written in minimal bytewords."""
    words = read_resource("words/bytewords.txt").decode("ascii").split()
    with_checksum = content + zlib.crc32(content).to_bytes(4, "big")
    return f"ur:{kind}/" + "".join(words[byte][0] + words[byte][-1] for byte in with_checksum)


def _cases(name: str) -> list[Json]:
    file = FOLDER / f"{name}.json"
    return json.loads(file.read_text("utf-8"))["cases"] if file.is_file() else []
