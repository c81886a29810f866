"""The first column of Deploy: strategy, amount, range, tolerance and purpose, as plain text."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from treasury_desktop.viewmodels.deployment import DeployForm, StrategyChoice
from treasury_desktop.viewmodels.deployment_range import RangeView
from treasury_desktop.windows.deploy.range_picture import RangePicture
from treasury_desktop.windows.look import tokens
from treasury_desktop.windows.look.style import set_variant
from treasury_desktop.windows.untrusted import PlainLabel, breakable, plain_label
from treasury_desktop.windows.widgets.card import Card
from treasury_desktop.windows.widgets.fields import Choice

DEBOUNCE_MS = 150
_LINE = 17
"""Pixels of a line of small words: the room stays whether anything is said there or not."""


class DeployFormCard(Card):
    """The fields; what was typed comes out as a `DeployForm`.

    Signals: `edited` at once with every change; `typed` 150 ms after the last one;
    `strategy_chosen` when another was chosen.
    """

    edited = Signal()
    typed = Signal()
    strategy_chosen = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("What", parent=parent)
        self._choices: tuple[StrategyChoice, ...] = ()
        self.strategy = Choice()
        self.strategy.setAccessibleName("Strategy")
        self._note = plain_label(role="quiet", wrap=True)
        self.amount = _field("Amount", "250,000 or 4%")
        self.token = Choice()
        self.token.setAccessibleName("Token the amount is in")
        self._token_name = plain_label(role="quiet")
        self._below_amount = plain_label(role="small", wrap=True)
        self.low = _field("Lower price")
        self.high = _field("Upper price")
        self.slippage = _field("Slippage in per cent")
        self.hours = _field("Deadline in hours")
        self.purpose = _field("Purpose", "why; your cosigners read it")
        self.picture = RangePicture()
        self._below_range = plain_label(role="small", wrap=True)
        self._range_words = plain_label(role="quiet", wrap=True)
        self._below_terms = plain_label(role="small", wrap=True)
        self._problem = ("", "")
        self._amounts = self._snapped = ""
        self._range_part = self._range()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(DEBOUNCE_MS)
        self._timer.timeout.connect(self.typed)
        self._lay_out()
        self._connect()

    @property
    def form(self) -> DeployForm:
        """What stands in the fields."""
        chosen = self.choice
        at = self.token.currentIndex()
        tokens_ = () if chosen is None else chosen.tokens
        return DeployForm(
            strategy="" if chosen is None else chosen.name,
            amount=self.amount.text(),
            token=tokens_[at][0] if 0 <= at < len(tokens_) else "",
            lower=self.low.text(),
            upper=self.high.text(),
            slippage=self.slippage.text(),
            hours=self.hours.text(),
            purpose=self.purpose.text(),
        )

    @property
    def choice(self) -> StrategyChoice | None:
        """The strategy chosen."""
        at = self.strategy.currentIndex()
        return self._choices[at] if 0 <= at < len(self._choices) else None

    def offer(self, choices: Sequence[StrategyChoice], standard: DeployForm) -> None:
        """Offers strategies and fills in the standard tolerance and deadline."""
        self._choices = tuple(choices)
        for choice in choices:
            self.strategy.addItem(choice.words.replace("&", "&&"))
        self.slippage.setText(standard.slippage)
        self.hours.setText(standard.hours)
        self._on_strategy()

    def fill_range(self, lower: str, upper: str) -> None:
        """Puts prices into the range's fields."""
        self.low.setText(lower)
        self.high.setText(upper)

    def show_range(self, view: RangeView | None) -> None:
        """Shows what the typed prices mean."""
        self.picture.show_range(view)
        self._snapped = "" if view is None else view.snapped
        self._range_words.setText("" if view is None else view.words)
        self._show_lines()

    def show_amounts(self, words: str) -> None:
        """Shows what goes in altogether."""
        self._amounts = words
        self._show_lines()

    def show_problem(self, field: str, words: str) -> None:
        """Marks the field that is not right yet and says so below it; no words clear all marks.

        An empty field is not marked: it is still to be filled in. What is wrong with no field in
        particular stands beside the judgement.
        """
        fields = {
            "amount": self.amount,
            "lower": self.low,
            "upper": self.high,
            "slippage": self.slippage,
            "hours": self.hours,
        }
        is_filled = field in fields and bool(fields[field].text().strip())
        self._problem = (field, words) if words and is_filled else ("", "")
        for name, widget in fields.items():
            set_variant(widget, kind="block" if name == self._problem[0] else "")
        self._show_lines()

    def _show_lines(self) -> None:
        """Below each group of fields stands what they mean, or what is wrong with one of them."""
        field, problem = self._problem
        lines = (
            (self._below_amount, ("amount",), self._amounts),
            (self._below_range, ("lower", "upper"), self._snapped),
            (self._below_terms, ("slippage", "hours"), ""),
        )
        for label, fields, words in lines:
            is_wrong = field in fields
            label.setText(breakable(problem if is_wrong else words))
            set_variant(label, kind="block" if is_wrong else "")

    def _on_strategy(self) -> None:
        choice = self.choice
        self._note.setText("" if choice is None else breakable(choice.note))
        names = () if choice is None else tuple(symbol for _key, symbol in choice.tokens)
        self.token.clear()
        for name in names:
            self.token.addItem(name)
        self.token.setVisible(len(names) > 1)
        self._token_name.setText(names[0] if len(names) == 1 else "")
        self._token_name.setVisible(len(names) == 1)
        self._range_part.setVisible(choice is not None and choice.has_range)
        self.fill_range("", "")
        self.show_range(None)
        self.show_amounts("")
        self.strategy_chosen.emit()
        self._timer.start()

    def _on_edited(self) -> None:
        self.edited.emit()
        self._timer.start()

    # ── layout ───────────────────────────────────────────────────────────────────────────────────

    def _connect(self) -> None:
        self.strategy.activated.connect(self._on_strategy)
        self.token.activated.connect(self._on_edited)
        for field in (
            self.amount,
            self.low,
            self.high,
            self.slippage,
            self.hours,
            self.purpose,
        ):
            field.textChanged.connect(self._on_edited)

    def _lay_out(self) -> None:
        self.body.setSpacing(6)
        self.add(_name("Strategy"), self.strategy, self._note)
        amount = QHBoxLayout()
        amount.setSpacing(tokens.GRID)
        amount.addWidget(self.amount, 1)
        amount.addWidget(self.token)
        amount.addWidget(self._token_name)
        self.body.addSpacing(6)
        self.add(_name("Amount, or per cent of the treasury"), amount, self._below_amount)
        self.body.addSpacing(6)
        self.add(self._range_part)
        self.add(_name("Purpose"), self.purpose)
        self.body.addStretch(1)
        self._below_amount.setMinimumHeight(2 * _LINE)
        self._below_amount.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        for label in (self._below_range, self._below_terms):
            label.setMinimumHeight(_LINE)

    def _range(self) -> QWidget:
        whole = QWidget()
        column = QVBoxLayout(whole)
        column.setContentsMargins(0, 0, 0, 6)
        column.setSpacing(6)
        column.addWidget(_name("Price range, snapped to usable ticks"))
        grid = QGridLayout()
        grid.setHorizontalSpacing(tokens.GRID)
        grid.setVerticalSpacing(6)
        grid.addWidget(self.low, 0, 0)
        grid.addWidget(self.high, 0, 1)
        column.addLayout(grid)
        column.addWidget(self.picture)
        column.addWidget(self._below_range)
        column.addWidget(self._range_words)
        tolerance = QGridLayout()
        tolerance.setHorizontalSpacing(tokens.GRID)
        tolerance.setVerticalSpacing(4)
        tolerance.addWidget(_name("Slippage, %"), 0, 0)
        tolerance.addWidget(_name("Deadline, in hours"), 0, 1)
        tolerance.addWidget(self.slippage, 1, 0)
        tolerance.addWidget(self.hours, 1, 1)
        column.addLayout(tolerance)
        column.addWidget(self._below_terms)
        return whole


def _field(name: str, placeholder: str = "") -> QLineEdit:
    field = QLineEdit()
    field.setMaxLength(400)
    field.setAccessibleName(name)
    field.setPlaceholderText(placeholder)
    return field


def _name(text: str) -> PlainLabel:
    return plain_label(text, role="quiet", wrap=True)
