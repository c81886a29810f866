"""The forms a transaction can take, one of them picked: by mouse, Tab and arrow keys."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QButtonGroup, QGridLayout, QWidget

from treasury_desktop.viewmodels.handing_over import Form, Offer
from treasury_desktop.windows.look import tokens
from treasury_desktop.windows.look.style import set_variant
from treasury_desktop.windows.untrusted import PlainLabel, plain_label
from treasury_desktop.windows.widgets.fields import Pick


class FormList(QWidget):
    """Lists `Offer`s; what cannot be had stays in sight and says why. Signals: `picked`."""

    picked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._offers: tuple[Offer, ...] = ()
        self.picks: dict[Form, Pick] = {}
        self._titles: dict[Form, PlainLabel] = {}
        self._words: dict[Form, PlainLabel] = {}
        self._group = QButtonGroup(self)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(tokens.GRID)
        self._grid.setVerticalSpacing(2)
        self._grid.setColumnStretch(1, 1)
        self._group.idToggled.connect(self._on_toggled)

    @property
    def offer(self) -> Offer | None:
        """What is picked."""
        return next((o for o in self._offers if self.picks[o.form].isChecked()), None)

    def show_offers(self, offers: Sequence[Offer]) -> None:
        """Lists these; what was picked stays picked where it still can be."""
        self._offers = tuple(offers)
        for offer in offers:
            if offer.form not in self.picks:
                self._add(offer)
            pick = self.picks[offer.form]
            pick.setEnabled(not offer.why_not)
            pick.setAccessibleDescription(offer.why_not or offer.words)
            self._words[offer.form].setText(offer.why_not or offer.words)
            set_variant(self._titles[offer.form], role="quiet" if offer.why_not else "")
        current = self.offer
        if current is None or current.why_not:
            free = next((offer for offer in offers if not offer.why_not), None)
            if free is not None:
                self.picks[free.form].setChecked(True)

    def focus_picked(self) -> None:
        """The keyboard begins at what is picked."""
        offer = self.offer
        if offer is not None:
            self.picks[offer.form].setFocus(Qt.FocusReason.OtherFocusReason)

    def _add(self, offer: Offer) -> None:
        row = 3 * len(self.picks)
        pick = Pick(offer.title)
        self._group.addButton(pick, len(self.picks))
        title = _PickingLabel(offer.title, pick)
        words = plain_label(role="quiet", wrap=True)
        self._grid.addWidget(pick, row, 0)
        self._grid.addWidget(title, row, 1)
        self._grid.addWidget(words, row + 1, 1)
        self._grid.setRowMinimumHeight(row + 2, tokens.GRID)
        self.picks[offer.form] = pick
        self._titles[offer.form] = title
        self._words[offer.form] = words

    def _on_toggled(self, _place: object, is_on: object) -> None:
        if is_on:
            self.picked.emit()


class _PickingLabel(PlainLabel):
    """The title beside a pick: a click on it picks too."""

    def __init__(self, text: str, pick: Pick) -> None:
        super().__init__(text)
        self._pick = pick

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """As a click on the ring."""
        if self._pick.isEnabled() and event.button() is Qt.MouseButton.LeftButton:
            self._pick.click()
