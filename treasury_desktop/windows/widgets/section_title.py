"""The title of a card or of a part of a page, with room for chips and buttons at its right."""

from PySide6.QtWidgets import QHBoxLayout, QWidget

from treasury_desktop.windows.untrusted import plain_label


class SectionTitle(QWidget):
    """A title, a quiet caption after it, and whatever `add` puts at the right edge."""

    def __init__(self, title: str, caption: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(8)
        self._title = plain_label(title, role="section")
        self._caption = plain_label(caption, role="quiet")
        self._row.addWidget(self._title)
        self._row.addWidget(self._caption)
        self._row.addStretch(1)

    def add(self, *widgets: QWidget) -> None:
        """Puts widgets at the right edge."""
        for widget in widgets:
            self._row.addWidget(widget)

    def set_title(self, title: str) -> None:
        """Changes the title."""
        self._title.setText(title)

    def set_caption(self, caption: str) -> None:
        """Changes the quiet words after the title."""
        self._caption.setText(caption)
