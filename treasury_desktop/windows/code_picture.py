"""A QR code as a picture: painted module by module, on the screen and into a file.

Modules are whole pixels wide, because readers stumble over blurred edges.
"""

from PySide6.QtCore import QRect
from PySide6.QtGui import QImage, QPainter

from treasury_desktop.windows.actions_of_exchange import Modules
from treasury_desktop.windows.picture import png_of

PIXELS_A_MODULE = 8


def paint_code(painter: QPainter, code: Modules, place: QRect) -> None:
    """Paints the code as large as whole pixels allow into the middle of a place, with its paper."""
    image = _image_of(code)
    side = min(place.width(), place.height()) // len(code) * len(code)
    left = place.x() + (place.width() - side) // 2
    top = place.y() + (place.height() - side) // 2
    painter.drawImage(QRect(left, top, side, side), image)


def png_of_code(code: Modules) -> bytes:
    """The file of a picture of the code; on any thread."""
    side = len(code) * PIXELS_A_MODULE
    return png_of(_image_of(code).scaled(side, side))


def _image_of(code: Modules) -> QImage:
    """One pixel a module, black on white in every look: cameras read no other colours."""
    pixels = b"".join(bytes(0 if is_dark else 255 for is_dark in row) for row in code)
    side = len(code)
    return QImage(pixels, side, side, side, QImage.Format.Format_Grayscale8).copy()
