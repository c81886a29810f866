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


# ── one of each kind ─────────────────────────────────────────────────────────────────────────────

PERMIT2 = "0x000000000022D473030F116dDEE9F6B43aC78BA3"
COW = "0x9008D19f58AAbD9eD0D60971565AA8510560ab41"
REACTOR = "0x00000011F84B9aa48e5f8aA8B9897600006289Be"
ONE_INCH = "0x111111125421cA6dc452d289314280a0f8842A65"
SEAPORT = "0x0000000000000068F116a894984e2DB1123eB395"
NOBODY = "0x" + "00" * 20


def permit2_domain(chain_id: int) -> JSON:
    """Permit2's: it has no version."""
    return {"name": "Permit2", "chainId": chain_id, "verifyingContract": PERMIT2}


def a_permit2(
    primary: str, amounts: JSON, spender: str, *, until: int, chain_id: int, **changes: Any
) -> JSON:
    """A Permit2 message of a primary type over tokens and amounts."""
    is_allowance = primary in {"PermitSingle", "PermitBatch"}
    expiration = changes.pop("expiration", until)
    listed = [
        {"token": token, "amount": str(amount), "expiration": expiration, "nonce": 0}
        if is_allowance
        else {"token": token, "amount": str(amount)}
        for token, amount in amounts.items()
    ]
    is_batch = "Batch" in primary
    member, kind = (
        ("details", "PermitDetails") if is_allowance else ("permitted", "TokenPermissions")
    )
    array = "[]" if is_batch else ""
    message = {member: listed if is_batch else listed[0], "spender": spender}
    if is_allowance:
        message |= {"sigDeadline": until}
        rest = "address spender,uint256 sigDeadline"
        inner = "address token,uint160 amount,uint48 expiration,uint48 nonce"
    else:
        message |= {"nonce": 7, "deadline": until}
        rest = "address spender,uint256 nonce,uint256 deadline"
        inner = "address token,uint256 amount"
    types = {primary: f"{kind}{array} {member},{rest}", kind: inner}
    return typed(permit2_domain(chain_id), primary, message | changes, **types)


def a_cow_order(sell: str, buy: str, *, until: int, chain_id: int, **changes: Any) -> JSON:
    """A CoW order of 1,000 USDC (6 decimals) for at least 999 of another dollar (18)."""
    message = {
        "sellToken": sell,
        "buyToken": buy,
        "receiver": NOBODY,
        "sellAmount": str(1_000 * 10**6),
        "buyAmount": str(999 * 10**18),
        "validTo": until,
        "appData": "0x" + "00" * 32,
        "feeAmount": "0",
        "kind": "sell",
        "partiallyFillable": False,
        "sellTokenBalance": "erc20",
        "buyTokenBalance": "erc20",
    }
    domain = {
        "name": "Gnosis Protocol", "version": "v2", "chainId": chain_id, "verifyingContract": COW,
    }  # fmt: skip
    return typed(
        domain,
        "Order",
        message | changes,
        Order="address sellToken,address buyToken,address receiver,uint256 sellAmount,"
        "uint256 buyAmount,uint32 validTo,bytes32 appData,uint256 feeAmount,string kind,"
        "bool partiallyFillable,string sellTokenBalance,string buyTokenBalance",
    )


ORDER_INFO = (
    "address reactor,address swapper,uint256 nonce,uint256 deadline,"
    "address additionalValidationContract,bytes additionalValidationData"
)
DUTCH_OUTPUT = "address token,uint256 startAmount,uint256 endAmount,address recipient"


def a_uniswapx_order(
    swapper: str, sell: str, buy: str, *, until: int, chain_id: int, **changes: Any
) -> JSON:
    """A V2 Dutch order of 1,000 USDC for 1,000 to 999 of another dollar, through Permit2."""
    amount = str(1_000 * 10**6)
    output = {
        "token": buy,
        "startAmount": str(1_000 * 10**18),
        "endAmount": str(999 * 10**18),
        "recipient": swapper,
    }
    order = {
        "info": {
            "reactor": REACTOR,
            "swapper": swapper,
            "nonce": 7,
            "deadline": until,
            "additionalValidationContract": NOBODY,
            "additionalValidationData": "0x",
        },
        "cosigner": NOBODY,
        "baseInputToken": sell,
        "baseInputStartAmount": amount,
        "baseInputEndAmount": amount,
        "baseOutputs": [output],
    }
    message = {
        "permitted": {"token": sell, "amount": amount},
        "spender": REACTOR,
        "nonce": 7,
        "deadline": until,
        "witness": order | changes,
    }
    return typed(
        permit2_domain(chain_id),
        "PermitWitnessTransferFrom",
        message,
        PermitWitnessTransferFrom="TokenPermissions permitted,address spender,uint256 nonce,"
        "uint256 deadline,V2DutchOrder witness",
        TokenPermissions="address token,uint256 amount",
        V2DutchOrder="OrderInfo info,address cosigner,address baseInputToken,"
        "uint256 baseInputStartAmount,uint256 baseInputEndAmount,DutchOutput[] baseOutputs",
        OrderInfo=ORDER_INFO,
        DutchOutput=DUTCH_OUTPUT,
    )


def a_one_inch_order(
    maker: str, sell: str, buy: str, *, until: int, chain_id: int, **changes: Any
) -> JSON:
    """A limit order of 1,000 USDC for 999 of another dollar."""
    message = {
        "salt": "1",
        "maker": maker,
        "receiver": NOBODY,
        "makerAsset": sell,
        "takerAsset": buy,
        "makingAmount": str(1_000 * 10**6),
        "takingAmount": str(999 * 10**18),
        "makerTraits": str(until << 80),
    }
    domain = {
        "name": "1inch Aggregation Router", "version": "6", "chainId": chain_id,
        "verifyingContract": ONE_INCH,
    }  # fmt: skip
    return typed(
        domain,
        "Order",
        message | changes,
        Order="uint256 salt,address maker,address receiver,address makerAsset,address takerAsset,"
        "uint256 makingAmount,uint256 takingAmount,uint256 makerTraits",
    )


def a_seaport_order(
    offerer: str, offer: list[JSON], consideration: list[JSON], *, until: int, chain_id: int,
    **changes: Any,
) -> JSON:  # fmt: skip
    """An order over items of `seaport_item`."""
    message = {
        "offerer": offerer,
        "zone": NOBODY,
        "offer": offer,
        "consideration": consideration,
        "orderType": 0,
        "startTime": 0,
        "endTime": until,
        "zoneHash": "0x" + "00" * 32,
        "salt": "1",
        "conduitKey": "0x" + "00" * 32,
        "counter": 0,
    }
    domain = {
        "name": "Seaport", "version": "1.6", "chainId": chain_id, "verifyingContract": SEAPORT,
    }  # fmt: skip
    item = (
        "uint8 itemType,address token,uint256 identifierOrCriteria,uint256 startAmount,"
        "uint256 endAmount"
    )
    return typed(
        domain,
        "OrderComponents",
        message | changes,
        OrderComponents="address offerer,address zone,OfferItem[] offer,"
        "ConsiderationItem[] consideration,uint8 orderType,uint256 startTime,uint256 endTime,"
        "bytes32 zoneHash,uint256 salt,bytes32 conduitKey,uint256 counter",
        OfferItem=item,
        ConsiderationItem=f"{item},address recipient",
    )


def seaport_item(
    kind: int, token: str, amount: int, number: int = 0, recipient: str | None = None
) -> JSON:
    """An item of an order; with a recipient one of its consideration."""
    item: JSON = {
        "itemType": kind,
        "token": token,
        "identifierOrCriteria": str(number),
        "startAmount": str(amount),
        "endAmount": str(amount),
    }
    return item if recipient is None else item | {"recipient": recipient}


def an_authorization(
    primary: str, sender: str, to: str, *, domain: JSON, until: int, **changes: Any
) -> JSON:
    """An EIP-3009 payment of 1,000 USDC."""
    message = {
        "from": sender,
        "to": to,
        "value": str(1_000 * 10**6),
        "validAfter": 0,
        "validBefore": until,
        "nonce": "0x" + "11" * 32,
    }
    types = {
        primary: "address from,address to,uint256 value,uint256 validAfter,uint256 validBefore,"
        "bytes32 nonce"
    }
    return typed(domain, primary, message | changes, **types)


def a_dai_permit(holder: str, spender: str, *, domain: JSON, **changes: Any) -> JSON:
    """Dai's own permit."""
    message = {
        "holder": holder, "spender": spender, "nonce": 0, "expiry": 0, "allowed": True,
    }  # fmt: skip
    return typed(
        domain,
        "Permit",
        message | changes,
        Permit="address holder,address spender,uint256 nonce,uint256 expiry,bool allowed",
    )


def a_vote(voter: str, **changes: Any) -> JSON:
    """A Snapshot vote as snapshot.js has it signed, without its envelope."""
    message = {
        "from": voter,
        "space": "maiadao.eth",
        "timestamp": NOW,
        "proposal": "0x" + "ab" * 32,
        "choice": 1,
        "reason": "",
        "app": "snapshot",
        "metadata": "{}",
    }
    return typed(
        {"name": "snapshot", "version": "0.1.4"},
        "Vote",
        message | changes,
        Vote="address from,string space,uint64 timestamp,bytes32 proposal,uint32 choice,"
        "string reason,string app,string metadata",
    )


def a_snapshot_proposal(author: str, **changes: Any) -> JSON:
    """A proposal with the older type of its author, and labels."""
    message = {
        "from": author,
        "space": "maiadao.eth",
        "timestamp": NOW,
        "type": "single-choice",
        "title": "Deploy into the vault",
        "body": "As discussed.",
        "discussion": "",
        "choices": ["Yay", "Nay"],
        "labels": [],
        "start": NOW,
        "end": NOW + 5 * DAY,
        "snapshot": 19_000_123,
        "plugins": "{}",
        "privacy": "",
        "app": "snapshot",
    }
    return typed(
        {"name": "snapshot", "version": "0.1.4"},
        "Proposal",
        message | changes,
        Proposal="string from,string space,uint64 timestamp,string type,string title,string body,"
        "string discussion,string[] choices,string[] labels,uint64 start,uint64 end,"
        "uint64 snapshot,string plugins,string privacy,string app",
    )


def a_sign_in(account: str, *, chain_id: int, **changes: Any) -> str:
    """A sign-in text of EIP-4361; `changes` replace its parts, `tail` follows its end."""
    parts = {
        "domain": "app.example.org",
        "statement": "Read the treasury's figures.\n",
        "uri": "https://app.example.org/login",
        "expires": "\nExpiration Time: 2026-11-23T14:02:00Z",
        "tail": "",
    } | changes
    return (
        f"{parts['domain']} wants you to sign in with your Ethereum account:\n{account}\n\n"
        f"{parts['statement']}\nURI: {parts['uri']}\nVersion: 1\nChain ID: {chain_id}\n"
        f"Nonce: 32891756\nIssued At: 2026-11-22T14:02:00.1234567Z{parts['expires']}{parts['tail']}"
    )
