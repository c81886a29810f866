"""Pictures become grey pixels, or a refusal: nothing else of them is believed."""

import zlib

import pytest
from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QMimeData
from PySide6.QtGui import QColor, QImage

from treasury_desktop.errors import Malformed
from treasury_desktop.windows.picture import MOST_PIXELS, grey_pixels, pasted_file, png_of


def encoded(kind: bytes, width: int = 7, height: int = 5) -> bytes:
    """A white picture with one black pixel at its end."""
    image = QImage(width, height, QImage.Format.Format_RGB32)
    image.fill(QColor("white"))
    image.setPixelColor(width - 1, height - 1, QColor("black"))
    content = QByteArray()
    buffer = QBuffer(content)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, QByteArray(kind).toStdString(), 100)
    return bytes(content.data())


def test_a_picture_without_row_padding() -> None:
    """One byte a pixel, whatever Qt adds to its rows."""
    pixels, width, height = grey_pixels(encoded(b"png"))
    assert (width, height, len(pixels)) == (7, 5, 35)
    assert pixels == b"\xff" * 34 + b"\0"
    assert len(grey_pixels(encoded(b"png", 8, 4))[0]) == 32
    assert grey_pixels(encoded(b"jpg", 16, 16))[1:] == (16, 16)


@pytest.mark.parametrize("content", [b"", b"BM", b"<svg/>", b"RIFF", b"{}"])
def test_other_formats(content: bytes) -> None:
    """Are not decoded at all."""
    with pytest.raises(Malformed, match="picture: is neither"):
        grey_pixels(content)


def test_broken_pictures() -> None:
    """Cut off or made up: refused."""
    for content in (encoded(b"png")[:60], b"\x89PNG" + bytes(50), b"GIF89a", b"\xff\xd8\xff\0"):
        with pytest.raises(Malformed, match="picture"):
            grey_pixels(content)


def test_a_picture_of_gigabytes() -> None:
    """Its size is seen before a pixel is decoded."""
    header = encoded(b"png")
    size = b"IHDR" + (100_000).to_bytes(4, "big") * 2 + header[24:29]
    huge = header[:12] + size + zlib.crc32(size).to_bytes(4, "big") + header[33:]
    with pytest.raises(Malformed, match=f"{MOST_PIXELS:,} pixels"):
        grey_pixels(huge)


def test_a_changed_picture() -> None:
    """A byte that does not fit its checksum is found before libpng complains in the terminal."""
    content = bytearray(encoded(b"png"))
    content[45] ^= 1
    with pytest.raises(Malformed, match="cut off or changed"):
        grey_pixels(bytes(content))


@pytest.mark.parametrize(("kind", "name"), [(b"png", "png"), (b"jpg", "jpeg")])
def test_a_pasted_file_is_not_decoded(kind: bytes, name: str) -> None:
    """It is taken as it lies there, so that its size is seen first."""
    pasted = QMimeData()
    assert pasted_file(pasted) is None
    pasted.setData("image/svg+xml", QByteArray(b"<svg/>"))
    assert pasted_file(pasted) is None
    pasted.setData(f"image/{name}", QByteArray(encoded(kind)))
    file = pasted_file(pasted)
    assert file is not None
    assert bytes(file.data()) == encoded(kind)


def test_a_picture_becomes_the_file_it_would_be() -> None:
    """The same grey pixels come out of it as out of a dropped file."""
    content = encoded(b"png")
    assert grey_pixels(png_of(QImage.fromData(content))) == grey_pixels(content)


def test_pictures_that_make_no_file() -> None:
    """One with too many pixels is refused before it is turned grey, and so is none."""
    with pytest.raises(Malformed, match=f"{MOST_PIXELS:,} pixels"):
        png_of(QImage(40_001, 1_000, QImage.Format.Format_Mono))
    with pytest.raises(Malformed, match="cannot be decoded"):
        png_of(QImage())
