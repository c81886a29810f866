"""What a message means, found by its exact type: one more member is another message."""

from collections.abc import Callable, Mapping
from typing import Final

from treasury_desktop.messages import orders, permit2, permits, seaport
from treasury_desktop.messages.meaning import Meaning
from treasury_desktop.messages.message import Message
from treasury_desktop.messages.sign_in import text_meaning
from treasury_desktop.messages.snapshot_votes import snapshot_message
from treasury_desktop.messages.text_message import TextMessage
from treasury_desktop.messages.typed_data import TypedData

_DECODERS: Final[Mapping[str, Callable[[TypedData], Meaning]]] = {
    permits.ERC_2612: permits.erc_2612,
    permits.DAI: permits.dai,
    permits.NFT: permits.nft,
    permits.TRANSFER: permits.authorization,
    permits.RECEIVE: permits.authorization,
    permits.CANCEL: permits.cancelled_authorization,
    permit2.SINGLE: permit2.allowance,
    permit2.BATCH: permit2.allowance,
    permit2.TRANSFER: permit2.transfer,
    permit2.BATCH_TRANSFER: permit2.transfer,
    orders.COW: orders.cow,
    orders.ONE_INCH: orders.one_inch,
    seaport.ORDER: seaport.order,
}


def meaning_of(message: Message) -> Meaning | None:
    """What a message means, or `None` where nobody here can say."""
    if isinstance(message, TextMessage):
        return text_meaning(message)
    decode = _DECODERS.get(message.encoded_type)
    if decode is not None:
        return decode(message)
    return permit2.witness_transfer(message) or snapshot_message(message)
