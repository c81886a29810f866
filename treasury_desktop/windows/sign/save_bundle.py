"""Exporting a transaction for cosigners: ask for a file, write it off the GUI thread, say so."""

from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from treasury_desktop.viewmodels.queue import suggested_file_name
from treasury_desktop.windows.actions import Actions
from treasury_desktop.windows.errands import Done, Errands, Failed
from treasury_desktop.windows.session import Session


class BundleSaver(QObject):
    """Asks where to and writes the bundle.

    Signals: `said` with words and their kind, for a notice.
    """

    said = Signal(object, object)

    def __init__(
        self, owner: QWidget, session: Session, errands: Errands, actions: Actions
    ) -> None:
        super().__init__(owner)
        self._owner = owner
        self._session = session
        self._errands = errands
        self._actions = actions
        self.dialog: QFileDialog | None = None

    def ask(self, safe_tx_hash: bytes | None) -> None:
        """Opens a dialog for the file; nothing blocks."""
        queued = next((q for q in self._session.queue if q.safe_tx_hash == safe_tx_hash), None)
        if safe_tx_hash is None or queued is None:
            self.said.emit("This transaction is no longer in the queue.", "advice")
            return
        dialog = QFileDialog(self._owner, "Export for cosigners")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilter("Review bundle (*.json)")
        dialog.setDefaultSuffix("json")
        dialog.selectFile(suggested_file_name(queued))
        dialog.fileSelected.connect(lambda name: self.save(safe_tx_hash, Path(name)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.finished.connect(self._on_closed)
        self.dialog = dialog
        dialog.open()

    def save(self, safe_tx_hash: bytes, path: Path) -> None:
        """Writes the bundle to a file."""

        def on_saved(outcome: Done[None] | Failed) -> None:
            if isinstance(outcome, Failed):
                self.said.emit(f"Not exported: {outcome.sentence}", "block")
            else:
                words = f"Exported as {path.name}. Send it to your cosigners by any means."
                self.said.emit(words, "good")

        self._errands.act(
            "export", lambda _p: self._actions.export(safe_tx_hash, path), on_saved, room="store"
        )

    def _on_closed(self, _result: object) -> None:
        self.dialog = None
