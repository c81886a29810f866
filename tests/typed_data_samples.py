"""Typed data for tests: one of each kind that is met, and any that chance makes up."""

import json
from typing import Any

from hypothesis import strategies as st

from tests.samples import CHAIN_ID, NOW, SAFE, STRANGER, USDC_AT

JSON = dict[str, Any]
DAY = 86_400
DOMAIN_TYPES = {
    "name": "string",
    "version": "string",
    "chainId": "uint256",
    "verifyingContract": "address",
    "salt": "bytes32",
}


def typed(domain: JSON, primary: str, message: JSON, **types: str) -> JSON:
    """Typed data whose types are given as "address owner,uint256 value"."""
    described = {
        name: [
            dict(zip(("type", "name"), each.split(" "), strict=True)) for each in said.split(",")
        ]
        if said
        else []
        for name, said in types.items()
    }
    described["EIP712Domain"] = [
        {"name": name, "type": kind} for name, kind in DOMAIN_TYPES.items() if name in domain
    ]
    return {"types": described, "primaryType": primary, "domain": domain, "message": message}


def as_bytes(data: JSON) -> bytes:
    """As a file holds it."""
    return json.dumps(data).encode()


def a_domain(**changes: Any) -> JSON:
    """USDC's on the sample chain."""
    made = {
        "name": "USD Coin",
        "version": "2",
        "chainId": CHAIN_ID,
        "verifyingContract": str(USDC_AT),
    }
    return {name: value for name, value in (made | changes).items() if value is not None}


def a_permit(domain: JSON | None = None, **changes: Any) -> JSON:
    """An ERC-2612 permit of 1,000 USDC to a stranger for a day."""
    message = {
        "owner": str(SAFE),
        "spender": str(STRANGER),
        "value": str(1_000 * 10**6),
        "nonce": 0,
        "deadline": NOW + DAY,
    }
    return typed(
        a_domain() if domain is None else domain,
        "Permit",
        message | changes,
        Permit="address owner,address spender,uint256 value,uint256 nonce,uint256 deadline",
    )


# ── made up by chance ────────────────────────────────────────────────────────────────────────────


LEAVES = ("address", "bool", "string", "bytes", "bytes1", "bytes4", "bytes31", "bytes32", "uint8",
          "uint96", "uint256", "int8", "int128", "int256")  # fmt: skip
TEXTS = st.text(st.characters(exclude_categories=("Cs",)), max_size=20)


def leaf_values(kind: str) -> st.SearchStrategy[Any]:
    """JSON values of an elementary type."""
    if kind == "address":
        return st.binary(min_size=20, max_size=20).map(lambda raw: "0x" + raw.hex())
    if kind == "bool":
        return st.booleans()
    if kind == "string":
        return TEXTS
    if kind.startswith("bytes"):
        size = kind.removeprefix("bytes")
        low, high = (int(size), int(size)) if size else (0, 80)
        return st.binary(min_size=low, max_size=high).map(lambda raw: "0x" + raw.hex())
    bits = int(kind.removeprefix("u").removeprefix("int"))
    numbers = (
        st.integers(0, 2**bits - 1)
        if kind.startswith("u")
        else st.integers(-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)
    )
    return numbers.map(lambda n: n if abs(n) <= 2**53 else str(n))


@st.composite
def any_typed_data(draw: st.DrawFn) -> JSON:
    """Typed data with structs inside of structs, arrays of arrays, and every elementary type."""
    count = draw(st.integers(1, 4))
    names = draw(
        st.lists(
            st.from_regex(r"[A-Z][A-Za-z0-9]{0,8}", fullmatch=True).filter(
                lambda name: name not in {"EIP712Domain", "SafeTx", "SafeMessage"}
            ),
            min_size=count, max_size=count, unique=True,
        )
    )  # fmt: skip
    types: dict[str, list[JSON]] = {}
    for place, name in enumerate(names):
        inner = names[place + 1 : place + 2]  # the next one is always used, so that none is unused
        kinds = [draw(_with_arrays(each)) for each in inner]
        kinds += draw(st.lists(st.sampled_from(LEAVES).flatmap(_with_arrays), max_size=4))
        order = draw(st.permutations(kinds))
        types[name] = [{"name": f"m{at}", "type": kind} for at, kind in enumerate(order)]
    domain = {
        name: draw(leaf_values(DOMAIN_TYPES[name]))
        for name in draw(st.sets(st.sampled_from(list(DOMAIN_TYPES)), min_size=1))
    }
    domain_type = [{"name": n, "type": k} for n, k in DOMAIN_TYPES.items() if n in domain]
    return {
        "types": {"EIP712Domain": domain_type, **types},
        "primaryType": names[0],
        "domain": domain,
        "message": draw(_value(names[0], types)),
    }


def _with_arrays(kind: str) -> st.SearchStrategy[str]:
    return st.sampled_from(("", "", "[]", "[2]", "[][2]", "[0]")).map(
        lambda array: kind + ("" if array == "[0]" else array)
    )


def _value(kind: str, types: dict[str, list[JSON]]) -> st.SearchStrategy[Any]:
    if kind.endswith("]"):
        element, _, length = kind[:-1].rpartition("[")
        low, high = (int(length), int(length)) if length else (0, 3)
        return st.lists(_value(element, types), min_size=low, max_size=high)
    if kind in types:
        members = {each["name"]: _value(each["type"], types) for each in types[kind]}
        return st.fixed_dictionaries(members)
    return leaf_values(kind)
