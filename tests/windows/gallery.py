"""Every widget in its states, light and dark, as pictures for human eyes.

`python tests/windows/gallery.py FOLDER` writes them without a display.
"""

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QSize, QTimer
from PySide6.QtWidgets import (
    QApplication,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from treasury_desktop.windows.errands import Errands, Step
from treasury_desktop.windows.look.style import look, set_variant
from treasury_desktop.windows.main_window import MainWindow
from treasury_desktop.windows.pages import ICONS, ORDER, Page
from treasury_desktop.windows.rows_table import RowsTable
from treasury_desktop.windows.session import Session
from treasury_desktop.windows.status_line import StatusPart
from treasury_desktop.windows.table import Column
from treasury_desktop.windows.untrusted import plain_label
from treasury_desktop.windows.widgets.address_label import AddressLabel
from treasury_desktop.windows.widgets.allocation_bar import AllocationBar, Share
from treasury_desktop.windows.widgets.amount_label import AmountLabel
from treasury_desktop.windows.widgets.card import Card
from treasury_desktop.windows.widgets.chip import Chip
from treasury_desktop.windows.widgets.disabled_reason import DisabledReason
from treasury_desktop.windows.widgets.exposure_bar import ExposureBar
from treasury_desktop.windows.widgets.fields import Choice, Tick
from treasury_desktop.windows.widgets.hash_rows import HashRows
from treasury_desktop.windows.widgets.notice import NoticeLine
from treasury_desktop.windows.widgets.progress_row import ProgressRow
from treasury_desktop.windows.widgets.state_pane import StatePane, Trouble
from treasury_desktop.windows.widgets.verdict_badge import MARKS, VerdictBadge

SAFE = "0x5AEDA56215b167893e80B4fE645BA6d5Bab767DE"
OWNER = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266"
DOMAIN = "0x" + "8f4a1c02" * 8
MESSAGE = "0x" + "07be99d3" * 8
SAFE_TX = "0x" + "c1d2e3f45a6b7c80" * 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Asset:
    """A row of the sample table."""

    name: str
    amount: int
    price: str
    value: int
    share_bps: int
    series: int


ASSETS = (
    Asset(name="Wrapped ether", amount=1_204, price="3,012.55", value=3_627_110, share_bps=3627,
          series=0),
    Asset(name="USD Coin", amount=2_950_000, price="1.00", value=2_950_000, share_bps=2950,
          series=1),
    Asset(name="Ether", amount=610, price="3,012.55", value=1_837_655, share_bps=1838, series=2),
    Asset(name="DAO token", amount=4_100_000, price="0.29", value=1_189_000, share_bps=1189,
          series=3),
    Asset(name="Vault shares", amount=390_112, price="1.02", value=396_235, share_bps=396,
          series=4),
)  # fmt: skip


def assets_table() -> RowsTable[Asset]:
    """A table with aligned figures and colour swatches."""
    table: RowsTable[Asset] = RowsTable(
        [
            Column(title="Asset", text=lambda row: row.name, series=lambda row: row.series,
                   stretch=True),
            Column(title="Amount", text=lambda row: f"{row.amount:,}", align="right",
                   sort_key=lambda row: row.amount),
            Column(title="Price", text=lambda row: row.price, align="right"),
            Column(title="Value", text=lambda row: f"${row.value:,}", align="right",
                   sort_key=lambda row: row.value, is_strong=True),
            Column(title="Share", text=lambda row: f"{row.share_bps / 100:.2f}%", align="right",
                   sort_key=lambda row: row.share_bps),
        ],
        row_key=lambda row: row.name,
        fits_content=True,
    )  # fmt: skip
    table.set_rows(ASSETS)
    table.choose("Ether")
    return table


def figures_card() -> Card:
    """The large figure, the allocation bar and its table."""
    card = Card()
    row = QHBoxLayout()
    row.addWidget(plain_label("$10,000,000.00", role="figure"))
    row.addWidget(Chip("+1.24% this month", "good"))
    row.addWidget(Chip("stale 3 h", "advice"))
    row.addStretch(1)
    shares = [Share(words=a.name, weight=a.share_bps, series=a.series) for a in ASSETS]
    card.add(plain_label("Treasury value", role="quiet"), row, AllocationBar(shares))
    card.add(assets_table())
    return card


def exposure_card() -> Card:
    """Exposure bars: little, within, above advice, refused, beyond the scale."""
    card = Card("Exposure", caption="share of the treasury")
    grid = QGridLayout()
    grid.setHorizontalSpacing(16)
    cases = (
        ("Lending", "1.20%", "within", 120, 0, 0),
        ("ERC-4626 vault", "4.00%", "within", 250, 50, 100),
        ("Uniswap v3", "7.00%", "above advice", 300, 150, 250),
        ("Staking", "11.20%", "refused", 500, 220, 400),
        ("Everything", "31.00%", "refused", 500, 0, 2600),
    )
    for number, (name, figure, verdict, existing, queued, this) in enumerate(cases):
        bar = ExposureBar(series=number, has_labels=number == len(cases) - 1)
        bar.show_exposure(existing_bps=existing, queued_bps=queued, this_bps=this)
        grid.addWidget(plain_label(name), number, 0)
        grid.addWidget(plain_label(figure, role="strong", right=True), number, 1)
        grid.addWidget(bar, number, 2)
        grid.addWidget(VerdictBadge(verdict), number, 3)
    grid.setColumnStretch(2, 1)
    card.add(grid)
    return card


def verdict_card() -> Card:
    """All badges and chips."""
    card = Card("Verdicts and chips")
    card.add(VerdictBadge("above advice", "7.00% is above the advised 3–5%", large=True))
    grid = QGridLayout()
    for number, kind in enumerate(MARKS):
        grid.addWidget(VerdictBadge(kind), number // 4, number % 4)
    card.add(grid)
    chips = QHBoxLayout()
    for text, kind in (
        ("block 19 000 123 · 14 min", ""), ("offline", "advice"), ("2 of 3 signed", "accent"),
        ("proved", "good"), ("one node", "idle"), ("claimed by the sender", "danger"),
        ("rejected", "block"),
    ):  # fmt: skip
        chips.addWidget(Chip(text, kind))
    chips.addStretch(1)
    card.add(chips)
    return card


def identity_card() -> Card:
    """Addresses, hashes and amounts."""
    card = Card("Transaction")
    card.add(AddressLabel(SAFE, name="Treasury Safe", source="from this workspace"))
    card.add(AddressLabel(OWNER, name="Owner 1", source="from your address book", is_short=True))
    hashes = HashRows()
    hashes.show_hashes(DOMAIN, MESSAGE, SAFE_TX, ("harbour", "velvet", "onion", "tractor"))
    card.add(hashes)
    amounts = QVBoxLayout()
    amounts.addWidget(AmountLabel("400,000.00", "USDC", exact="400000000000 base units"))
    amounts.addWidget(AmountLabel("132.774015", "WETH", note="stale 3 h", note_kind="advice"))
    amounts.addWidget(AmountLabel("–", "DAO", note="unpriced", note_kind="idle"))
    card.add(amounts)
    return card


def controls_card() -> Card:
    """Buttons, fields, notices, progress."""
    card = Card("Controls")
    row = QHBoxLayout()
    for text, role in (("Review", "primary"), ("Export…", ""), ("Reject", "risky"),
                       ("Details", "ghost")):  # fmt: skip
        button = QPushButton(text)
        set_variant(button, role=role)
        row.addWidget(button)
    off = QPushButton("Execute")
    off.setEnabled(False)
    row.addWidget(off)
    row.addStretch(1)
    fields = QHBoxLayout()
    amount, empty, choice = QLineEdit("400,000.00"), QLineEdit(), Choice()
    empty.setPlaceholderText("Filter holdings")
    ticked = Tick("Read")
    ticked.setChecked(True)
    choice.addItems(["ERC-4626 vault", "Uniswap v3"])
    for each in (amount, empty, choice, Tick("I compared the hash"), ticked):
        fields.addWidget(each)
    sign = DisabledReason("Sign…", reason="Compare the three hashes with your co-signer first.",
                          icon_name="pen-nib")  # fmt: skip
    ready = DisabledReason("Sign…", icon_name="pen-nib")
    ready.allow()
    progress = ProgressRow()
    progress.show_step(Step(done=3120, total=5000, label="Replaying a year of swaps"))
    card.add(row, fields, sign, ready, progress)
    for words, kind in (
        ("The node has not answered since 14:02. Everything below is from block 19 000 123.",
         "offline"),
        ("Prices of two holdings are older than an hour.", "advice"),
        ("A confirmation was added for nonce 12.", "good"),
        ("This transaction changes the owners of the Safe.", "danger"),
        ("Refused: 12.00% would exceed the limit of 10.00%.", "block"),
        ("Nothing is sent before you sign.", "accent"),
    ):  # fmt: skip
        notice = NoticeLine(can_close=kind == "good")
        notice.say(words, kind, action="Try again" if kind == "offline" else "")
        card.add(notice)
    return card


def states_card() -> QWidget:
    """Empty, loading and failed, side by side."""
    whole = QWidget()
    row = QHBoxLayout(whole)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(16)
    for state in ("empty", "loading", "trouble"):
        pane = StatePane(QWidget())
        if state == "empty":
            pane.show_empty(
                "No transactions are waiting",
                "Draft a deployment, or open a bundle somebody sent you.",
                action="Draft a deployment",
            )
        elif state == "loading":
            pane._show_skeleton()
        else:
            pane.show_trouble(
                Trouble(
                    what="The node does not answer",
                    since="Since 14:02, three attempts.",
                    still_works="Reviewing and signing work without it.",
                ),
                on_retry=lambda: None,
            )
        card = Card()
        card.add(pane)
        row.addWidget(card, 1)
    whole.setMinimumHeight(280)
    return whole


def page(*cards: Callable[[], QWidget]) -> Callable[[], QWidget]:
    """A page of cards below each other, built when asked."""

    def build() -> QWidget:
        whole = QWidget()
        column = QVBoxLayout(whole)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(16)
        for card in cards:
            column.addWidget(card())
        column.addStretch(1)
        return whole

    return build


def window(errands: Errands) -> MainWindow:
    """The whole frame with sample pages."""
    contents = {
        "overview": page(figures_card, exposure_card),
        "holdings": page(identity_card, verdict_card),
        "queue": page(controls_card),
        "settings": page(states_card),
    }
    pages = [
        Page(
            key=key,
            title=key.title(),
            icon=ICONS[key],
            build=contents.get(key, QWidget),
        )
        for key in ORDER
    ]
    made = MainWindow(pages, Session(), errands)
    made.show_treasury_name("Harbour DAO")
    made.show_badge("queue", "2", "accent")
    made.show_status(
        [
            StatusPart(text="block 19 000 123"),
            StatusPart(text="14 min old"),
            StatusPart(text="node A, B agree", kind="good"),
            StatusPart(text="offline", kind="advice"),
        ]
    )
    return made


def main(folder: Path) -> None:
    """Writes every page in light and dark at two sizes."""
    application = QApplication.instance() or QApplication([])
    assert isinstance(application, QApplication)
    look().dress(application, "light")
    folder.mkdir(parents=True, exist_ok=True)
    errands = Errands()
    frame = window(errands)
    frame.show()

    shots = [
        (key, preference, size)
        for preference in ("light", "dark")
        for size in (QSize(1280, 800), QSize(1024, 700), QSize(3840, 2160))
        for key in ("overview", "holdings", "queue", "settings")
    ]

    def prepare(number: int) -> None:
        if number == len(shots):
            frame.close()
            application.quit()
            return
        key, preference, size = shots[number]
        look().prefer("dark" if preference == "dark" else "light")
        frame.resize(size)
        frame.show_page(key)
        if number == len(shots) // 2:
            frame.show_toast("Signed. One more confirmation is needed.", "good")
        QTimer.singleShot(40, lambda: draw(number))

    def draw(number: int) -> None:
        key, preference, size = shots[number]
        frame.grab().save(str(folder / f"{key}-{preference}-{size.width()}.png"))
        prepare(number + 1)

    QTimer.singleShot(0, lambda: prepare(0))
    application.exec()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
