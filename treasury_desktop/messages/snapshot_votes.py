"""Snapshot: votes, proposals and their withdrawal, which no contract ever reads.

Source: snapshot-labs/snapshot.js, src/sign/types.ts, whose types changed over the years: what may
be missing or of another type is listed here; nothing else may be there.
"""

from collections.abc import Mapping
from typing import Final

from treasury_desktop.assets.address import Address
from treasury_desktop.assets.untrusted_text import NAME_LIMIT, plain
from treasury_desktop.errors import Malformed
from treasury_desktop.messages.meaning import CONTRADICTION, Flaw, Kind, Meaning, Said
from treasury_desktop.messages.typed_data import TypedData
from treasury_desktop.messages.typed_members import number_in, text_in
from treasury_desktop.messages.typed_values import StructValue

DOMAIN_NAME: Final = "snapshot"
_COMMON = {
    "from": ("address", "string"),
    "space": ("string",),
    "timestamp": ("uint64",),
}
_TYPES: Final[Mapping[str, Mapping[str, tuple[str, ...]]]] = {
    "Vote": {
        **_COMMON,
        "proposal": ("bytes32", "string"),
        "choice": ("uint32", "uint32[]", "string"),
        "reason": ("string",),
        "app": ("string",),
        "metadata": ("string",),
    },
    "Proposal": {
        **_COMMON,
        "type": ("string",),
        "title": ("string",),
        "body": ("string",),
        "discussion": ("string",),
        "choices": ("string[]",),
        "labels": ("string[]",),
        "start": ("uint64",),
        "end": ("uint64",),
        "snapshot": ("uint64",),
        "network": ("string",),
        "plugins": ("string",),
        "privacy": ("string",),
        "app": ("string",),
    },
    "CancelProposal": {**_COMMON, "proposal": ("bytes32", "string")},
}
_REQUIRED: Final[Mapping[str, frozenset[str]]] = {
    "Vote": frozenset(("from", "space", "proposal", "choice")),
    "Proposal": frozenset(("from", "space", "title", "body", "choices", "start", "end")),
    "CancelProposal": frozenset(("from", "space", "proposal")),
}
CHOICE_LIMIT: Final = 256
NO_PLUGINS: Final = frozenset(("", "{}"))


def snapshot_message(data: TypedData) -> Meaning | None:
    """What a Snapshot message says, or `None` where it is none."""
    allowed = _TYPES.get(data.primary_type)
    is_domain = {member.name for member in data.domain.members} <= {"name", "version"}
    if allowed is None or data.domain_name != DOMAIN_NAME or not is_domain:
        return None
    members = {member.name: str(member.type) for member in data.message.members}
    if not _REQUIRED[data.primary_type] <= members.keys():
        return None
    if any(kind not in allowed.get(name, ()) for name, kind in members.items()):
        return None
    account = _account(data.message)
    nobody = Flaw(CONTRADICTION, "The message does not name an address as its author.")
    return Meaning(
        kind=Kind.VOTE,
        title=f"Snapshot {_WORDS[data.primary_type]}",
        account=account,
        statements=_statements(data.primary_type, data.message),
        texts=_texts(data.message),
        flaws=() if account is not None else (nobody,),
    )


_WORDS: Final = {
    "Vote": "vote",
    "Proposal": "proposal",
    "CancelProposal": "withdrawal of a proposal",
}


def _account(message: StructValue) -> Address | None:
    found = message["from"]
    if isinstance(found, Address):
        return found
    try:
        return Address.parse(found)
    except Malformed:
        return None


def _statements(primary: str, message: StructValue) -> tuple[str, ...]:
    space = plain(text_in(message, "space"), limit=NAME_LIMIT)
    if primary == "Vote":
        choice = _choice(message["choice"])
        return (f"Votes {choice} on proposal {_proposal(message)} of {space}.",)
    if primary == "CancelProposal":
        return (f"Takes back proposal {_proposal(message)} of {space}.",)
    choices = message["choices"]
    assert isinstance(choices, tuple)
    plugins = text_in(message, "plugins") if message.has("plugins") else ""
    carried = () if plugins in NO_PLUGINS else (
        f"It carries plugins that may execute something: {plain(plugins, limit=CHOICE_LIMIT)}",
    )  # fmt: skip
    return (
        f"Proposes to {space}: {plain(text_in(message, 'title'), limit=CHOICE_LIMIT)}.",
        f"Choices: {'; '.join(plain(str(each), limit=CHOICE_LIMIT) for each in choices)}.",
        f"Voting is open for {number_in(message, 'end') - number_in(message, 'start'):,} seconds.",
        *carried,
    )


def _proposal(message: StructValue) -> str:
    found = message["proposal"]
    if isinstance(found, bytes):
        return f"0x{found.hex()}"
    return plain(str(found), limit=CHOICE_LIMIT)


def _choice(choice: object) -> str:
    """The choice as the message has it: a number counted from 1, an order, or weights."""
    if isinstance(choice, tuple):
        return f"for choices {', '.join(map(str, choice))} in this order"
    if isinstance(choice, str):
        return f"with the weights {plain(choice, limit=CHOICE_LIMIT)}"
    return f"for choice {choice}"


def _texts(message: StructValue) -> tuple[Said, ...]:
    """Every text of the message, lists of texts included."""
    found: list[Said] = []
    for member, value in zip(message.members, message.values, strict=True):
        values = value if isinstance(value, tuple) else (value,)
        texts = [each for each in values if isinstance(each, str) and each]
        found.extend(Said(member.name, text) for text in texts)
    return tuple(found)
