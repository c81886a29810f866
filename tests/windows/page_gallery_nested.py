"""Queue, Review and Sign where a Safe of the workspace owns another one, as pictures.

`python -m tests.windows.page_gallery_nested FOLDER [ONLY]` writes them without a display.
"""

import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from tests.nested_safes import (
    COUNCIL,
    both_read,
    outer_queued,
    signed_inside,
    two_safes,
)
from tests.samples import NOW, a_deposit_tx, an_owner
from tests.signing_desk import EXECUTOR_KEY, OWNER_KEY
from tests.windows import page_gallery_signing as gallery
from treasury_desktop.desk.doors import KeyLabel
from treasury_desktop.desk.draft_approval import draft_approval
from treasury_desktop.desk.import_transaction import queued_from
from treasury_desktop.desk.sign_for_nested import SignedInside
from treasury_desktop.safes.chain_answer import ChainAnswer, approved_by

COUNCIL_KEY = KeyLabel(
    label="Council key", address=an_owner(4), role="owner", kept_in="Secret Service"
)
OPEN = signed_inside(outer_queued(a_deposit_tx(150_000)), 5)
APPROVAL = queued_from(
    draft_approval(OPEN, COUNCIL, two_safes(), both_read(), (OPEN,)).bundle,
    now=NOW,
    drafted_here=True,
)
ACCEPTED = replace(
    outer_queued(a_deposit_tx(20_000, nonce=13), purpose="A second deposit"),
    answered=(
        ChainAnswer(
            safe_tx_hash=outer_queued(a_deposit_tx(20_000, nonce=13)).safe_tx_hash,
            owner=COUNCIL, signature=approved_by(COUNCIL), is_accepted=True,
            block_number=19_000_123,
        ),
    ),
)  # fmt: skip
DESK: tuple[tuple[str, Any], ...] = (
    ("workspace", two_safes()),
    ("snapshot", both_read()),
    ("keys", (COUNCIL_KEY, EXECUTOR_KEY)),
)


def signs_inside(review: Any, inner: Any, key: Any) -> SignedInside:
    """A signer that agrees."""
    return SignedInside(
        safe_tx_hash=review.hashes.safe_tx, inner=inner, owner=key.address, signed=2, threshold=2
    )


SCENES = (
    gallery.Scene(page="queue", name="nested", queue=(OPEN, ACCEPTED), answers=DESK),
    gallery.Scene(page="queue", name="nested-approval", queue=(OPEN, APPROVAL, ACCEPTED), answers=(
        *DESK[:2], ("keys", (OWNER_KEY, COUNCIL_KEY, EXECUTOR_KEY)),
    )),
    gallery.Scene(
        page="queue", name="nested-small", queue=(OPEN, APPROVAL), answers=DESK, size=(1024, 700)
    ),
    gallery.Scene(
        page="review", name="nested-approval", queue=(APPROVAL, OPEN), selected=0, answers=DESK
    ),
    gallery.Scene(page="review", name="nested", queue=(ACCEPTED, OPEN), selected=0, answers=DESK),
    gallery.Scene(
        page="sign", name="nested", queue=(OPEN,), selected=0, is_reviewed=True, answers=DESK
    ),
    gallery.Scene(
        page="sign", name="nested-signed", queue=(OPEN,), selected=0, is_reviewed=True,
        answers=(*DESK, ("sign_for_nested", signs_inside)), prepare=gallery.press_sign,
    ),
)  # fmt: skip


def main(folder: Path, only: str = "") -> None:
    """Writes every scene in light and dark."""
    gallery.SCENES = SCENES
    gallery.a_snapshot = lambda **_changes: both_read()  # the session's, which knows both Safes
    gallery.main(folder, only)


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:3])
