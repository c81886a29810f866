"""What a message lets somebody do: values that every decoder answers, whatever the message.

Nothing here judges. A decoder says whose money or vote it is, who may take what until when, what is
given for it, and what in the message contradicts itself.
"""

from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple

from treasury_desktop.assets.address import Address

EVERYTHING = 2**256 - 1
"""As many base units as there can be: all there is, now and later."""


class Kind(Enum):
    """What a message is for."""

    PERMIT = "permit"
    PERMIT2 = "Permit2 permit"
    ORDER = "order"
    PAYMENT = "payment"
    WITHDRAWAL = "withdrawal"
    VOTE = "vote"
    SIGN_IN = "sign-in"
    TEXT = "text"


class Verifier(Enum):
    """Which contract has to check the signature for the message to be what it seems."""

    TOKEN = "the token"  # noqa: S105  a contract, not a secret
    NFT = "the NFT contract"
    PERMIT2 = "Permit2"
    COW = "CoW Protocol settlement"
    UNISWAPX = "UniswapX reactor"
    ONE_INCH = "1inch router"
    SEAPORT = "Seaport"
    NONE = "no contract"


class Taking(NamedTuple):
    """Somebody may take up to so many base units of a token."""

    token: Address
    spender: Address
    base_units: int

    @property
    def is_nothing(self) -> bool:
        """Whether it allows nothing, as a revocation does."""
        return not self.base_units


class NftTaking(NamedTuple):
    """Somebody may take an NFT; of `None` any of its collection."""

    collection: Address
    taker: Address
    number: int | None


class Receipt(NamedTuple):
    """At least so many base units that an order gives; `token` of `None` is the native coin."""

    token: Address | None
    base_units: int
    receiver: Address


class Flaw(NamedTuple):
    """Something wrong with a message that only its decoder can see, by its finding code."""

    code: str
    sentence: str


class Said(NamedTuple):
    """A text of the message, under the name people know it by."""

    name: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """What a message means.

    `account` is whose money or vote it is, where the message says so. `verifier` is the kind of
    contract that checks it and `at` the one it names beside the domain's. `expires` is in Unix
    seconds, and `None` where the message says nothing of an end.
    """

    kind: Kind
    title: str
    verifier: Verifier = Verifier.NONE
    account: Address | None = None
    takings: tuple[Taking, ...] = ()
    nfts: tuple[NftTaking, ...] = ()
    receipts: tuple[Receipt, ...] = ()
    settled_by: Address | None = None
    begins: int | None = None
    expires: int | None = None
    chain_id: int | None = None
    statements: tuple[str, ...] = ()
    texts: tuple[Said, ...] = ()
    flaws: tuple[Flaw, ...] = ()

    @property
    def takes_something(self) -> bool:
        """Whether anybody may take anything by it."""
        return bool(self.nfts) or any(not taking.is_nothing for taking in self.takings)


CONTRADICTION = "MESSAGE_CONTRADICTS_ITSELF"
NOT_READ_WHOLE = "MESSAGE_NOT_DECODED"
"""What has no decoding cannot be signed."""
