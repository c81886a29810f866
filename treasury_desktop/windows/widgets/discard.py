"""Taking a widget out of a page for good."""

from PySide6.QtWidgets import QWidget


def discard(widget: QWidget) -> None:
    """Hides it first: Qt may still owe it a show, which would make it a window of its own.

    What is put into a visible layout is shown in a later turn of the event loop, whatever has
    become of it by then.
    """
    widget.hide()
    widget.setParent(None)
    widget.deleteLater()
