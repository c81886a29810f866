"""What came of signing or sending: a headline, what it means, exact facts, and the next step."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from treasury_desktop.viewmodels.signing import Outcome
from treasury_desktop.windows.look import tokens
from treasury_desktop.windows.look.icons import Glyph
from treasury_desktop.windows.look.style import set_variant
from treasury_desktop.windows.untrusted import button_text, plain_label
from treasury_desktop.windows.widgets.address_label import grouped
from treasury_desktop.windows.widgets.card import Card
from treasury_desktop.windows.widgets.copy_button import CopyButton
from treasury_desktop.windows.widgets.discard import discard
from treasury_desktop.windows.widgets.notice import ICONS

_HEX_LENGTH = 42


class OutcomeCard(Card):
    """Hidden until something came of something.

    Signals: `next_asked` with the outcome's next step.
    """

    next_asked = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self._outcome: Outcome | None = None
        self._glyph = Glyph("info", "text_quiet", tokens.ICON)
        self._title = plain_label(role="section")
        self._sentence = plain_label(wrap=True)
        self._facts = QGridLayout()
        self._facts.setHorizontalSpacing(tokens.GRID)
        self._facts.setVerticalSpacing(4)
        self._facts.setColumnStretch(2, 1)
        self._fact_widgets: list[QWidget] = []
        self.next = QPushButton()
        set_variant(self.next, role="primary")
        self.next.clicked.connect(self._on_next)
        head = QHBoxLayout()
        head.setSpacing(tokens.GRID)
        head.addWidget(self._glyph)
        head.addWidget(self._title, 1)
        head.addWidget(self.next)
        words = QVBoxLayout()
        words.addLayout(head)
        words.addWidget(self._sentence)
        words.addLayout(self._facts)
        self.add(words)
        self.hide()

    @property
    def is_shown(self) -> bool:
        """Whether it has something to say."""
        return self._outcome is not None

    @property
    def outcome(self) -> Outcome | None:
        """What it says."""
        return self._outcome

    def clear(self) -> None:
        """Nothing came of anything yet."""
        self._outcome = None
        self.hide()

    def show_outcome(self, outcome: Outcome) -> None:
        """Says what came of it."""
        self._outcome = outcome
        name, colour = ICONS[outcome.kind]
        self._glyph.show_icon(name, colour)
        self._title.setText(outcome.title)
        set_variant(self._title, kind=colour if colour != "text_quiet" else "")
        self._sentence.setText(outcome.sentence)
        self.next.setText(button_text(outcome.next_words))
        self.next.setVisible(bool(outcome.next_step))
        self._show_facts(outcome)
        self.setAccessibleName(f"{outcome.title}. {outcome.sentence}")
        self.show()

    def _show_facts(self, outcome: Outcome) -> None:
        for old in self._fact_widgets:
            discard(old)
        self._fact_widgets = []
        for row, (name, value) in enumerate(outcome.facts):
            is_hex = value.startswith("0x") and len(value) >= _HEX_LENGTH
            text = " ".join(grouped(value)) if is_hex else value
            shown: dict[int, QWidget] = {
                0: plain_label(name, role="quiet"),
                2: plain_label(text, role="mono" if is_hex else "", selectable=True),
            }
            if is_hex:
                shown[1] = CopyButton(value, what=f"the {name}")
            for place, widget in shown.items():
                self._facts.addWidget(widget, row, place)
                self._fact_widgets.append(widget)

    def _on_next(self) -> None:
        if self._outcome is not None:
            self.next_asked.emit(self._outcome.next_step)
