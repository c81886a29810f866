"""What a simulation saw change in a Safe's own storage, against what the calls say will change.

Layout: formats.md 2 (Safe 0.1.0 to 1.5.0 share slots 0 to 8). A mapping's entry lies at
keccak(key ‖ slot); entries are recognised by the addresses the calls and the Safe's state name.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from treasury_desktop.assets.address import Address
from treasury_desktop.assets.keccak import keccak
from treasury_desktop.assets.unknown import UNKNOWN, Unknown
from treasury_desktop.calls.decoded_call import DecodedCall
from treasury_desktop.review.findings import Finding, block, danger
from treasury_desktop.review.inner_transactions import approved_hash
from treasury_desktop.review.subject import Subject
from treasury_desktop.treasury.evidence import StorageChange

SINGLETON, MODULES, OWNERS, OWNER_COUNT, THRESHOLD, NONCE = range(6)
SIGNED_MESSAGES, APPROVED_HASHES = 7, 8
# keccak256 of "guard_manager.guard.address", "module_manager.module_guard.address" and
# "fallback_manager.handler.address"
GUARD = 0x4A204F620C8C5CCDCA3FD54D003BADD85BA500436A431F0CBDA4F558C93C34C8
MODULE_GUARD = 0xB104E0B93118902C651344349B610029D694CFDEC91C589C91EBAFBCD0289947
FALLBACK_HANDLER = 0x6C9A6C4A39284E37ED1CF53D337577D14212A4870FB976A4366C693B939918D5
SENTINEL = Address((1).to_bytes(20, "big"))
"""The head of the Safe's linked lists of owners and modules."""

NAMED = {
    SINGLETON: "the code of the Safe (slot 0)",
    OWNER_COUNT: "the number of owners",
    THRESHOLD: "the threshold",
    NONCE: "the nonce",
    GUARD: "the transaction guard",
    MODULE_GUARD: "the module guard",
    FALLBACK_HANDLER: "the fallback handler",
}
# By whole signatures: a claimed ABI may use the names for anything.
OWNER_CHANGES = (
    "addOwnerWithThreshold(address,uint256)",
    "removeOwner(address,address,uint256)",
    "swapOwner(address,address,address)",
)
THRESHOLD_CHANGES = (*OWNER_CHANGES[:2], "changeThreshold(uint256)")
MODULE_CHANGES = ("enableModule(address)", "disableModule(address,address)")
# keccak256("SafeMessage(bytes message)")
SAFE_MESSAGE_TYPEHASH = bytes.fromhex(
    "60b3cbf8b4a223d68d641b3b6ddf9a298e7f33710cf3d3a9d1146b5a6150fbca"
)
SETTERS = {
    "setGuard(address)": GUARD,
    "setModuleGuard(address)": MODULE_GUARD,
    "setFallbackHandler(address)": FALLBACK_HANDLER,
    "changeMasterCopy(address)": SINGLETON,
}
SMALL = 2**64
MOST_NAMED = 32
"""Changed slots named one by one; each of them blocks."""


@dataclass
class _Explained:
    """What the calls on one Safe will write: slots with the values they may end at.

    `free` are slots whose value no argument gives; each execution raises the nonce by one.
    """

    values: dict[int, set[int]] = field(default_factory=dict)
    free: set[int] = field(default_factory=set)
    executions: int = 0

    def value(self, slot: int, value: int) -> None:
        """A slot may end at this value."""
        self.values.setdefault(slot, set()).add(value)

    def entries(self, mapping: int, keys: tuple[Address, ...]) -> None:
        """Entries of a mapping may change."""
        self.free.update(entry_of(mapping, key) for key in keys)

    def covers(self, change: StorageChange) -> bool:
        """Whether the calls say that this changes, and so."""
        if isinstance(change.slot, Unknown):
            return False
        if change.slot == NONCE and isinstance(change.after, int):
            before = change.before if isinstance(change.before, int) else change.after - 1
            return 1 <= change.after - before <= self.executions
        return change.slot in self.free or change.after in self.values.get(change.slot, ())


def entry_of(mapping: int, key: Address) -> int:
    """The slot of a mapping's entry for an address (Solidity storage layout)."""
    word = bytes(12) + key.raw + mapping.to_bytes(32, "big")
    return int.from_bytes(keccak(word), "big")


def storage_takeover(subject: Subject) -> Iterator[Finding]:
    """A call that rewrites owners or code in the Safe's storage needs no function that says so."""
    changes = [c for c in _changes(subject) if c.before != c.after or c.after is UNKNOWN]
    accounts = dict.fromkeys(_account(subject, change) for change in changes)
    explained = {account: _explained(subject, account) for account in accounts}
    unexplained = [c for c in changes if not explained[_account(subject, c)].covers(c)]
    for change in unexplained[:MOST_NAMED]:
        yield from _findings(subject, change)


def _changes(subject: Subject) -> Iterator[StorageChange]:
    """Changes of our Safes' storage, those a sender claims included: they only add suspicion."""
    seen: set[StorageChange] = set()
    for evidence in (subject.evidence, subject.bundle.evidence):
        changes = evidence.storage_changes
        for change in () if isinstance(changes, Unknown) else changes:
            if subject.is_ours(_account(subject, change)) and change not in seen:
                seen.add(change)
                yield change


def _account(subject: Subject, change: StorageChange) -> Address:
    """Whose storage changes: a change that names nobody's is taken for the Safe's."""
    return subject.safe.address if isinstance(change.account, Unknown) else change.account


def _explained(subject: Subject, account: Address) -> _Explained:
    """What the calls that are made on a Safe say they write."""
    explained = _Explained(executions=int(account == subject.safe.address))
    for call in subject.calls:
        if call.function is None:
            continue
        if call.is_delegatecall and call.function.signature == "signMessage(bytes)":
            explained.free.update(_message_entry(subject, call))
        elif call.to == account and not call.is_delegatecall:
            _explain(explained, call)
    return explained


def _explain(explained: _Explained, call: DecodedCall) -> None:
    assert call.function is not None
    signature = call.function.signature
    named = tuple(a.value for a in call.arguments if isinstance(a.value, Address))
    if signature in THRESHOLD_CHANGES and isinstance(call.arguments[-1].value, int):
        explained.value(THRESHOLD, call.arguments[-1].value)
    if signature in OWNER_CHANGES:
        explained.free.add(OWNER_COUNT)
        explained.entries(OWNERS, (SENTINEL, *named))
    elif signature in MODULE_CHANGES:
        explained.entries(MODULES, (SENTINEL, *named))
    elif signature in SETTERS:
        explained.value(SETTERS[signature], named[0].number)
    elif call.function.name == "execTransaction":
        explained.executions += 1
    elif approved := approved_hash(call):
        explained.free.add(_approval_entry(call.sender, approved.safe_tx_hash))


def _message_entry(subject: Subject, call: DecodedCall) -> tuple[int, ...]:
    """The slot of signedMessages[hash for this Safe]; none where no Safe is named."""
    if subject.hashes is None:
        return ()
    message = call.arguments[0].value
    assert isinstance(message, bytes)
    struct = keccak(SAFE_MESSAGE_TYPEHASH + keccak(message))
    signed = keccak(b"\x19\x01" + subject.hashes.domain + struct)
    return (int.from_bytes(keccak(signed + SIGNED_MESSAGES.to_bytes(32, "big")), "big"),)


def _approval_entry(owner: Address, approved: bytes) -> int:
    """The slot of approvedHashes[owner][hash]."""
    inner = entry_of(APPROVED_HASHES, owner).to_bytes(32, "big")
    return int.from_bytes(keccak(approved + inner), "big")


def _findings(subject: Subject, change: StorageChange) -> Iterator[Finding]:
    where = subject.name_of(_account(subject, change))
    what = _slot_text(subject, change.slot)
    values = f"from {_word_text(change.before)} to {_word_text(change.after)}"
    yield block(
        "STORAGE_TAKEOVER_RISK",
        f"In a simulation {what} of {where} changes {values}, and no call says so.",
    )
    code = _code(change)
    if code is not None:
        finding = block if code == "SINGLETON_CHANGE" else danger
        yield finding(code, f"In a simulation {what} of {where} changes {values}.")


def _code(change: StorageChange) -> str | None:
    """The code of what a slot means, where it means one thing."""
    before = change.before if isinstance(change.before, int) else 0
    after = change.after if isinstance(change.after, int) else 0
    match change.slot:
        case 0:
            return "SINGLETON_CHANGE"
        case 3 if after != before:
            return "OWNER_ADDED" if after > before else "OWNER_REMOVED"
        case 4 if after < before or isinstance(change.before, Unknown):
            return "THRESHOLD_LOWERED"
    if change.slot == GUARD:
        return "GUARD_CHANGED" if after else "GUARD_REMOVED"
    if change.slot == entry_of(MODULES, SENTINEL):
        return "MODULE_ENABLED"
    names = {MODULE_GUARD: "MODULE_GUARD_CHANGED", FALLBACK_HANDLER: "FALLBACK_HANDLER_CHANGED"}
    return names.get(change.slot) if isinstance(change.slot, int) else None


def _slot_text(subject: Subject, slot: int | Unknown) -> str:
    """What a slot holds, as far as its number can be recognised."""
    if isinstance(slot, Unknown):
        return "a slot that is not named"
    if slot in NAMED:
        return NAMED[slot]
    owners = () if isinstance(subject.safe.owners, Unknown) else subject.safe.owners
    for name, mapping, keys in (
        ("owners", OWNERS, (SENTINEL, *owners)),
        ("modules", MODULES, (SENTINEL,)),
    ):
        if any(slot == entry_of(mapping, key) for key in keys):
            return f"the list of {name}"
    return f"slot {slot:#x}"


def _word_text(word: int | Unknown) -> str:
    """A small number as such, what may be an address as one, anything else as hex."""
    if isinstance(word, Unknown):
        return "an unknown value"
    if word < SMALL:
        return str(word)
    return f"{word:#x}" if word >> 160 else str(Address(word.to_bytes(20, "big")))
