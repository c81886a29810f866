"""Text in several lines inside painted rows: nothing is cut off and no digit is ever elided."""

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QFont, QPainter, QTextLayout, QTextOption


def wrapped(text: str, font: QFont, width: int) -> tuple[QTextLayout, int]:
    """Lines of a text in a width, broken between words or, where there is none, anywhere.

    The second value is their height in pixels.
    """
    layout = QTextLayout(text, font)
    option = QTextOption()
    option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    layout.setTextOption(option)
    layout.beginLayout()
    height = 0.0
    while (line := layout.createLine()).isValid():
        line.setLineWidth(max(40, width))
        line.setPosition(QPointF(0, height))
        height += line.height()
    layout.endLayout()
    return layout, int(height + 0.5)


def paint_wrapped(painter: QPainter, text: str, font: QFont, colour: QColor, place: QRectF) -> int:
    """Paints the lines from the place's upper left corner; returns their height."""
    layout, height = wrapped(text, font, int(place.width()))
    painter.setPen(colour)
    layout.draw(painter, place.topLeft())
    return height
