"""Seaport orders: what is offered, and what has to be paid for it.

Source: ProjectOpenSea/seaport-types, ConsiderationStructs.sol. Of amounts that change with time the
worst for the offerer counts. What pays fees to others asks more of the buyer and nothing of the
offerer.
"""

from treasury_desktop.assets.address import ZERO_ADDRESS, Address
from treasury_desktop.messages.meaning import (
    NOT_READ_WHOLE,
    Flaw,
    Kind,
    Meaning,
    NftTaking,
    Receipt,
    Taking,
    Verifier,
)
from treasury_desktop.messages.message_contracts import OPENSEA_CONDUIT, OPENSEA_CONDUIT_KEY
from treasury_desktop.messages.typed_data import TypedData
from treasury_desktop.messages.typed_members import (
    address_in,
    bytes_in,
    number_in,
    structs_in,
)
from treasury_desktop.messages.typed_values import StructValue

ORDER = (
    "OrderComponents(address offerer,address zone,OfferItem[] offer,"
    "ConsiderationItem[] consideration,uint8 orderType,uint256 startTime,uint256 endTime,"
    "bytes32 zoneHash,uint256 salt,bytes32 conduitKey,uint256 counter)"
    "ConsiderationItem(uint8 itemType,address token,uint256 identifierOrCriteria,"
    "uint256 startAmount,uint256 endAmount,address recipient)"
    "OfferItem(uint8 itemType,address token,uint256 identifierOrCriteria,uint256 startAmount,"
    "uint256 endAmount)"
)
NATIVE, ERC_20, ERC_721, ERC_1155, ERC_721_ANY, ERC_1155_ANY = range(6)
NFTS = (ERC_721, ERC_1155, ERC_721_ANY, ERC_1155_ANY)
MOST_SIGNED_TYPE = 3
"""Order types above are made by contracts, without a signature."""


def order(data: TypedData) -> Meaning:
    """An order by whoever offers something: NFTs, tokens, or both."""
    message = data.message
    taker, flaws = _taker(data)
    offered = structs_in(message, "offer")
    wanted = structs_in(message, "consideration")
    kinds = {number_in(item, "itemType") for item in (*offered, *wanted)}
    offers_coin = any(number_in(item, "itemType") == NATIVE for item in offered)
    if number_in(message, "orderType") > MOST_SIGNED_TYPE or not kinds <= set(range(6)):
        flaws += (Flaw(NOT_READ_WHOLE, "The order is of a kind that Seaport does not sign."),)
    if offers_coin:
        flaws += (Flaw(NOT_READ_WHOLE, "The order offers the native coin, which none can."),)
    return Meaning(
        kind=Kind.ORDER,
        title="Seaport order",
        verifier=Verifier.SEAPORT,
        account=address_in(message, "offerer"),
        takings=tuple(
            Taking(
                token=address_in(item, "token"),
                spender=taker,
                base_units=max(_amounts(item)),
            )
            for item in offered
            if number_in(item, "itemType") == ERC_20
        ),
        nfts=tuple(_nft(item, taker) for item in offered if number_in(item, "itemType") in NFTS),
        receipts=tuple(
            _receipt(item) for item in wanted if number_in(item, "itemType") in (NATIVE, ERC_20)
        ),
        settled_by=data.verifying_contract,
        begins=number_in(message, "startTime"),
        expires=number_in(message, "endTime"),
        statements=tuple(
            f"It asks for an NFT of {address_in(item, 'token')} too, whose worth nobody says."
            for item in wanted
            if number_in(item, "itemType") in NFTS
        ),
        flaws=flaws,
    )


def _taker(data: TypedData) -> tuple[Address, tuple[Flaw, ...]]:
    """Who takes what is offered: Seaport itself, or the conduit of a key."""
    key = bytes_in(data.message, "conduitKey")
    if not any(key):
        return data.verifying_contract or ZERO_ADDRESS, ()
    if key == OPENSEA_CONDUIT_KEY:
        return OPENSEA_CONDUIT, ()
    flaw = Flaw(NOT_READ_WHOLE, "The order is carried out by a conduit that nobody here knows.")
    return ZERO_ADDRESS, (flaw,)


def _nft(item: StructValue, taker: Address) -> NftTaking:
    is_one = number_in(item, "itemType") in (ERC_721, ERC_1155)
    return NftTaking(
        collection=address_in(item, "token"),
        taker=taker,
        number=number_in(item, "identifierOrCriteria") if is_one else None,
    )


def _receipt(item: StructValue) -> Receipt:
    is_coin = number_in(item, "itemType") == NATIVE
    return Receipt(
        token=None if is_coin else address_in(item, "token"),
        base_units=min(_amounts(item)),
        receiver=address_in(item, "recipient"),
    )


def _amounts(item: StructValue) -> tuple[int, int]:
    return number_in(item, "startAmount"), number_in(item, "endAmount")
