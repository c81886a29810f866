"""Reads a Safe from the chain: its own answers and the storage they rest on.

The domain separator is compared with ours: a Safe on another chain, or a contract that only looks
like a Safe, would make every hash we show a hash of something else. Source: Safe.sol,
ModuleManager.sol, GuardManager.sol, FallbackManager.sol.
"""

from dataclasses import replace

from treasury_desktop.assets.address import ZERO_ADDRESS, Address
from treasury_desktop.assets.keccak import keccak
from treasury_desktop.assets.unknown import UNKNOWN, Unknown
from treasury_desktop.chain.answers import Reverted
from treasury_desktop.chain.batch import PinnedBlock
from treasury_desktop.chain.contract_call import ContractCall, Words, asking
from treasury_desktop.chain.node import Node
from treasury_desktop.errors import Malformed, Refused
from treasury_desktop.safes.safe import Safe, SafeVersion
from treasury_desktop.safes.safe_tx import SafeTx
from treasury_desktop.safes.typed_data import domain_hash

MOST_OWNERS = 1000
MODULES_ON_A_PAGE = 100
MOST_VERSION_BYTES = 16
SENTINEL = Address((1).to_bytes(20, "big"))
"""The end of the linked lists in a Safe's storage."""

SINGLETON_SLOT = 0
GUARD_SLOT = int.from_bytes(keccak(b"guard_manager.guard.address"), "big")
MODULE_GUARD_SLOT = int.from_bytes(keccak(b"module_manager.module_guard.address"), "big")
FALLBACK_HANDLER_SLOT = int.from_bytes(keccak(b"fallback_manager.handler.address"), "big")
_SLOTS = (SINGLETON_SLOT, GUARD_SLOT, MODULE_GUARD_SLOT, FALLBACK_HANDLER_SLOT)
_FIRST_WITH_GUARD, _FIRST_WITH_MODULE_GUARD = (1, 3, 0), (1, 5, 0)
_FIRST_WITH_HANDLER_SLOT = (1, 1, 0)

# The struct of getTransactionHash; the nonce is its last member.
_HASH_OF = (
    "getTransactionHash(address,uint256,bytes,uint8,uint256,"
    "uint256,uint256,address,address,uint256)"
)


class SafeReader:
    """Reads Safes at the newest block, fresh at every call."""

    def __init__(self, node: Node) -> None:
        self._node = node

    def read_safe(self, address: Address) -> Safe:
        """The Safe with all its state at the newest block."""
        return read_safes(PinnedBlock.newest(self._node), self._node.chain_id, (address,))[0]

    def transaction_hash_on_chain(self, safe: Address, tx: SafeTx) -> bytes:
        """What the contract's own getTransactionHash answers."""
        call = asking(
            safe, _HASH_OF, tx.to, tx.value, tx.data, int(tx.operation), tx.safe_tx_gas,
            tx.base_gas, tx.gas_price, tx.gas_token, tx.refund_receiver, tx.nonce,
            name=f"getTransactionHash of {safe}",
        )  # fmt: skip
        answer = PinnedBlock.newest(self._node).calls((call,))[0]
        return Words(answer, call.name).bytes32(0)


def read_safes(
    pinned: PinnedBlock, chain_id: int, addresses: tuple[Address, ...]
) -> tuple[Safe, ...]:
    """Several Safes at one block, in two round trips."""
    calls = [call for address in addresses for call in _calls(address)]
    slots = [(address, slot) for address in addresses for slot in _SLOTS]
    answers, words = pinned.calls(calls), pinned.storage(slots)
    per_call, per_slot = len(calls) // max(len(addresses), 1), len(_SLOTS)
    return tuple(
        _safe(
            chain_id,
            address,
            answers[at * per_call : (at + 1) * per_call],
            words[at * per_slot : (at + 1) * per_slot],
        )
        for at, address in enumerate(addresses)
    )


def _calls(safe: Address) -> tuple[ContractCall, ...]:
    return (
        asking(safe, "VERSION()", words=3),
        asking(safe, "getOwners()", words=32),
        asking(safe, "getThreshold()"),
        asking(safe, "nonce()"),
        asking(safe, "domainSeparator()"),
        asking(safe, "getModulesPaginated(address,uint256)", SENTINEL, MODULES_ON_A_PAGE, words=16),
    )


def _safe(
    chain_id: int, address: Address, answers: list[bytes | Reverted], words: list[bytes]
) -> Safe:
    version, owners, threshold, nonce, domain, modules = answers
    name = f"Safe {address}"
    safe = Safe(
        chain_id=chain_id,
        address=address,
        version=SafeVersion.parse(
            Words(version, f"{name} VERSION", 3).text(0, MOST_VERSION_BYTES), f"{name} VERSION"
        ),
        owners=Words(owners, f"{name} owners", 2).addresses(0, MOST_OWNERS),
        threshold=Words(threshold, f"{name} threshold").uint(0),
        nonce=Words(nonce, f"{name} nonce").uint(0, 64),
        modules=_modules(modules, f"{name} modules"),
        singleton=_address_in(words[0], f"{name} singleton"),
    )
    _require_sound(safe)
    separator = Words(domain, f"{name} domain separator").bytes32(0)
    if separator != domain_hash(safe):
        raise Refused(
            f"The contract at {address} answers the domain separator 0x{separator.hex()}, which is "
            f"not that of a Safe {safe.version} at this address on chain {chain_id}."
        )
    return _with_extensions(safe, words, name)


def _with_extensions(safe: Safe, words: list[bytes], name: str) -> Safe:
    """Guards and handler from their slots; a version that has no such thing has none."""
    numbers = safe.version.numbers
    return replace(
        safe,
        guard=_address_in(words[1], f"{name} guard") if numbers >= _FIRST_WITH_GUARD else None,
        module_guard=(
            _address_in(words[2], f"{name} module guard")
            if numbers >= _FIRST_WITH_MODULE_GUARD
            else None
        ),
        fallback_handler=(
            _address_in(words[3], f"{name} fallback handler")
            if numbers >= _FIRST_WITH_HANDLER_SLOT
            else None
        ),
    )


def _require_sound(safe: Safe) -> None:
    owners, threshold = safe.owners, safe.threshold
    assert not isinstance(owners, Unknown)
    assert not isinstance(threshold, Unknown)
    if len(set(owners)) != len(owners) or not 0 < threshold <= len(owners):
        raise Malformed(
            f"Safe {safe.address}", f"has {len(set(owners))} owners and the threshold {threshold}"
        )


def _modules(answer: bytes | Reverted, name: str) -> tuple[Address, ...] | Unknown:
    """All modules; unknown where the list goes on after a page or the Safe has no such function."""
    if isinstance(answer, Reverted):
        return UNKNOWN
    words = Words(answer, name, 3)
    modules, following = words.addresses(0, MODULES_ON_A_PAGE), words.address(1)
    return modules if following in (SENTINEL, ZERO_ADDRESS) else UNKNOWN


def _address_in(word: bytes, name: str) -> Address | None:
    """The address in a storage slot, `None` where there is none."""
    found = Words(word, name).address(0)
    return None if found.is_zero else found
