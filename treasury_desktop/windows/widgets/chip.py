"""A chip: one fact in a few words, such as `offline`, `proved` or `2 of 3 signed`."""

from PySide6.QtWidgets import QSizePolicy, QWidget

from treasury_desktop.windows.look.style import set_variant
from treasury_desktop.windows.untrusted import PlainLabel, plain_tooltip


class Chip(PlainLabel):
    """A small rounded label; `kind` is "" or accent, good, advice, danger, block, idle."""

    def __init__(
        self, text: str = "", kind: str = "", *, tooltip: str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(text, parent)
        set_variant(self, role="chip", kind=kind)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        plain_tooltip(self, tooltip)

    def say(self, text: str, kind: str = "") -> None:
        """Changes words and meaning; a chip without words hides."""
        self.setText(text)
        set_variant(self, kind=kind)
        self.setVisible(bool(text))
