"""One judgement of the policy: verdict, figures, exposure bar, definitions on demand."""

from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from treasury_desktop.treasury.terms import PolicyTerms
from treasury_desktop.viewmodels.judgement_row import JudgementRow
from treasury_desktop.windows.look import tokens
from treasury_desktop.windows.look.style import set_variant
from treasury_desktop.windows.untrusted import plain_label
from treasury_desktop.windows.widgets.exposure_bar import ExposureBar
from treasury_desktop.windows.widgets.verdict_badge import VerdictBadge

_PAIRS_ACROSS = 2
LONG_GROUP = 30
"""Characters of a group's name that get a line of their own, such as a stranger's address."""


class JudgementPanel(QWidget):
    """Verdict, figures in two columns, exposure bar, and a button that unfolds the definitions."""

    def __init__(
        self, row: JudgementRow, terms: PolicyTerms, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(tokens.GRID)
        head = QHBoxLayout()
        is_partial = bool(row.caution) and row.verdict in ("within", "not a deployment")
        badge = VerdictBadge("warn", f"{row.verdict}, in part") if is_partial else None
        head.addWidget(badge or VerdictBadge(row.verdict))
        is_long = len(row.group) > LONG_GROUP
        head.addWidget(plain_label("" if is_long else row.group, role="quiet"), 1)
        self._more = QPushButton("Definitions")
        set_variant(self._more, role="ghost")
        self._more.setCheckable(True)
        self._more.toggled.connect(self._on_toggled)
        head.addWidget(self._more)
        column.addLayout(head)
        if is_long:
            column.addWidget(plain_label(row.group, role="quiet", wrap=True))
        if row.caution:
            column.addWidget(plain_label(row.caution, role="small", kind="danger", wrap=True))
        column.addLayout(_figures(row))
        if row.has_bar:
            bar = ExposureBar(
                advised_bps=(terms.advised_low_bps, terms.advised_high_bps),
                limit_bps=terms.limit_bps,
                scale_bps=terms.limit_bps * 6 // 5,
            )
            bar.show_exposure(
                existing_bps=row.existing_bps,
                queued_bps=row.queued_bps,
                this_bps=row.this_bps,
                words=" ".join(row.sentences),
            )
            column.addWidget(bar)
        self._definitions = _definitions(row)
        self._definitions.hide()
        column.addWidget(self._definitions)

    def _on_toggled(self, is_on: bool) -> None:
        self._definitions.setVisible(is_on)


def _figures(row: JudgementRow) -> QGridLayout:
    grid = QGridLayout()
    grid.setHorizontalSpacing(tokens.GRID)
    grid.setVerticalSpacing(4)
    for place, (name, figure) in enumerate(row.figures):
        line, pair = divmod(place, _PAIRS_ACROSS)
        grid.addWidget(plain_label(name, role="quiet"), line, pair * 3)
        grid.addWidget(plain_label(figure, role="strong", right=True), line, pair * 3 + 1)
    grid.setColumnMinimumWidth(2, tokens.GAP)
    grid.setColumnStretch(1, 1)
    grid.setColumnStretch(4, 1)
    return grid


def _definitions(row: JudgementRow) -> QWidget:
    whole = QWidget()
    column = QVBoxLayout(whole)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(4)
    for name, text in row.definitions:
        column.addWidget(plain_label(f"{name.capitalize()}: {text}.", role="quiet", wrap=True))
    return whole
