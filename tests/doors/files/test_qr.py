"""QR codes in grey pixels: one text, or the parts of a UR side by side."""

import json
from pathlib import Path

import pytest
import zxingcpp

from treasury_desktop.errors import Malformed
from treasury_desktop.files.air_gapped.qr import text_in

SENT = json.loads((Path(__file__).parent / "signing_requests.json").read_text("utf-8"))
Pixels = tuple[bytes, int, int]


def code(text: str | bytes) -> Pixels:
    """A QR code as grey pixels."""
    made = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level="L")
    picture = memoryview(zxingcpp.write_barcode_to_image(made, scale=3))
    height, width = picture.shape[0], picture.shape[1]
    return bytes(picture), width, height


def beside(*pictures: Pixels) -> Pixels:
    """Pictures in a row, white between and below them."""
    height = max(picture[2] for picture in pictures) + 20
    rows = []
    for y in range(height):
        row = b""
        for pixels, width, own_height in pictures:
            inside = pixels[y * width : (y + 1) * width] if y < own_height else b"\xff" * width
            row += inside + b"\xff" * 30
        rows.append(row)
    return b"".join(rows), len(rows[0]), height


def test_a_code() -> None:
    """Its text, as it was written."""
    link = "https://app.safe.global/transactions/tx?safe=eth:0x5aFE&id=1"
    assert text_in(*code(link)) == link


def test_parts_side_by_side() -> None:
    """All parts of a UR that the picture shows, each once."""
    parts = [part.upper() for part in SENT["parts"][:3]]
    assert set(text_in(*beside(*map(code, parts), code(parts[0]))).split("\n")) == set(parts)


def test_two_different_codes() -> None:
    """Which one is meant is for the person to say."""
    with pytest.raises(Malformed, match="picture: shows 2 QR codes"):
        text_in(*beside(code("https://a.invalid/?tx=1"), code("https://b.invalid/?tx=1")))


def test_no_code() -> None:
    """A picture of nothing is refused, a code of bytes too."""
    with pytest.raises(Malformed, match="picture: shows no QR code"):
        text_in(b"\xff" * 10_000, 100, 100)
    with pytest.raises(Malformed, match="holds no text"):
        text_in(*code(b"\xff\xfe\x00\x80"))
