"""Import several things at once: each by itself, and one that is bad loses none of the others."""

from collections.abc import Callable, Iterable
from typing import Generic, NamedTuple, TypeVar

from treasury_desktop.desk.import_signatures import ImportedSignatures
from treasury_desktop.desk.import_transaction import Imported
from treasury_desktop.errors import Cancelled, TreasuryError

T = TypeVar("T")


class Outcome(NamedTuple, Generic[T]):
    """What came of one thing: what was imported, or the sentence why nothing of it was."""

    item: T
    imported: Imported | ImportedSignatures | None
    refusal: str = ""


def import_each(
    items: Iterable[T], import_one: Callable[[T], Imported | ImportedSignatures]
) -> tuple[Outcome[T], ...]:
    """An outcome for each, in their order; a mistake of ours still ends it all.

    A signature may stand before the transaction it fits: it is tried again after the rest.
    """
    outcomes = [_outcome(item, import_one) for item in items]
    if not any(isinstance(one.imported, Imported) for one in outcomes):
        return tuple(outcomes)
    return tuple(_outcome(one.item, import_one) if _has_no_place(one) else one for one in outcomes)


def _has_no_place(outcome: Outcome[T]) -> bool:
    came = outcome.imported
    return isinstance(came, ImportedSignatures) and came.unplaced > 0


def _outcome(item: T, import_one: Callable[[T], Imported | ImportedSignatures]) -> Outcome[T]:
    try:
        return Outcome(item, import_one(item))
    except Cancelled:
        raise
    except TreasuryError as flaw:
        return Outcome(item, None, flaw.sentence)
