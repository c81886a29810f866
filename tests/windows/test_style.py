"""Facts about the look: it changes at run time, and what is drawn by hand changes with it."""

from collections.abc import Callable

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QColor, QFont, QIcon, QImage, QPainter
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

from treasury_desktop.windows.look.icons import code_points, icon, outline, paint_icon, swatch
from treasury_desktop.windows.look.style import look, mono, sans, set_variant
from treasury_desktop.windows.look.tokens import DARK, LIGHT, MONO, SANS
from treasury_desktop.windows.pages import ICONS
from treasury_desktop.windows.untrusted import plain_label
from treasury_desktop.windows.widgets.notice import ICONS as NOTICE_ICONS
from treasury_desktop.windows.widgets.verdict_badge import MARKS


def colours_of(made: QIcon) -> set[str]:
    """The opaque colours an icon paints."""
    image = made.pixmap(QSize(32, 32)).toImage().convertToFormat(QImage.Format.Format_ARGB32)
    points = (image.pixelColor(x, y) for x in range(32) for y in range(32))
    return {point.name() for point in points if point.alpha() == 255}


def test_light_and_dark_change_places_at_run_time(
    qtbot: QtBot, qapp: QApplication, show: Callable[..., None]
) -> None:
    """Palette and style sheet follow, and the change is announced once."""
    label = plain_label("refused", kind="block")
    show(label)
    with qtbot.waitSignal(look().changed):
        look().toggle()
    assert look().palette is DARK
    assert qapp.palette().window().color() == QColor(DARK.ground)
    assert label.palette().windowText().color() == QColor(DARK.block)
    look().prefer("light")
    assert look().palette is LIGHT


def test_asking_for_the_present_look_changes_nothing(qtbot: QtBot) -> None:
    """No repaint without a reason."""
    with qtbot.assertNotEmitted(look().changed):
        look().prefer("light")


def test_a_variant_given_later_shows_at_once(show: Callable[..., None]) -> None:
    """The sheet's colour is used after the property changed."""
    label = plain_label("refused")
    show(label)
    set_variant(label, kind="block")
    assert label.palette().windowText().color() == QColor(LIGHT.block)


def test_figures_are_of_one_width_also_under_the_style_sheet(show: Callable[..., None]) -> None:
    """The font feature tnum survives a role that changes size and weight."""
    label = plain_label("1,111.11", role="figure")
    show(label)
    assert QFont.Tag("tnum") in label.font().featureTags()
    assert label.font().pixelSize() == 28


def test_fonts_fall_back_in_the_order_of_preference(qapp: QApplication) -> None:
    """Families are lists; missing ones are skipped by Qt."""
    assert sans().families() == list(SANS)
    assert mono().families() == list(MONO)


def test_an_icon_follows_the_look_without_being_made_anew(qtbot: QtBot) -> None:
    """The same QIcon paints the token's colour of the moment, and idle when disabled."""
    made = icon("gear-fill", "danger")
    assert colours_of(made) == {LIGHT.danger}
    look().prefer("dark")
    assert colours_of(made) == {DARK.danger}
    look().prefer("light")


def test_an_icon_on_a_button_that_is_collected_is_safe(qtbot: QtBot) -> None:
    """Icons are copied and cloned by Qt without losing their engine."""
    button = QPushButton("x")
    qtbot.addWidget(button)
    for name in ("gear", "key", "moon"):
        button.setIcon(icon(name))
        copy = QIcon(button.icon())
        copy.addPixmap(button.icon().pixmap(16, 16))
    assert not button.icon().isNull()


def test_selection_does_not_tint_a_swatch(qtbot: QtBot) -> None:
    """The same asset has the same colour in a chosen row."""
    size = QSize(12, 12)
    chosen = swatch(2).pixmap(size, QIcon.Mode.Selected).toImage().pixelColor(6, 6)
    assert chosen == QColor(LIGHT.series_colour(2))


def test_every_icon_in_use_exists_and_fits_its_box() -> None:
    """Names are Phosphor's; outlines lie in one em."""
    named = {*ICONS.values(), *(mark.icon for mark in MARKS.values())}
    named |= {name for name, _ in NOTICE_ICONS.values()}
    assert named <= set(code_points())
    for name in named:
        assert QRectF(0, 0, 64, 64).contains(outline(name).boundingRect())


def test_an_icon_fills_the_box_it_is_painted_into(qtbot: QtBot) -> None:
    """Painting is scaled to the box at any density."""
    image = QImage(100, 100, QImage.Format.Format_ARGB32)
    image.fill(0)
    painter = QPainter(image)
    paint_icon(painter, "circle-fill", QRectF(50, 50, 50, 50), QColor(LIGHT.good))
    painter.end()
    assert image.pixelColor(75, 75) == QColor(LIGHT.good)
    assert image.pixelColor(25, 25).alpha() == 0
