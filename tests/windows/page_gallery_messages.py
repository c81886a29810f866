"""The messages page and its passphrase window in their states, as pictures for human eyes.

`python -m tests.windows.page_gallery_messages FOLDER` writes them without a display.
"""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.messages_at_hand import MessagesAtHand
from tests.samples import DAY, NOW, SAFE, STRANGER, VAULT
from tests.signing_desk import OTHER_OWNER_KEY, OWNER_KEY
from tests.typed_data_samples import a_permit, a_sign_in, a_vote, as_bytes
from tests.windows import page_gallery_signing
from tests.windows.page_gallery_signing import Scene
from treasury_desktop.errors import Unavailable
from treasury_desktop.windows.messages.page import MessagesPage

VOTE = as_bytes(a_vote(str(SAFE))).decode()
LATE = as_bytes(a_permit(spender=str(VAULT), deadline=NOW + 400 * DAY)).decode()
STRANGE = as_bytes(a_permit(spender=str(STRANGER), value=str(2**256 - 1))).decode()
SIGN_IN = a_sign_in(str(SAFE), chain_id=31337)


def desk_with(*texts: str, signs: int = 0) -> MessagesAtHand:
    """A desk that has taken these in; the last one is signed by so many owners."""
    desk = MessagesAtHand()
    for text in texts:
        came = desk.messages.import_text(text)
    for key in (OWNER_KEY, OTHER_OWNER_KEY)[:signs]:
        desk.messages.sign(desk.messages.review(came.safe_message_hash), key)
    return desk


def answers(desk: MessagesAtHand) -> tuple[tuple[str, Any], ...]:
    """What the page asks for."""
    return (("messages", desk.messages), ("keys", (OWNER_KEY, OTHER_OWNER_KEY)))


def opened_new(page: MessagesPage) -> None:
    """The field for a new message, with what is refused."""
    page._open_new()
    page.new.field.setPlainText("0x" + "ab" * 32)
    page.take_text("0x" + "ab" * 32)


def final(page: MessagesPage) -> None:
    """The Safe's signature, offline, at the foot of the page."""
    page._on_final()
    _to_foot(page)


def foot(page: MessagesPage) -> None:
    """Hashes, signatures and the button."""
    _to_foot(page)


def _to_foot(page: MessagesPage) -> None:
    from PySide6.QtWidgets import QScrollArea  # noqa: PLC0415  after the platform is chosen

    around = page.parentWidget()
    while around is not None:
        if isinstance(around, QScrollArea):
            around.verticalScrollBar().setValue(around.verticalScrollBar().maximum())
        around = around.parentWidget()


def a_scene(name: str, desk: MessagesAtHand, **more: Any) -> Scene:
    """The messages page in one state."""
    return Scene(page="messages", name=name, answers=answers(desk), **more)


def nothing(_page: object) -> None:
    """Only time for what is read."""


PREPARE: Callable[[Any], None] = nothing
SCENES = (
    a_scene("empty", desk_with()),
    a_scene("refused", desk_with(), prepare=opened_new),
    a_scene("vote", desk_with(SIGN_IN, LATE, VOTE, signs=1), prepare=PREPARE),
    a_scene("danger", desk_with(VOTE, LATE), prepare=PREPARE),
    a_scene("blocked", desk_with(VOTE, STRANGE), prepare=PREPARE, is_offline=True),
    a_scene("foot", desk_with(LATE, VOTE, signs=1), prepare=foot),
    a_scene("final", desk_with(LATE, VOTE, signs=2), prepare=final),
    a_scene("small", desk_with(VOTE, SIGN_IN), prepare=PREPARE, size=(1024, 700)),
    Scene(
        page="messages",
        name="trouble",
        answers=(("messages", Unavailable("The records cannot be read.")), ("keys", ())),
    ),
)


def main() -> None:
    """Writes every scene in light and dark."""
    page_gallery_signing.SCENES = SCENES
    page_gallery_signing.main(Path(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else "")


if __name__ == "__main__":
    main()
