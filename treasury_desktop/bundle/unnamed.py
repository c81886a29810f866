"""What a foreign format leaves out, and what has to be said about how a transaction came in.

A bundle names everything. A batch file, a link or another wallet's JSON may not; then a stand-in
lies where the answer belongs, the member stands in `Bundle.unnamed`, and no hash is computed from
a stand-in, nothing is written and nothing can be signed.
"""

from enum import Enum
from typing import NamedTuple

from treasury_desktop.assets.address import Address
from treasury_desktop.assets.keccak import keccak
from treasury_desktop.safes.safe import SafeVersion

NO_SAFE = Address(keccak(b"treasury-desktop: no Safe was named")[12:])
"""Stands where nobody named the Safe; an address nobody has and no calldata means."""

NO_CHAIN = 0
NO_NONCE = 0
NO_VERSION = SafeVersion(1, 4, 1)


class Unnamed(Enum):
    """A member that neither the input nor anybody here named."""

    CHAIN = "chain_id"
    SAFE = "safe.address"
    VERSION = "safe.version"
    EXACT_VERSION = "safe.version, which is known only as far as its hashes need"
    TRANSACTION = "transaction"
    BATCH_CONTRACT = "transaction.to"
    NONCE = "transaction.nonce"


HASHED_ALWAYS = frozenset(
    {
        Unnamed.SAFE,
        Unnamed.VERSION,
        Unnamed.TRANSACTION,
        Unnamed.BATCH_CONTRACT,
        Unnamed.NONCE,
    }
)
"""The members without which there is no safeTxHash on any chain."""


class Remark(NamedTuple):
    """Something to say about the input itself; `blocks` where nothing may be signed because of it.

    `is_danger` where it is signed only by who names the risk. The sentence begins with its verb
    ("comes in …"); `evidence` is what it rests on.
    """

    code: str
    sentence: str
    evidence: str = ""
    blocks: bool = False
    is_danger: bool = False
