"""The forms in which movements leave the program, for the window and the command alike."""

from collections.abc import Iterable
from enum import Enum

from treasury_desktop.desk.account_movements import KnownOfMovements
from treasury_desktop.treasury.movement import Movement
from treasury_desktop.treasury.workspace import Workspace
from treasury_desktop.viewmodels.accounting_csv import accounting_csv
from treasury_desktop.viewmodels.journal import journal
from treasury_desktop.viewmodels.movements import movements_csv


class ExportForm(Enum):
    """What can be exported, by the word that names it in a command."""

    CSV = "csv"
    ACCOUNTING = "accounting"
    JOURNAL = "journal"

    @property
    def words(self) -> str:
        """What the page calls it."""
        return {
            ExportForm.CSV: "Table (CSV)",
            ExportForm.ACCOUNTING: "Accounting (CSV)",
            ExportForm.JOURNAL: "Double entry (journal)",
        }[self]

    @property
    def file_name(self) -> str:
        """What a file of this form is usually called."""
        return {
            ExportForm.CSV: "movements.csv",
            ExportForm.ACCOUNTING: "accounting.csv",
            ExportForm.JOURNAL: "movements.journal",
        }[self]


def exported(
    form: ExportForm, movements: Iterable[Movement], workspace: Workspace, known: KnownOfMovements
) -> str:
    """The movements in a form; `known` matters to the accounting columns only."""
    if form is ExportForm.CSV:
        return movements_csv(movements, workspace)
    if form is ExportForm.ACCOUNTING:
        return accounting_csv(movements, workspace, known)
    return journal(movements, workspace)
