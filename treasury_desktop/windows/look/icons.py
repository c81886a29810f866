"""Phosphor icons in the colours of the look, drawn as outlines at any scale.

The font file comes with qtawesome; importing qtawesome itself costs 0.14 s (it loads eleven fonts),
more than an empty window, so the one font is opened directly, when the first icon is painted.
"""

import importlib.util
import json
from functools import cache
from pathlib import Path
from typing import Final

import shiboken6
from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QIcon,
    QIconEngine,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPixmap,
    QRawFont,
)
from PySide6.QtWidgets import QWidget

from treasury_desktop.errors import Unavailable
from treasury_desktop.windows.look import tokens
from treasury_desktop.windows.look.style import look
from treasury_desktop.windows.look.tokens import Token

_EM: Final = 64.0
"""Size in pixels at which outlines are read; painting scales them."""


@cache
def _fonts() -> Path:
    found = importlib.util.find_spec("qtawesome")
    if found is None or not found.submodule_search_locations:
        raise Unavailable("The icon font is missing: the package qtawesome is not installed.")
    return Path(found.submodule_search_locations[0]) / "fonts"


@cache
def _font() -> QRawFont:
    path = next(_fonts().glob("phosphor-1.*.ttf"))
    return QRawFont(str(path), _EM, QFont.HintingPreference.PreferNoHinting)


@cache
def code_points() -> dict[str, str]:
    """The hexadecimal code point of each icon by its Phosphor name, such as "gear-fill"."""
    path = next(_fonts().glob("phosphor-charmap-1.*.json"))
    names: dict[str, str] = json.loads(path.read_text("utf-8"))
    return names


@cache
def outline(name: str) -> QPainterPath:
    """The outline of an icon in a box of one em; KeyError when Phosphor has no such icon."""
    glyphs = _font().glyphIndexesForString(chr(int(code_points()[name], 16)))
    path = _font().pathForGlyph(glyphs[0])
    return path.translated(0, _EM)


def paint_icon(painter: QPainter, name: str, box: QRectF, colour: QColor) -> None:
    """Paints an icon into a box."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(box.topLeft())
    painter.scale(box.width() / _EM, box.height() / _EM)
    painter.fillPath(outline(name), colour)
    painter.restore()


_clones: list[QIconEngine] = []


def _kept(clone: QIconEngine) -> QIconEngine:
    """Keeps a clone alive until Qt deletes it: PySide leaves it to Python, which would at once."""
    _clones[:] = [each for each in _clones if shiboken6.isValid(each)]
    _clones.append(clone)
    return clone


class _Engine(QIconEngine):
    """Paints one icon in the token's present colour, so themes need no new icons.

    In a box wider than tall the icon keeps to the left: the rest is its distance from the text.
    """

    def __init__(self, name: str, token: Token, checked: Token) -> None:
        super().__init__()
        self._name = name
        self._tokens: tuple[Token, Token] = (token, checked)

    def paint(
        self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State, /
    ) -> None:
        """Fills the outline in the colour that mode and state ask for."""
        token = self._tokens[state == QIcon.State.On]
        colour = look().colour("idle" if mode == QIcon.Mode.Disabled else token)
        side = min(rect.width(), rect.height())
        paint_icon(painter, self._name, QRectF(rect.x(), rect.y(), side, side), colour)

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State, /) -> QPixmap:
        """The icon on nothing, at the pixels asked for."""
        made = QPixmap(size)
        made.fill(Qt.GlobalColor.transparent)
        painter = QPainter(made)
        self.paint(painter, QRect(0, 0, size.width(), size.height()), mode, state)
        painter.end()
        return made

    def clone(self) -> QIconEngine:
        """An equal engine."""
        return _kept(_Engine(self._name, *self._tokens))


def icon(name: str, colour: Token = "text", *, checked: Token | None = None) -> QIcon:
    """A Phosphor icon for a button or an action; the font is opened when it is first painted."""
    return QIcon(_Engine(name, colour, checked or colour))


class _SwatchEngine(QIconEngine):
    """Paints a rounded square in a series colour that selection does not tint."""

    def __init__(self, index: int) -> None:
        super().__init__()
        self._index = index

    def paint(
        self, painter: QPainter, rect: QRect, _mode: QIcon.Mode, _state: QIcon.State, /
    ) -> None:
        """Fills the square."""
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        square = QPainterPath()
        square.addRoundedRect(QRectF(rect), 3, 3)
        painter.fillPath(square, look().series_colour(self._index))
        painter.restore()

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State, /) -> QPixmap:
        """The square at the pixels asked for."""
        made = QPixmap(size)
        made.fill(Qt.GlobalColor.transparent)
        painter = QPainter(made)
        self.paint(painter, QRect(0, 0, size.width(), size.height()), mode, state)
        painter.end()
        return made

    def clone(self) -> QIconEngine:
        """An equal engine."""
        return _kept(_SwatchEngine(self._index))


def spaced(size: int = tokens.ICON_SMALL) -> QSize:
    """The icon size of a button with text: the icon and its distance from the words."""
    return QSize(size + 6, size)


def swatch(index: int) -> QIcon:
    """A square in the colour of the asset or strategy with this stable index, for tables."""
    return QIcon(_SwatchEngine(index))


class Glyph(QWidget):
    """One icon standing by itself, in a token's colour."""

    def __init__(
        self,
        name: str,
        colour: Token = "text",
        size: int = tokens.ICON_SMALL,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._name = name
        self._colour: Token = colour
        self.setFixedSize(size, size)

    def show_icon(self, name: str, colour: Token) -> None:
        """Shows another icon."""
        self._name, self._colour = name, colour
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paints the icon over the whole widget."""
        painter = QPainter(self)
        paint_icon(painter, self._name, QRectF(self.rect()), look().colour(self._colour))
        painter.end()
