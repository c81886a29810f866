"""What a movement is to whoever keeps the accounts: finer than its kind."""

from collections.abc import Set as AbstractSet
from enum import Enum

from treasury_desktop.assets.address import Address
from treasury_desktop.treasury.movement import GAS_REFUND_NOTE, Movement, MovementKind


class Category(Enum):
    """The words of the column `category` and of a journal's descriptions."""

    INCOMING = "incoming"
    OUTGOING = "outgoing"
    MODULE_OR_ALLOWANCE = "module or allowance"
    GAS = "gas"
    DEPLOYMENT = "deployment"
    EXIT = "exit"
    FEES = "fees"
    TRANSFER = "transfer between Safes"
    CONVERSION = "conversion"
    NOTHING = "moved nothing"


_OF_KIND = {
    MovementKind.INCOMING: Category.INCOMING,
    MovementKind.OUTGOING: Category.OUTGOING,
    MovementKind.DEPLOYMENT: Category.DEPLOYMENT,
    MovementKind.EXIT: Category.EXIT,
    MovementKind.FEES: Category.FEES,
    MovementKind.OTHER: Category.CONVERSION,
}


def category_of(movement: Movement, safes: AbstractSet[Address]) -> Category:
    """The category of a movement of a treasury of these Safes.

    What leaves without a Safe transaction was taken by a module, or by an allowance.
    """
    if movement.amount is None:
        return Category.NOTHING
    if movement.kind is MovementKind.OTHER and movement.counterpart in safes:
        return Category.TRANSFER
    if movement.kind is MovementKind.OUTGOING:
        if movement.note == GAS_REFUND_NOTE:
            return Category.GAS
        if movement.safe_tx_hash is None:
            return Category.MODULE_OR_ALLOWANCE
    return _OF_KIND[movement.kind]
