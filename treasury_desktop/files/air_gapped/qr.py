"""The text of QR codes in a picture: one code, or the parts of a UR shown side by side."""

from treasury_desktop.errors import Malformed

MOST_CODES = 64
QR_CODE = "QRCode"


def text_in(pixels: bytes, width: int, height: int) -> str:
    """What the codes in grey pixels say together; Malformed where there is none or too much."""
    # The library is 2 MB of native code and is of use for pictures only.
    import zxingcpp  # noqa: PLC0415  loaded with the first picture

    picture = memoryview(pixels).cast("B", (height, width))
    found = zxingcpp.read_barcodes(picture, formats=zxingcpp.barcode_formats_from_str(QR_CODE))
    texts = list(dict.fromkeys(_text_of(code.bytes) for code in found))
    if not texts:
        raise Malformed("picture", "shows no QR code that can be read")
    if len(texts) > MOST_CODES:
        raise Malformed("picture", f"shows more than {MOST_CODES} QR codes")
    if len(texts) > 1 and not all(text[:3].lower() == "ur:" for text in texts):
        raise Malformed("picture", f"shows {len(texts)} QR codes; show one of them")
    return "\n".join(texts)


def _text_of(content: bytes) -> str:
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        raise Malformed("picture", "shows a QR code that holds no text") from None
