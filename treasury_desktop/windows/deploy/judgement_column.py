"""The second column of Deploy: how the policy judges what is typed, and what would pass."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from treasury_desktop.treasury.terms import PolicyTerms
from treasury_desktop.viewmodels.deployment import FIGURES, DeployView
from treasury_desktop.viewmodels.deployment_largest import Largest
from treasury_desktop.viewmodels.limit_rows import LimitRow
from treasury_desktop.windows.look import tokens
from treasury_desktop.windows.look.icons import Glyph, icon, spaced
from treasury_desktop.windows.look.style import set_variant
from treasury_desktop.windows.untrusted import breakable, plain_label
from treasury_desktop.windows.widgets.card import Card
from treasury_desktop.windows.widgets.exposure_bar import ExposureBar
from treasury_desktop.windows.widgets.verdict_badge import VerdictBadge

LARGEST = 2
LIMITS = 4
"""Further limits that are shown one by one; the review lists them all."""
REMARKS = 4
_DEFINED, _FIGURES = "How they are defined", "Back to the figures"


class JudgementColumn(Card):
    """Every line keeps its place while its words change.

    Signals: `amount_asked` with the text of an amount that would pass.
    """

    amount_asked = Signal(object)

    def __init__(self, terms: PolicyTerms, parent: QWidget | None = None) -> None:
        super().__init__("Judgement", parent=parent)
        self._terms = terms
        self._typed = [""] * LARGEST
        self._badge = VerdictBadge("not a deployment", "nothing to judge yet", large=True)
        self.sentence = plain_label(wrap=True)
        self.sentence.setMinimumHeight(72)
        self.sentence.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        self._names = [plain_label(role="quiet") for _ in FIGURES]
        self._figures = [plain_label("–", role="strong", right=True) for _ in FIGURES]
        self._before = plain_label("–", role="strong", right=True)
        self._after = plain_label("–", role="strong", right=True)
        self._limits = [plain_label(role="small", right=True) for _ in range(LIMITS)]
        self._limit_names = [plain_label(role="small", wrap=True) for _ in range(LIMITS)]
        self._bars = (self._bar(has_labels=False), self._bar(has_labels=True))
        self._largest = [plain_label("–", role="strong", wrap=True) for _ in range(LARGEST)]
        self._largest_names = [plain_label(role="quiet") for _ in range(LARGEST)]
        self._use = [self._use_button(number) for number in range(LARGEST)]
        self._remarks = [plain_label(role="small", wrap=True) for _ in range(REMARKS)]
        self._remark_rows = [_remark_row(label) for label in self._remarks]
        self._more = QPushButton(icon("question"), _DEFINED)
        self._definitions = plain_label(wrap=True)
        self._pages = QStackedWidget()
        self._lay_out()
        self.clear("Type an amount: it is judged while you type.")

    def clear(self, words: str, kind: str = "not a deployment", word: str = "not yet") -> None:
        """Nothing is judged, for this reason."""
        self._badge.say(kind, word)
        self.sentence.setText(breakable(words))
        for label, figure, name in zip(self._names, self._figures, FIGURES, strict=True):
            label.setText(name)
            figure.setText("–")
        for label in (self._before, self._after):
            label.setText("–")
        for bar in self._bars:
            bar.show_exposure(existing_bps=0, words="nothing judged yet")
        self._show_limits(())
        self._show_largest(())
        self._show_remarks(())
        self._definitions.setText("They are told once something is judged.")

    def show_view(self, view: DeployView) -> None:
        """Shows the judgement of a draft."""
        self._badge.say(view.verdict)
        self.sentence.setText(breakable(view.sentence))
        row = view.judgement
        if row is not None:
            for figure, (_name, text) in zip(self._figures, view.figures, strict=True):
                figure.setText(text)
            existing, queued = row.existing_bps, row.queued_bps
            self._bars[0].show_exposure(
                existing_bps=existing, queued_bps=queued, words=f"before: {view.before}"
            )
            self._bars[1].show_exposure(
                existing_bps=existing,
                queued_bps=queued,
                this_bps=row.this_bps,
                words=f"after: {view.after}",
            )
            said = (f"{name.capitalize()}: {text}." for name, text in view.definitions)
            self._definitions.setText("\n\n".join(said))
        self._before.setText(view.before or "–")
        self._after.setText(view.after or "–")
        self._show_limits(view.limits)
        self._show_largest(view.largest)
        self._show_remarks(view.remarks)

    def _show_limits(self, limits: tuple[LimitRow, ...]) -> None:
        for number, (name, figure) in enumerate(zip(self._limit_names, self._limits, strict=True)):
            row = limits[number] if number < len(limits) else None
            name.setText("" if row is None else breakable(row.name))
            figure.setText("" if row is None else breakable(row.figure))
            set_variant(figure, kind="" if row is None else row.kind)
            name.setVisible(row is not None)
            figure.setVisible(row is not None)

    def _show_largest(self, largest: tuple[Largest, ...]) -> None:
        names = ("Most within advice", "Most below the limit")
        for number, name in enumerate(names):
            one = largest[number] if number < len(largest) else None
            self._largest_names[number].setText(name)
            self._largest[number].setText("–" if one is None else one.words)
            self._typed[number] = "" if one is None else one.typed
            self._use[number].setEnabled(bool(self._typed[number]))

    def _show_remarks(self, remarks: tuple[str, ...]) -> None:
        more = len(remarks) - REMARKS
        shown = list(remarks[:REMARKS])
        if more > 0:
            shown[-1] = f"{more + 1} more findings; the review lists them all."
        for number, row in enumerate(self._remark_rows):
            words = shown[number] if number < len(shown) else ""
            self._remarks[number].setText(breakable(words))
            row.setVisible(bool(words))

    def _on_more(self) -> None:
        """Figures and definitions share one place, so that nothing is pushed off the page."""
        is_defined = self._pages.currentIndex() == 0
        self._pages.setCurrentIndex(1 if is_defined else 0)
        self._more.setText(_FIGURES if is_defined else _DEFINED)
        self._more.setIcon(icon("arrow-left" if is_defined else "question"))

    def _bar(self, *, has_labels: bool) -> ExposureBar:
        terms = self._terms
        return ExposureBar(
            advised_bps=(terms.advised_low_bps, terms.advised_high_bps),
            limit_bps=terms.limit_bps,
            scale_bps=terms.limit_bps * 6 // 5,
            has_labels=has_labels,
        )

    def _use_button(self, number: int) -> QPushButton:
        button = QPushButton("Use")
        button.setAccessibleName(
            f"Use the {('most within advice', 'most below the limit')[number]}"
        )
        button.clicked.connect(lambda: self.amount_asked.emit(self._typed[number]))
        return button

    def _lay_out(self) -> None:
        self.body.setSpacing(10)
        self._more.setIconSize(spaced())
        self._more.clicked.connect(self._on_more)
        figures, defined = QWidget(), QWidget()
        first = _column(figures)
        grids = (self._figure_grid(), self._bar_grid(), self._limit_grid(), self._largest_grid())
        for grid in grids:
            first.addLayout(grid)
        second = _column(defined)
        second.addWidget(self._definitions)
        for column in (first, second):
            column.addStretch(1)
        for page in (figures, defined):
            self._pages.addWidget(page)
        self.add(self._badge, self.sentence, self._pages)
        more = QHBoxLayout()
        more.addWidget(self._more)
        more.addStretch(1)
        self.add(more)
        for row in self._remark_rows:
            self.add(row)
        self.body.addStretch(1)

    def _figure_grid(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setVerticalSpacing(4)
        for line in range(len(FIGURES)):
            grid.addWidget(self._names[line], line, 0)
            grid.addWidget(self._figures[line], line, 1)
        grid.setColumnStretch(1, 1)
        return grid

    def _bar_grid(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(tokens.GRID)
        grid.setVerticalSpacing(4)
        pairs = (("Before", self._before), ("After", self._after))
        for line, (name, figure) in enumerate(pairs):
            grid.addWidget(plain_label(name, role="quiet"), 2 * line, 0)
            grid.addWidget(figure, 2 * line, 1)
            grid.addWidget(self._bars[line], 2 * line + 1, 0, 1, 2)
        grid.setColumnStretch(1, 1)
        return grid

    def _limit_grid(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(tokens.GRID)
        grid.setVerticalSpacing(2)
        for line, (name, figure) in enumerate(zip(self._limit_names, self._limits, strict=True)):
            grid.addWidget(name, line, 0)
            grid.addWidget(figure, line, 1)
        grid.setColumnStretch(0, 2)
        grid.setColumnStretch(1, 3)
        return grid

    def _largest_grid(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(tokens.GRID)
        grid.setVerticalSpacing(2)
        for line in range(LARGEST):
            grid.addWidget(self._largest_names[line], 2 * line, 0, 1, 2)
            grid.addWidget(self._largest[line], 2 * line + 1, 0)
            grid.addWidget(self._use[line], 2 * line + 1, 1)
        grid.setColumnStretch(0, 1)
        return grid


def _column(page: QWidget) -> QVBoxLayout:
    column = QVBoxLayout(page)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(10)
    return column


def _remark_row(label: QWidget) -> QWidget:
    whole = QWidget()
    row = QHBoxLayout(whole)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(tokens.GRID)
    glyphs = QVBoxLayout()
    glyphs.addWidget(Glyph("warning-circle", "advice"))
    glyphs.addStretch(1)
    row.addLayout(glyphs)
    row.addWidget(label, 1)
    return whole
