"""An address as people must compare it: in full, in groups of four, the middle emphasised.

Poisoned addresses agree with the true one at both ends, so the eye is led to the middle.
"""

import re
from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont, QFontMetrics
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from treasury_desktop.windows.look.style import mono, set_variant
from treasury_desktop.windows.untrusted import plain_label, plain_tooltip
from treasury_desktop.windows.widgets.copy_button import CopyButton
from treasury_desktop.windows.widgets.identicon import Identicon

_ADDRESS: Final = re.compile(r"0x[0-9a-fA-F]{40}", re.ASCII)
_ENDS: Final = 2
"""Groups at either end that are drawn quietly."""


def grouped(digits: str) -> list[str]:
    """Hexadecimal digits after 0x in groups of four; "0x" stays with the first group."""
    body = digits.removeprefix("0x")
    groups = [body[at : at + 4] for at in range(0, len(body), 4)]
    return [f"0x{groups[0]}", *groups[1:]] if groups else []


def shortened(address: str) -> str:
    """Six digits, an ellipsis, four digits: for overviews, never where people sign."""
    return f"{address[:8]}…{address[-4:]}"


class AddressLabel(QWidget):
    """Identicon, name with its source, the EIP-55 address, and a button that copies it.

    `address` is the full text with checksum; `is_short` shows 6…4 with the rest in the tooltip.
    """

    def __init__(
        self,
        address: str,
        *,
        name: str = "",
        source: str = "",
        is_short: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._is_short = is_short
        self._identicon = Identicon(bytes(20), 20 if is_short else 32)
        self._name = plain_label(role="strong")
        self._source = plain_label(role="quiet")
        roles = ("mono-quiet", "mono-strong", "mono-quiet")
        self._parts = [plain_label(role=role) for role in roles]
        self._copy = CopyButton(what="the address")
        self._column = QVBoxLayout()
        self._lay_out()
        self.show_address(address, name=name, source=source)

    def show_address(self, address: str, *, name: str = "", source: str = "") -> None:
        """Shows another address; ValueError if it is not 0x and 40 hex digits."""
        if _ADDRESS.fullmatch(address) is None:
            raise ValueError("an address is 0x and 40 hex digits")
        self._identicon.show_address(bytes.fromhex(address[2:]))
        self._name.setText(name)
        self._name.setVisible(bool(name))
        self._source.setText(source)
        self._source.setVisible(bool(source) and not self._is_short)
        self._copy.set_text_to_copy(address)
        self.setAccessibleName(f"{name} {address}".strip())
        self._show_digits(address)
        tip = "\n".join(part for part in (name, source, address) if part)
        plain_tooltip(self, tip if self._is_short else "")

    def text(self) -> str:
        """The address as shown."""
        return " ".join(part.text() for part in self._parts if part.text())

    @property
    def text_width(self) -> int:
        """How wide name and digits are, before the button."""
        for label in (self._name, self._source, *self._parts):
            label.ensurePolished()
        return self._column.sizeHint().width()

    def widen(self, width: int) -> None:
        """Gives name and digits at least this width."""
        self._column.addStrut(width)

    def _show_digits(self, address: str) -> None:
        groups = grouped(address)
        shown = (groups[:_ENDS], groups[_ENDS:-_ENDS], groups[-_ENDS:])
        texts = ["", shortened(address), ""] if self._is_short else [" ".join(g) for g in shown]
        for part, text in zip(self._parts, texts, strict=True):
            part.setText(text)
            part.setVisible(bool(text))
        if self._is_short:
            set_variant(self._parts[1], role="mono-quiet")
            return
        # A bold font's own estimate falls short by a pixel or two, in the very digits that matter.
        bold = QFontMetrics(mono(weight=QFont.Weight.Bold))
        self._parts[1].setMinimumWidth(bold.horizontalAdvance(texts[1]) + 4)

    def _lay_out(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8 if self._is_short else 10)
        row.addWidget(self._identicon)
        digits = QHBoxLayout()
        digits.setSpacing(QFontMetrics(mono()).horizontalAdvance(" "))
        for part in self._parts:
            digits.addWidget(part)
        names = QHBoxLayout()
        names.setSpacing(6)
        names.addWidget(self._name)
        names.addWidget(self._source)
        if self._is_short:
            row.addLayout(names)
            row.addLayout(digits)
        else:
            names.addStretch(1)
            digits.addStretch(1)
            self._column.setSpacing(2)
            self._column.addLayout(names)
            self._column.addLayout(digits)
            row.addLayout(self._column)
        row.addWidget(self._copy, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addStretch(1)
        self._copy.setVisible(not self._is_short)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)


def line_up(labels: Sequence[AddressLabel]) -> None:
    """Puts the copy buttons of labels below each other in line, however long the names are."""
    width = max((label.text_width for label in labels), default=0)
    for label in labels:
        label.widen(width)
