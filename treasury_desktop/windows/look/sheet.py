"""The one style sheet, written from the tokens.

Widgets choose among its variants with the dynamic properties `role` (what a thing is) and `kind`
(what it means); a role or kind the sheet does not know is a mistake that a test finds.
"""

from string import Template
from typing import Final

from treasury_desktop.windows.look import tokens
from treasury_desktop.windows.look.tokens import Palette, Token

KINDS: Final[tuple[Token, ...]] = ("accent", "good", "advice", "danger", "block", "idle")
"""Meanings that have a colour."""

ROLES: Final = frozenset({
    "badge", "banner", "body", "card", "chip", "figure", "frame", "ghost", "header", "inset",
    "mono", "mono-quiet", "mono-strong", "navigation", "navigation-item", "page-title", "primary",
    "product", "quiet", "risky", "section", "small", "status", "strong", "toast", "unit", "well",
    "word",
})  # fmt: skip
"""Every `role` the sheet knows."""

_SHEET: Final = Template("""
QToolTip { color: $text; background: $raised; border: 1px solid $line; padding: 4px 6px; }
QLabel { background: transparent; }
QLabel[role="page-title"] { font-size: ${PAGE_TEXT}px; font-weight: 600; }
QLabel[role="product"] { font-size: ${SECTION_TEXT}px; font-weight: 600; }
QLabel[role="section"] { font-size: ${SECTION_TEXT}px; font-weight: 600; }
QLabel[role="figure"] { font-size: ${FIGURE_TEXT}px; font-weight: 600; }
QLabel[role="strong"] { font-weight: 600; }
QLabel[role="small"] { font-size: ${SMALL_TEXT}px; }
QLabel[role="quiet"], QLabel[role="unit"] { font-size: ${SMALL_TEXT}px; color: $text_quiet; }
QLabel[role="header"] { font-size: ${CAPTION_TEXT}px; color: $text_quiet; font-weight: 600; }
QLabel[role="status"] { font-size: ${SMALL_TEXT}px; color: $text_quiet; }
QLabel[role="mono"] { font-family: $mono; }
QLabel[role="mono-quiet"] { font-family: $mono; color: $text_quiet; }
QLabel[role="mono-strong"] { font-family: $mono; font-weight: 700; }
QLabel[role="chip"], QLabel[role="badge"] {
  font-size: ${SMALL_TEXT}px; color: $text_quiet; background: $raised; border: 1px solid $line;
  border-radius: 10px; padding: 1px 8px; min-height: 16px; max-height: 16px; }
QLabel[role="badge"] { font-size: ${CAPTION_TEXT}px; font-weight: 600; padding: 1px 6px; }
QFrame[role="card"] {
  background: $surface; border: 1px solid $line; border-radius: ${CARD_RADIUS}px; }
QFrame[role="inset"] {
  background: $raised; border: 1px solid $line; border-radius: ${CONTROL_RADIUS}px; }
QFrame[role="banner"] {
  background: $raised; border: 1px solid $line; border-radius: ${CONTROL_RADIUS}px; }
QFrame[role="toast"] {
  background: $raised; border: 1px solid $line; border-radius: ${CARD_RADIUS}px; }
QFrame[role="navigation"] { background: $surface; border: 0; border-right: 1px solid $line; }
QFrame[role="frame"] { background: $surface; border: 0; border-top: 1px solid $line; }
QScrollArea, QScrollArea > QWidget > QWidget[role="body"] { background: transparent; border: 0; }

QPushButton, QToolButton {
  background: $surface; color: $text; border: 1px solid $line; padding: 0 12px;
  border-radius: ${CONTROL_RADIUS}px; min-height: 30px; }
QPushButton:hover, QToolButton:hover { background: $raised; }
QPushButton:pressed, QToolButton:pressed { background: $line; }
QPushButton:focus, QToolButton:focus { border: 1px solid $accent; }
QPushButton:disabled, QToolButton:disabled { color: $idle; background: $ground; }
QPushButton[role="primary"] {
  background: $accent; color: $on_accent; border: 1px solid $accent; font-weight: 600; }
QPushButton[role="primary"]:hover { background: $accent_hover; border-color: $accent_hover; }
QPushButton[role="primary"]:focus { border: 2px solid $text; }
QPushButton[role="primary"]:disabled {
  background: $ground; color: $idle; border: 1px solid $line; }
QPushButton[role="risky"] { color: $danger; border: 1px solid $danger; }
QPushButton[role="risky"]:disabled { color: $idle; border: 1px solid $line; }
QPushButton[role="ghost"], QToolButton[role="ghost"] {
  background: transparent; border: 1px solid transparent; padding: 0 6px; min-height: 24px; }
QPushButton[role="ghost"]:hover, QToolButton[role="ghost"]:hover { background: $raised; }
QPushButton[role="ghost"]:focus, QToolButton[role="ghost"]:focus { border: 1px solid $accent; }
QToolButton[role="word"] { padding: 0 8px; min-height: 24px; }
QToolButton[role="word"]:checked {
  background: $accent_tint; color: $accent; border: 1px solid $accent; }
QPushButton[role="navigation-item"] {
  background: transparent; border: 1px solid transparent; color: $text; text-align: left;
  padding: 0 10px; min-height: 34px; }
QPushButton[role="navigation-item"]:hover { background: $raised; }
QPushButton[role="navigation-item"]:checked {
  background: $accent_tint; color: $accent; font-weight: 600; }
QPushButton[role="navigation-item"]:focus { border: 1px solid $accent; }

QLineEdit, QPlainTextEdit, QComboBox {
  background: $surface; color: $text; border: 1px solid $line; padding: 0 10px;
  border-radius: ${CONTROL_RADIUS}px; min-height: 30px;
  selection-background-color: $accent; selection-color: $on_accent; }
QPlainTextEdit { padding: 6px 8px; }
QLineEdit:focus, QPlainTextEdit:focus, QComboBox:focus { border: 1px solid $accent; }
QLineEdit:disabled, QPlainTextEdit:disabled, QComboBox:disabled {
  color: $idle; background: $ground; }
QLineEdit[kind="block"] { border: 1px solid $block; }
QLineEdit[role="mono"], QPlainTextEdit[role="mono"] { font-family: $mono; }
QComboBox::drop-down { border: 0; width: 24px; }
QComboBox QAbstractItemView {
  background: $surface; color: $text; border: 1px solid $line;
  selection-background-color: $accent_tint; selection-color: $text; }

QTableView {
  background: $surface; color: $text; border: 0; gridline-color: transparent;
  selection-background-color: $accent_tint; selection-color: $text; outline: 0; }
QTreeView { selection-background-color: $accent_tint; selection-color: $text; }
QTableView::item { border: 0; border-bottom: 1px solid $hairline; padding: 0 8px; }
QTableView::item:hover { background: $raised; }
QTableView::item:selected { background: $accent_tint; color: $text; }
QHeaderView { background: $surface; border: 0; }
QHeaderView::section {
  background: $surface; color: $text_quiet; border: 0; border-bottom: 1px solid $line;
  padding: 0 11px; min-height: 30px; font-size: ${SMALL_TEXT}px; font-weight: 600; }
QHeaderView::section:hover { color: $text; }

QProgressBar { background: $line; border: 0; border-radius: 3px; max-height: 6px; }
QProgressBar::chunk { background: $accent; border-radius: 3px; }
QTabBar::tab {
  background: transparent; color: $text_quiet; border: 0; border-bottom: 2px solid transparent;
  padding: 6px 12px; }
QTabBar::tab:selected { color: $text; border-bottom: 2px solid $accent; }
QTabBar::tab:focus { color: $accent; }
QTabWidget::pane { border: 0; border-top: 1px solid $line; }
QMenu { background: $surface; color: $text; border: 1px solid $line; padding: 4px; }
QMenu::item { padding: 6px 16px; border-radius: 4px; }
QMenu::item:selected { background: $accent_tint; color: $text; }
QSplitter::handle { background: $line; }
QAbstractScrollArea::corner { background: transparent; border: 0; }
QScrollBar:vertical { background: transparent; width: 10px; margin: 0; }
QScrollBar:horizontal { background: transparent; height: 10px; margin: 0; }
QScrollBar::handle { background: $line; border-radius: 3px; margin: 2px; }
QScrollBar::handle:vertical { min-height: 28px; }
QScrollBar::handle:horizontal { min-width: 28px; }
QScrollBar::handle:hover { background: $idle; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
""")

_KIND: Final = Template("""
QLabel[kind="$kind"] { color: $colour; }
QLabel[role="chip"][kind="$kind"], QLabel[role="badge"][kind="$kind"],
QFrame[role="banner"][kind="$kind"], QFrame[role="toast"][kind="$kind"] {
  background: $tint; border: 1px solid $edge; }
""")


def style_sheet(palette: Palette) -> str:
    """The whole style sheet for one palette."""
    sizes = {name: value for name, value in vars(tokens).items() if isinstance(value, int)}
    colours = {name: palette.colour(name) for name in tokens.TOKENS}
    mono = ", ".join(f'"{family}"' for family in (*tokens.MONO, "monospace"))
    parts = [
        _SHEET.substitute(
            sizes,
            **colours,
            mono=mono,
            accent_tint=palette.tint("accent", per_cent=14),
            accent_hover=tokens.mixed(palette.accent, palette.text, 85),
            hairline=palette.tint("line", per_cent=55),
        )
    ]
    parts += [
        _KIND.substitute(
            kind=kind,
            colour=palette.colour(kind),
            tint=palette.tint(kind),
            edge=palette.tint(kind, per_cent=32),
        )
        for kind in KINDS
    ]
    return "".join(parts)
