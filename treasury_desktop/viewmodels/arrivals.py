"""What an import says of itself: of one thing in full, of several in figures."""

from collections.abc import Sequence
from typing import Final, Protocol

from treasury_desktop.desk.import_signatures import ImportedSignatures
from treasury_desktop.desk.import_transaction import Imported

REFUSALS_TOLD: Final = 3
_ONE_A_LINE: Final = ("ur:", "http:", "https:")


class CameIn(Protocol):
    """What came of one of several things; `refusal` says why nothing did."""

    @property
    def name(self) -> str:
        """What tells it from the others."""
        ...

    @property
    def imported(self) -> Imported | ImportedSignatures | None:
        """What was kept of it."""
        ...

    @property
    def refusal(self) -> str:
        """Why nothing was."""
        ...


def has_several_lines(text: str) -> bool:
    """Whether a text is links or resources one below the other."""
    lines = text.split(maxsplit=1)
    return len(lines) > 1 and lines[0][:6].lower().startswith(_ONE_A_LINE)


def import_words(imported: Imported) -> tuple[str, str]:
    """What came of an import, and the kind of notice it deserves."""
    what = "Known already" if imported.was_known else "Imported a new transaction"
    new, bad = imported.new_confirmations, imported.quarantined
    parts = [what, f"{new} new confirmation{'' if new == 1 else 's'}"]
    if bad:
        parts.append(f"{bad} signature{'' if bad == 1 else 's'} kept aside, not counted")
    words = " ".join((". ".join(parts) + ".", *imported.remarks))
    return words, "advice" if bad or imported.remarks else "good"


def several_words(arrivals: Sequence[CameIn]) -> tuple[str, str, bytes | None]:
    """What came of several imports, the kind of notice, and the transaction if it was only one."""
    came = [each.imported for each in arrivals if each.imported is not None]
    refused = [each for each in arrivals if each.imported is None]
    hashes = {one for each in came for one in _hashes(each)}
    new = sum(isinstance(each, Imported) and not each.was_known for each in came)
    aside = sum(each.quarantined for each in came)
    head = f"{_counted(len(came), 'thing')} imported" if came else "Nothing was imported"
    parts = [
        f"{head}: {_counted(new, 'new transaction')}, "
        f"{_counted(sum(each.new_confirmations for each in came), 'new confirmation')}."
        if came
        else f"{head}."
    ]
    if aside:
        parts.append(f"{_counted(aside, 'signature')} kept aside, not counted.")
    remarks = dict.fromkeys(remark for each in came for remark in _remarks(each))
    parts += list(remarks)[:REFUSALS_TOLD]
    parts += [f"{each.name}: {each.refusal}" for each in refused[:REFUSALS_TOLD]]
    if len(refused) > REFUSALS_TOLD:
        parts.append(f"{len(refused) - REFUSALS_TOLD} more were refused.")
    kind = "good" if not (refused or aside or remarks) else "advice"
    return " ".join(parts), kind if came else "block", hashes.pop() if len(hashes) == 1 else None


def _hashes(came: Imported | ImportedSignatures) -> tuple[bytes, ...]:
    return (came.safe_tx_hash,) if isinstance(came, Imported) else came.safe_tx_hashes


def _remarks(came: Imported | ImportedSignatures) -> tuple[str, ...]:
    return came.remarks if isinstance(came, Imported) else came.told


def _counted(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
