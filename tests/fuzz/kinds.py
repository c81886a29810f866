"""Every kind of input that the review reads, each made by chance from an honest one."""

import base64
import json
from collections.abc import Callable
from random import Random
from typing import Any
from urllib.parse import quote

from tests.foreign import PAYEE, SAFE, TRANSACTION, a_batch, a_bundle_json, a_call
from tests.fuzz import corpus
from tests.fuzz.calls import places, some_calldata
from tests.fuzz.mutations import as_file, broken, changed, wrong_value
from treasury_desktop.files.air_gapped.cbor import Tagged

Json = Any
Make = Callable[[Random], bytes]


def changed_bundles(draw: Random) -> bytes:
    """Bundles with members changed, left out, doubled or taken from others."""
    every = corpus.bundles()
    return as_file(changed(draw.choice(every), draw, every), draw)


def bundles_around_calldata(draw: Random) -> bytes:
    """Bundles whose transaction holds calls of every function, in one another."""
    bundle = json.loads(json.dumps(draw.choice(corpus.bundles())))
    seen = corpus.multisends()
    data = broken(draw.choice(seen), draw) if seen and draw.random() < 0.1 else some_calldata(draw)
    bundle["transaction"] = {
        **TRANSACTION,
        "to": str(draw.choice(places())),
        "operation": draw.choice((0, 1, 1)),
        "data": "0x" + data.hex(),
    }
    return as_file(bundle, draw)


def bundles_with_claimed_abis(draw: Random) -> bytes:
    """Bundles that bring the functions by which their calldata is read."""
    kinds = [_type(draw, 0) for _ in range(draw.randrange(4))]
    abi = [{"type": "function", "name": "f", "inputs": kinds}]
    whom = str(draw.choice(places()))
    words = draw.choices((0, 1, 32, 64, 96, 2**255, 2**256 - 1), k=draw.randrange(12))
    data = draw.randbytes(4) + b"".join(word.to_bytes(32, "big") for word in words)
    bundle = a_bundle_json(to=whom, data="0x" + data.hex())
    bundle["evidence"] = {"abis": [{"address": whom, "abi": abi}]}
    return as_file(changed(bundle, draw) if draw.random() < 0.3 else bundle, draw)


def batches(draw: Random) -> bytes:
    """Batch files, with calldata or with a method and its values as texts."""
    if draw.random() < 0.4:
        method = {"inputs": [_type(draw, 0)], "name": "f", "payable": False}
        values = {method["inputs"][0]["name"]: _value_text(draw)}
        call = a_call(data=None, contractMethod=method, contractInputsValues=values)
        return as_file(a_batch(call, a_call()), draw)
    every = corpus.batches()
    return as_file(changed(draw.choice(every), draw, every), draw)


def service_transactions(draw: Random) -> bytes:
    """What the transaction service answers."""
    every = corpus.service_transactions()
    return as_file(changed(draw.choice(every), draw, (*every, *corpus.bundles())), draw)


def typed_data(draw: Random) -> bytes:
    """EIP-712 JSON."""
    return as_file(_some_typed_data(draw), draw)


def _some_typed_data(draw: Random) -> Json:
    every = corpus.typed()
    return changed(draw.choice(every if draw.random() < 0.2 else every[:3]), draw, every)


def links(draw: Random) -> bytes:
    """Links of Eternal Safe, localsafe and Safe{Wallet}, in bent forms."""
    signer = {"signer": PAYEE, "data": "0x" + "11" * 65}
    pair = [PAYEE.lower(), signer]
    eternal = {"signatures": {"dataType": "Map", "value": [pair]}, "data": TRANSACTION}
    local = {"tx": {"data": TRANSACTION, "signatures": [signer]}}
    content = changed(draw.choice((eternal, local)), draw, (eternal, local))
    encoded = base64.b64encode(json.dumps(content).encode("utf-8", "surrogatepass")).decode()
    safe = draw.choice((f"eth:{SAFE}", SAFE, f"matic:{SAFE}", f"x:{SAFE}", "eth:", f"{SAFE}:eth"))
    made = draw.choice(
        (
            f"https://eternalsafe.eth.limo/transactions/tx/?safe={safe}&tx={encoded.rstrip('=')}",
            f"https://localsafe.eth.limo/#/safe/{SAFE}?importTx={quote(encoded)}&chainId=1",
            f"https://localsafe.eth.limo/#/safe/{SAFE}?importSig={quote(encoded)}&chainId=1",
            f"https://app.safe.global/transactions/tx?safe={safe}&id={_ID}",
        )
    ).encode()
    return broken(made, draw) if draw.random() < 0.5 else made


def resources(draw: Random) -> bytes:
    """URs: signing requests whole and in parts, with CBOR that claims more than there is."""
    sent = corpus.requests()
    how = draw.randrange(4)
    if how == 0:
        content = broken(draw.randbytes(draw.randrange(200)), draw)
        return corpus.resource_text(draw.choice(_UR_KINDS), content).encode()
    if how == 1:
        return "\n".join(draw.sample(sent["parts"], draw.randint(1, len(sent["parts"])))).encode()
    if how == 2:
        parts = [broken(part.encode(), draw) for part in sent["parts"]]
        return b"\n".join(parts)
    return broken(draw.choice((sent["whole"], sent["whole"].upper())).encode(), draw)


def resources_of_cbor(draw: Random) -> bytes:
    """URs with a right checksum around signing requests, and around CBOR made by chance."""
    content = _cbor(draw, 0) if draw.random() < 0.3 else corpus.cbor(_request(draw))
    content = broken(content, draw) if draw.random() < 0.3 else content
    return corpus.resource_text("eth-sign-request", content).encode()


def _request(draw: Random) -> Json:
    """The members of a signing request, perhaps one too few or another than it should be."""
    typed = corpus.typed()[0] if draw.random() < 0.5 else _some_typed_data(draw)
    members: Json = {
        1: Tagged(37, bytes(16)),
        2: json.dumps(typed).encode() if draw.random() < 0.8 else as_file(typed, draw),
        3: 2,
        4: 1,
        5: Tagged(304, {1: [44, True]}),
        6: bytes(20),
        7: "desk",
    }
    if draw.random() < 0.3:
        number = draw.randint(1, 8)
        members[number] = draw.choice((0, 2**64 - 1, b"", "x", [[]], {}, Tagged(1, {1: b"1"})))
    if draw.random() < 0.3:
        del members[draw.randint(1, 7)]
    return members


def noise(draw: Random) -> bytes:
    """Bytes that are nothing, and other JSON."""
    if draw.random() < 0.5:
        return draw.choice((b"", b"{", b"ur:", b"https://")) + draw.randbytes(draw.randrange(80))
    return as_file(wrong_value(draw), draw)


KINDS: dict[str, Make] = {
    "changed bundles": changed_bundles,
    "bundles around calldata": bundles_around_calldata,
    "bundles with claimed ABIs": bundles_with_claimed_abis,
    "batch files": batches,
    "service transactions": service_transactions,
    "typed data": typed_data,
    "links": links,
    "URs": resources,
    "URs of CBOR": resources_of_cbor,
    "noise": noise,
}

_UR_KINDS = ("eth-sign-request", "bytes", "crypto-hdkey", "eth-signature", "", "x" * 300)
_TYPES = (
    *("address", "bool", "string", "bytes", "bytes32", "bytes1", "uint", "uint256", "int8"),
    *("tuple", "tuple", "tuple"),
)
_NO_TYPES = ("bytes33", "uint7", "function", "fixed", "", "uint256[", "address payable", "\u202e")


def _type(draw: Random, depth: int) -> Json:
    """A described parameter, perhaps of a type that nobody has."""
    kind = draw.choice(_TYPES if draw.random() < 0.95 else _NO_TYPES)
    described: Json = {"name": draw.choice(("a", "b", "", "0")), "internalType": kind}
    if kind == "tuple" and depth < 40:
        described["components"] = [_type(draw, depth + 1) for _ in range(draw.randrange(3))]
    suffix = draw.choice(("", "", "", "", "[]", "[]", "[2]", "[0]", "[][3]"))
    suffix = suffix if draw.random() < 0.95 else draw.choice(("[99999999999]", "[]" * 20, "]["))
    return {**described, "type": kind + suffix}


def _value_text(draw: Random) -> Json:
    values = ("1", "-1", "true", "[]", "[[1],[2]]", "[1,2", '["a"]', "0x", "0xff", PAYEE, "[" * 90)
    return draw.choice(values) if draw.random() < 0.8 else wrong_value(draw)


def _cbor(draw: Random, depth: int) -> bytes:
    """A CBOR item; lengths are right more often than not."""
    major = draw.choice((0, 1, 2, 3, 4, 5, 6, 7)) if depth < 6 else draw.choice((0, 1, 2, 3, 7))
    if major in (0, 1):
        return _head(draw, major, draw.choice((0, 1, 23, 24, 255, 65_536, 2**64 - 1)))
    if major in (2, 3):
        content = draw.randbytes(draw.choice((0, 16, 20))) if major == 2 else _JSON
        return _head(draw, major, len(content)) + content
    if major == 6:
        return _head(draw, major, draw.choice((37, 304, 0, 2**32))) + _cbor(draw, depth + 1)
    if major == 7:
        return bytes((draw.choice((0xF4, 0xF5, 0xF6, 0xF9, 0xFB, 0xFF)),))
    count = draw.randrange(6)
    items = b"".join(_cbor(draw, depth + 1) for _ in range(count * (1 + (major == 5))))
    return _head(draw, major, count) + items


_JSON = b'{"types":{}}'
_ID = f"multisig_{SAFE}_0x{'22' * 32}"


def _head(draw: Random, major: int, argument: int) -> bytes:
    if draw.random() < 0.03:
        argument = draw.choice((2**63, 2**32, argument ^ 1))
    return corpus.cbor_head(major, argument)
