"""A bundle as the text of a clipboard: what cosigners paste to one another in a chat."""

from treasury_desktop.errors import Refused

MOST_BYTES = 1024 * 1024
"""Beyond it clipboards and chats cut texts off, or take seconds to paste them."""


def clipboard_text(bundle: bytes) -> str:
    """The bundle's own JSON; pasted again it is read as the file is."""
    if len(bundle) > MOST_BYTES:
        raise Refused(
            f"The bundle has {len(bundle):,} bytes, more than a clipboard carries; send the file."
        )
    return bundle.decode("utf-8")
