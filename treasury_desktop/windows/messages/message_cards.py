"""The chosen message: what it does, what speaks against it, all of it, its hashes, who signed."""

from PySide6.QtWidgets import QVBoxLayout, QWidget

from treasury_desktop.viewmodels.messages import HASH_NAMES, MessageView
from treasury_desktop.windows.look import tokens
from treasury_desktop.windows.messages.acknowledged_message import AcknowledgedMessage
from treasury_desktop.windows.review.acknowledge_row import AcknowledgeRow
from treasury_desktop.windows.review.findings_list import FindingsList
from treasury_desktop.windows.untrusted import breakable, plain_label
from treasury_desktop.windows.widgets.address_label import AddressLabel, grouped
from treasury_desktop.windows.widgets.card import Card
from treasury_desktop.windows.widgets.hash_rows import HashRows
from treasury_desktop.windows.widgets.long_text import LongText
from treasury_desktop.windows.widgets.verdict_badge import VerdictBadge

_ZERO = "0x" + "00" * 20
_CONTENT_HEIGHT = 190


class MessageCards(QWidget):
    """Everything about one message that does not act."""

    def __init__(self, acknowledged: AcknowledgedMessage, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._acknowledged = acknowledged
        self.badge = VerdictBadge(large=True)
        self._sentences = plain_label(wrap=True)
        self._purpose = plain_label(role="quiet", wrap=True)
        self._safe = AddressLabel(_ZERO)
        self._about = plain_label(role="quiet", wrap=True)
        self.findings = FindingsList()
        self.acknowledge = AcknowledgeRow(acknowledged)
        self.content = LongText("The whole message")
        self._own_hash_name = plain_label(role="quiet")
        self._own_hash = plain_label(role="mono", wrap=True, selectable=True)
        self._hashes = HashRows(names=HASH_NAMES)
        self._signed = plain_label(role="strong")
        self._signers = plain_label(role="mono", wrap=True)
        self._aside = plain_label(role="quiet", wrap=True)
        self._lay_out()
        acknowledged.changed.connect(self.findings.refresh)

    def show_message(self, view: MessageView) -> None:
        """Shows another message."""
        self.badge.say(view.kind, f"{view.title} · {view.verdict}")
        self._sentences.setText(breakable("\n".join(view.sentences)))
        self._purpose.setText(f"Purpose, as its sender states it: {view.purpose}")
        self._purpose.setVisible(bool(view.purpose))
        self._safe.show_address(view.safe_address)
        self._about.setText(view.safe)
        self.findings.show_findings(view.findings, self._acknowledged.is_named)
        self.content.show_text(view.content)
        self._own_hash_name.setText(f"{view.own_hash_name}, which the contract asks the Safe about")
        self._own_hash.setText(" ".join(grouped(view.own_hash)))
        self._hashes.show_hashes(view.domain, view.struct, view.safe_message, view.words)
        self._signed.setText(view.signed)
        self._signers.setText("\n".join(view.signers))
        self._signers.setVisible(bool(view.signers))
        self._aside.setText("\n".join(view.aside))
        self._aside.setVisible(bool(view.aside))

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(tokens.GAP)
        what = Card()
        what.add(self.badge, self._sentences, self._purpose, self._safe, self._about)
        found = Card("Findings", caption="worst first")
        found.add(self.findings)
        self.content.setReadOnly(True)
        self.content.setMinimumHeight(_CONTENT_HEIGHT)
        whole = Card("The whole message", caption="nothing is left out")
        whole.add(self.content)
        hashes = Card("Hashes", caption="compare them with your cosigners")
        hashes.add(self._own_hash_name, self._own_hash, self._hashes)
        signed = Card("Signatures")
        signed.add(self._signed, self._signers, self._aside)
        for part in (what, self.acknowledge, found, whole, hashes, signed):
            column.addWidget(part)
