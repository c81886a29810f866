"""A picture somebody sent, as grey pixels: decoded by Qt, on any thread, without a display.

Only the formats of screenshots and photographs are decoded, each by its own reader; the size is
known before a pixel is. What stands in the picture is for others to say. One from the clipboard
becomes what a file of it would hold, so that both are read alike.
"""

import zlib

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QLoggingCategory, QMimeData
from PySide6.QtGui import QImage, QImageReader, QImageWriter

from treasury_desktop.errors import Malformed

READERS = {b"\x89PNG": b"png", b"\xff\xd8\xff": b"jpeg", b"GIF8": b"gif"}
PNG_START = b"\x89PNG\r\n\x1a\n"
MOST_PIXELS = 40_000_000
KINDS = ("image/png", "image/jpeg", "image/gif")
"""What a clipboard calls the same formats."""

# What is wrong with a stranger's picture is said in our sentence, not by Qt in the terminal.
QLoggingCategory.setFilterRules("qt.gui.imageio*=false")


def grey_pixels(content: bytes) -> tuple[bytes, int, int]:
    """One byte a pixel, row by row, with width and height; Malformed where it is no picture."""
    reader_name = next((name for start, name in READERS.items() if content.startswith(start)), None)
    if reader_name is None:
        raise Malformed("picture", "is neither PNG nor JPEG nor GIF")
    if reader_name == b"png" and not _is_whole_png(content):
        raise Malformed("picture", "is a PNG that was cut off or changed")
    buffer = QBuffer()
    buffer.setData(QByteArray(content))
    buffer.open(QIODevice.OpenModeFlag.ReadOnly)
    reader = QImageReader(buffer, QByteArray(reader_name))
    size = reader.size()
    if size.width() * size.height() > MOST_PIXELS:
        raise Malformed("picture", f"has more than {MOST_PIXELS:,} pixels")
    image = reader.read()
    if image.isNull():
        raise Malformed("picture", "cannot be decoded")
    grey = image.convertToFormat(QImage.Format.Format_Grayscale8)
    width, height, stride = grey.width(), grey.height(), grey.bytesPerLine()
    rows = bytes(grey.constBits())
    if stride == width:
        return rows, width, height
    return b"".join(rows[y * stride : y * stride + width] for y in range(height)), width, height


def pasted_file(pasted: QMimeData | None) -> QByteArray | None:
    """What a clipboard holds of a picture's file, not decoded; `None` where it has none."""
    if pasted is None:  # so Qt says that the clipboard is empty
        return None
    kind = next((kind for kind in KINDS if pasted.hasFormat(kind)), None)
    return None if kind is None else pasted.data(kind)


def png_of(image: QImage) -> bytes:
    """The file of a picture that a clipboard holds decoded only; Malformed where it is too large.

    On any thread.
    """
    if image.width() * image.height() > MOST_PIXELS:
        raise Malformed("picture", f"has more than {MOST_PIXELS:,} pixels")
    content = QByteArray()
    buffer = QBuffer(content)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    grey = image.convertToFormat(QImage.Format.Format_Grayscale8)
    if not QImageWriter(buffer, QByteArray(b"png")).write(grey):
        raise Malformed("picture", "cannot be decoded")
    return bytes(content.data())


def _is_whole_png(content: bytes) -> bool:
    """Whether its pieces fit their checksums up to the last; libpng would complain by itself."""
    position = len(PNG_START)
    while (start := position + 8) <= len(content):
        end = start + int.from_bytes(content[position : position + 4], "big")
        piece, position = content[position + 4 : end], end + 4
        if content[end:position] != zlib.crc32(piece).to_bytes(4, "big"):
            return False
        if piece.startswith(b"IEND"):
            return True
    return False
