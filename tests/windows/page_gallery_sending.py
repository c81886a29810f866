"""What sending costs and what becomes of it, in its states, as pictures for human eyes.

`python tests/windows/page_gallery_sending.py FOLDER` writes them without a display.
"""

import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
sys.path.insert(0, str(Path(__file__).parents[2]))

from PySide6.QtCore import QTimer

from tests.samples import NOW, an_estimate
from tests.signing_desk import OWNER_KEY
from tests.waiting_at_hand import SENDER_KEY, a_waiting
from tests.windows import page_gallery_signing
from tests.windows.page_gallery_signing import READY, SENT, Scene, open_execution
from treasury_desktop.desk.follow_sendings import Fate
from treasury_desktop.errors import Refused

EMPTY_BLOCKS = replace(an_estimate().market, has_history=False, tips=(10**9,) * 3)


def type_fees(highest: str, tip: str) -> Any:
    """Opens the panel and types fees of one's own."""

    def prepare(page: Any) -> None:
        open_execution(page)
        page.execute.cost.picks[None].click()
        page.execute.cost.max_fee.setText(highest)
        page.execute.cost.tip.setText(tip)

    return prepare


def cost(name: str, estimate: Any, prepare: Any = open_execution, **changes: Any) -> Scene:
    """The execution of a confirmed transaction at such a cost."""
    answers = (("estimate", estimate),)
    return Scene(page="queue", name=name, queue=(READY,), prepare=prepare, answers=answers,
                 **changes)  # fmt: skip


def open_sending(page: Any) -> None:
    """Opens what is on its way."""
    page.open_sending(SENT.safe_tx_hash)


def pick_cancel(page: Any) -> None:
    """Opens it and picks the cancellation, once it is there."""
    open_sending(page)
    QTimer.singleShot(300, page.sending.picks[True].click)


def sending(name: str, fate: Fate, prepare: Any = open_sending, **changes: Any) -> Scene:
    """What became of a sending so far."""
    answers = (
        ("waiting", a_waiting(fate, **changes)),
        ("estimate_replacement", an_estimate(gas_expected=21_000, gas_limit=25_200)),
        ("keys", (OWNER_KEY, SENDER_KEY)),
    )
    return Scene(page="queue", name=name, queue=(SENT,), prepare=prepare, answers=answers)


SCENES = (
    sending("sending-waiting", Fate.WAITING),
    sending("sending-cancel", Fate.WAITING, pick_cancel),
    sending("sending-dropped", Fate.DROPPED),
    sending("sending-replaced", Fate.REPLACED),
    sending("sending-unknown", Fate.UNKNOWN, why_unknown="1 of 3 endpoints answered."),
    cost("cost", an_estimate()),
    cost("cost-own", an_estimate(), type_fees("30", "1.5")),
    cost("cost-own-low", an_estimate(), type_fees("12", "1.5")),
    cost("cost-stale", an_estimate(estimated_at=NOW - 200)),
    cost("cost-empty-blocks", an_estimate(market=EMPTY_BLOCKS)),
    cost("cost-rollup", an_estimate(data_fee_wei=3 * 10**14)),
    cost("cost-poor", an_estimate(executor_wei=10**12)),
    cost("cost-refused", Refused("The Safe would refuse the execution: there are fewer "
                                 "confirmations than the threshold (GS020).")),
    cost("cost-offline", an_estimate(), is_offline=True),
    cost("cost-small", an_estimate(), type_fees("30", "1.5"), size=(1024, 700)),
)  # fmt: skip


def main(folder: Path, only: str = "") -> None:
    """Writes every scene in light and dark."""
    page_gallery_signing.SCENES = SCENES  # type: ignore[assignment]  other scenes, drawn alike
    page_gallery_signing.main(folder, only)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else "")
