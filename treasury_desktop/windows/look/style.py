"""The look in use: light or dark, the palette, the fonts and the one style sheet.

Everything drawn by hand asks `look().colour(token)` while painting, so a change of light and dark
needs a repaint and nothing else.
"""

from functools import cache
from typing import Literal

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication, QWidget

from treasury_desktop.windows.look import tokens
from treasury_desktop.windows.look.parts import Parts
from treasury_desktop.windows.look.sheet import style_sheet
from treasury_desktop.windows.look.tokens import DARK, LIGHT, Palette, Token

Preference = Literal["system", "light", "dark"]


class Look(QObject):
    """The look of the running application.

    Signals: `changed` after light and dark changed places.
    """

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._preference: Preference = "system"
        self._palette = LIGHT
        self._application: QApplication | None = None
        self._parts = Parts(self)

    @property
    def palette(self) -> Palette:
        """The tokens' values in use."""
        return self._palette

    @property
    def preference(self) -> Preference:
        """What was asked for: the system's choice, light or dark."""
        return self._preference

    def colour(self, token: Token) -> QColor:
        """A token's colour for painting."""
        return QColor(self._palette.colour(token))

    def tint(self, token: Token, *, per_cent: int = tokens.TINT) -> QColor:
        """A token's colour mixed thinly into the surface."""
        return QColor(self._palette.tint(token, per_cent=per_cent))

    def series_colour(self, index: int) -> QColor:
        """The colour of the asset or strategy with this stable index."""
        return QColor(self._palette.series_colour(index))

    def dress(self, application: QApplication, preference: Preference = "system") -> None:
        """Gives the application style, fonts and colours, and follows the system from now on."""
        self._application = application
        application.setStyle("Fusion")
        application.setFont(sans())
        application.setCursorFlashTime(0)  # a blinking caret wakes the process twice a second
        hints = QGuiApplication.styleHints()
        hints.colorSchemeChanged.connect(self._follow, Qt.ConnectionType.UniqueConnection)
        self._preference = preference
        self._palette = self._wanted()
        application.setPalette(qt_palette(self._palette))
        self._parts.dress(application, style_sheet(self._palette))

    def prefer(self, preference: Preference) -> None:
        """Chooses light, dark or whatever the system shows."""
        self._preference = preference
        self._follow()

    def toggle(self) -> None:
        """Shows dark where it was light, and the other way round."""
        self.prefer("light" if self._palette is DARK else "dark")

    def _wanted(self) -> Palette:
        if self._preference == "system":
            scheme = QGuiApplication.styleHints().colorScheme()
            return DARK if scheme == Qt.ColorScheme.Dark else LIGHT
        return DARK if self._preference == "dark" else LIGHT

    def _follow(self) -> None:
        if self._wanted() is not self._palette:
            self._palette = self._wanted()
            if self._application is not None:
                self._application.setPalette(qt_palette(self._palette))
            self._parts.change(style_sheet(self._palette))
            self.changed.emit()

    def dress_part(self, part: QWidget) -> None:
        """Dresses a part of a window alone: a change then costs only what is in sight."""
        self._parts.add(part)

    def dress_now(self, part: QWidget) -> None:
        """Dresses a part that is about to be seen, if it has waited out of sight."""
        self._parts.dress_now(part)


@cache
def look() -> Look:
    """The one look of this process."""
    return Look()


def qt_palette(palette: Palette) -> QPalette:
    """The tokens as Qt's own roles, for everything the style sheet leaves to Fusion."""
    role = QPalette.ColorRole
    made = QPalette()
    pairs: tuple[tuple[QPalette.ColorRole, Token], ...] = (
        (role.Window, "ground"),
        (role.WindowText, "text"),
        (role.Base, "surface"),
        (role.AlternateBase, "raised"),
        (role.Text, "text"),
        (role.PlaceholderText, "text_quiet"),
        (role.Button, "surface"),
        (role.ButtonText, "text"),
        (role.BrightText, "danger"),
        (role.ToolTipBase, "raised"),
        (role.ToolTipText, "text"),
        (role.Highlight, "accent"),
        (role.HighlightedText, "on_accent"),
        (role.Accent, "accent"),
        (role.Link, "accent"),
        (role.LinkVisited, "accent"),
        (role.Light, "raised"),
        (role.Midlight, "raised"),
        (role.Mid, "line"),
        (role.Dark, "line"),
        (role.Shadow, "line"),
    )
    for each, token in pairs:
        made.setColor(each, QColor(palette.colour(token)))
    for each in (role.WindowText, role.Text, role.ButtonText):
        made.setColor(QPalette.ColorGroup.Disabled, each, QColor(palette.idle))
    return made


def sans(size: int = tokens.BODY_TEXT, weight: QFont.Weight = QFont.Weight.Normal) -> QFont:
    """The system's sans with figures of one width, so that digits stack."""
    font = QFont()
    font.setFamilies(list(tokens.SANS))
    font.setPixelSize(size)
    font.setWeight(weight)
    font.setFeature(QFont.Tag("tnum"), 1)
    return font


def mono(size: int = tokens.BODY_TEXT, weight: QFont.Weight = QFont.Weight.Normal) -> QFont:
    """The fixed-width font of addresses, hashes and bytes."""
    font = QFont()
    font.setFamilies(list(tokens.MONO))
    font.setStyleHint(QFont.StyleHint.Monospace)
    font.setPixelSize(size)
    font.setWeight(weight)
    return font


def set_variant(widget: QWidget, **variant: str) -> None:
    """Gives a widget properties the style sheet knows (`role`, `kind`), and shows them at once."""
    changed = [name for name, value in variant.items() if widget.property(name) != value]
    for name in changed:
        widget.setProperty(name, variant[name])
    if changed and widget.testAttribute(Qt.WidgetAttribute.WA_WState_Polished):
        widget.style().unpolish(widget)
        widget.style().polish(widget)
        widget.update()
