"""EIP-712 typed data from outside (eth_signTypedData_v4), read so that nothing in it can lie.

Every type that is used is described and none besides; every value is there and fits its type; the
domain has only what EIP-712 gives it, in the standard's order. Where the domain's type or the
primary type are left out, as Snapshot and ethers do, they follow from what is there.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from treasury_desktop.assets.address import Address
from treasury_desktop.assets.strict_json import JsonSource, canonical_json, read_json_object
from treasury_desktop.errors import Malformed, Refused
from treasury_desktop.messages.typed_values import Member, StructTypes, StructValue, ValueReader
from treasury_desktop.messages.value_type import checked_name, is_reserved, parse_value_type

MAX_BYTES = 256 * 1024
MAX_TYPES = 64
MAX_MEMBERS = 128
DOMAIN_TYPE = "EIP712Domain"
DOMAIN_MEMBERS = {
    "name": "string",
    "version": "string",
    "chainId": "uint256",
    "verifyingContract": "address",
    "salt": "bytes32",
}
"""What EIP-712 gives a domain, in its order."""
SAFE_TYPES = frozenset(("SafeTx", "SafeMessage"))
PARTS = ("types", "primaryType", "domain", "message")


@dataclass(frozen=True, slots=True, kw_only=True)
class TypedData:
    """Typed data, read whole; `text` is the same as canonical JSON, its values as they came."""

    types: StructTypes
    primary_type: str
    domain: StructValue
    message: StructValue
    text: bytes

    @property
    def encoded_type(self) -> str:
        """The primary type with all it uses, as EIP-712 writes it down (encodeType)."""
        return encoded_type(self.primary_type, self.types)

    @property
    def chain_id(self) -> int | None:
        """The chain its domain binds it to, or `None`."""
        found = self.domain["chainId"] if self.domain.has("chainId") else None
        return found if isinstance(found, int) else None

    @property
    def verifying_contract(self) -> Address | None:
        """The contract its domain says it is for, or `None`."""
        has_one = self.domain.has("verifyingContract")
        found = self.domain["verifyingContract"] if has_one else None
        return found if isinstance(found, Address) else None

    @property
    def domain_name(self) -> str:
        """How its domain calls itself: a claim; "" where it has no name."""
        found = self.domain["name"] if self.domain.has("name") else ""
        return found if isinstance(found, str) else ""


def read_typed_data(data: bytes) -> TypedData:
    """The typed data that JSON bytes write down."""
    return typed_data_in(read_json_object(data, max_bytes=MAX_BYTES))


def typed_data_in(found: Mapping[str, object]) -> TypedData:
    """The typed data of an object that was read strictly; refuses what only a Safe's owners sign.

    A SafeTx is signed as a transaction, after the review that transactions get; a SafeMessage is
    made here from a message and never taken from outside.
    """
    for name in found:
        if name not in PARTS:
            raise Malformed(name[:64], "is no part of typed data")
    described = _object(found, "types")
    domain, message = _object(found, "domain"), _object(found, "message")
    if len(described) > MAX_TYPES:
        raise Malformed("types", f"describes more than {MAX_TYPES} types")
    types = {checked_name(name, "types"): _members(name, each) for name, each in described.items()}
    _refuse_safe_types(types, found.get("primaryType"))
    types.setdefault(DOMAIN_TYPE, _domain_type_of(domain))
    _check_domain_type(types[DOMAIN_TYPE])
    primary = _primary_type(found, types)
    _check_uses(types, primary)
    reader = ValueReader(types)
    whole: dict[str, JsonSource] = {
        # As they were written: what derives the hash again shares no reading of types with us.
        "types": {DOMAIN_TYPE: _written(types[DOMAIN_TYPE]), **described},
        "primaryType": primary,
        "domain": domain,
        "message": message,
    }
    text = canonical_json(whole)
    if len(text) > MAX_BYTES:
        raise Malformed("", f"typed data has {len(text):,} bytes; at most {MAX_BYTES:,} are read")
    return TypedData(
        types=types,
        primary_type=primary,
        domain=reader.struct(DOMAIN_TYPE, domain, "domain"),
        message=reader.struct(primary, message, "message"),
        text=text,
    )


def encoded_type(name: str, types: StructTypes) -> str:
    """EIP-712 encodeType: the type itself first, then all it uses by name."""
    used = sorted(set(_used_by(name, types)) - {name})
    return "".join(_described(each, types[each]) for each in (name, *used))


def _described(name: str, members: tuple[Member, ...]) -> str:
    return f"{name}({','.join(f'{member.type} {member.name}' for member in members)})"


def _used_by(name: str, types: StructTypes) -> Iterator[str]:
    """A struct type and every struct type that its values may contain, each once."""
    seen, pending = {name}, [name]
    while pending:
        each = pending.pop()
        yield each
        for member in types[each]:
            base = member.type.base
            if not member.type.is_elementary and base not in seen:
                seen.add(base)
                pending.append(base)


def _object(found: Mapping[str, object], name: str) -> dict[str, JsonSource]:
    value = found.get(name)
    if not isinstance(value, dict):
        raise Malformed(name, "is an object, and typed data has it")
    return value


def _members(name: str, described: object) -> tuple[Member, ...]:
    field = f"types.{name[:64]}"
    if is_reserved(name):
        raise Malformed(field, "is a name that Solidity uses itself")
    if not isinstance(described, list) or len(described) > MAX_MEMBERS:
        raise Malformed(field, f"is a list of at most {MAX_MEMBERS} members")
    members = tuple(_member(each, f"{field}[{at}]") for at, each in enumerate(described))
    if len({member.name for member in members}) != len(members):
        raise Malformed(field, "has two members of one name")
    return members


def _member(described: object, field: str) -> Member:
    if not isinstance(described, dict) or described.keys() != {"name", "type"}:
        raise Malformed(field, 'is an object with "name" and "type"')
    name, kind = described["name"], described["type"]
    if not isinstance(name, str) or not isinstance(kind, str):
        raise Malformed(field, "has a name and a type, which are texts")
    return Member(checked_name(name, f"{field}.name"), parse_value_type(kind, f"{field}.type"))


def _refuse_safe_types(types: StructTypes, primary: object) -> None:
    found = sorted(SAFE_TYPES & {*types, primary if isinstance(primary, str) else ""})
    if found:
        raise Refused(
            f"This typed data holds a {found[0]}, which only a Safe's owners sign: open a Safe "
            "transaction as a transaction; it is never signed as a message."
        )


def _domain_type_of(domain: Mapping[str, object]) -> tuple[Member, ...]:
    """The domain's type where it is left out: the standard's members that the domain has."""
    return tuple(
        Member(name, parse_value_type(kind, DOMAIN_TYPE))
        for name, kind in DOMAIN_MEMBERS.items()
        if name in domain
    )


def _written(members: tuple[Member, ...]) -> list[JsonSource]:
    return [{"name": member.name, "type": str(member.type)} for member in members]


def _check_domain_type(members: tuple[Member, ...]) -> None:
    field = f"types.{DOMAIN_TYPE}"
    if not members:
        raise Malformed(field, "has no members, so that the message would count everywhere")
    for member in members:
        if DOMAIN_MEMBERS.get(member.name) != str(member.type):
            raise Malformed(field, f"{member.type} {member.name} is no member of an EIP-712 domain")
    order = list(DOMAIN_MEMBERS)
    places = [order.index(member.name) for member in members]
    if places != sorted(places):
        raise Malformed(field, f"its members come in the order {', '.join(order)}")


def _primary_type(found: Mapping[str, object], types: StructTypes) -> str:
    """The type of the message: as it says, or the one that no other uses."""
    said = found.get("primaryType")
    if said is None and "primaryType" not in found:
        used = {m.type.base for members in types.values() for m in members}
        roots = [name for name in types if name != DOMAIN_TYPE and name not in used]
        if len(roots) != 1:
            raise Malformed("primaryType", "is missing, and the types leave it open")
        return roots[0]
    if not isinstance(said, str) or said not in types:
        raise Malformed("primaryType", "names none of the types")
    if said == DOMAIN_TYPE:
        raise Malformed("primaryType", "is the domain's; a message has a type of its own")
    return said


def _check_uses(types: StructTypes, primary: str) -> None:
    """Every type that is used is described, and every one described is used."""
    for name, members in types.items():
        for member in members:
            if not member.type.is_elementary and member.type.base not in types:
                raise Malformed(
                    f"types.{name}.{member.name}", f"{member.type.base} is not described"
                )
            if member.type.base == DOMAIN_TYPE:
                raise Malformed(f"types.{name}.{member.name}", "holds a domain, which is none")
    unused = sorted(set(types) - {DOMAIN_TYPE} - set(_used_by(primary, types)))
    if unused:
        raise Malformed(f"types.{unused[0]}", f"is described, and {primary} does not use it")
