"""What can be done with the chosen message: sign it, send it on, and take the final signature."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSizePolicy, QWidget

from treasury_desktop.desk.doors import KeyLabel
from treasury_desktop.desk.final_signature import FinalSignature
from treasury_desktop.viewmodels.messages import final_words
from treasury_desktop.viewmodels.signing import KeyChoice, key_text
from treasury_desktop.windows.look import tokens
from treasury_desktop.windows.look.icons import icon, spaced
from treasury_desktop.windows.untrusted import button_text, plain_label
from treasury_desktop.windows.widgets.card import Card
from treasury_desktop.windows.widgets.copy_button import CopyButton
from treasury_desktop.windows.widgets.disabled_reason import DisabledReason
from treasury_desktop.windows.widgets.fields import Choice
from treasury_desktop.windows.widgets.notice import NoticeLine


class SignCard(Card):
    """Signals: `sign_asked`, `export_asked`, `final_asked` and `keys_asked`."""

    sign_asked = Signal()
    export_asked = Signal()
    final_asked = Signal()
    keys_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Sign", caption="an owner of this Safe that has not signed", parent=parent)
        self._choice = KeyChoice(keys=(), why_none="")
        self.key = Choice()
        self.key.setAccessibleName("Key to sign with")
        self.key.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.sign = DisabledReason("Sign…", icon_name="pen-nib")
        self.final = DisabledReason("Get the Safe’s signature", role="")
        self.export = QPushButton(icon("export"), button_text("Export for cosigners…"))
        self.export.setIconSize(spaced())
        self.to_keys = QPushButton(button_text("Open Keys"))
        self.copy = CopyButton(what="the Safe's signature")
        self.says = NoticeLine()
        self._packed = plain_label(role="mono", wrap=True)
        tools = QHBoxLayout()
        tools.setSpacing(tokens.GRID)
        tools.addWidget(self.export)
        tools.addWidget(self.to_keys)
        tools.addStretch(1)
        packed = QHBoxLayout()
        packed.addWidget(self.copy)
        packed.addWidget(self._packed, 1)
        self.add(self.key, self.sign, self.final, self.says, packed, tools)
        self.sign.clicked.connect(self.sign_asked)
        self.final.clicked.connect(self.final_asked)
        self.export.clicked.connect(self.export_asked)
        self.to_keys.clicked.connect(self.keys_asked)
        self.forget_final()

    @property
    def chosen(self) -> KeyLabel | None:
        """The key that is chosen, or `None`."""
        at = self.key.currentIndex()
        return self._choice.keys[at] if 0 <= at < len(self._choice.keys) else None

    def offer(self, choice: KeyChoice, why_not: str) -> None:
        """Offers keys; signing is refused for a reason, or open."""
        if choice.keys != self._choice.keys:
            self.key.clear()
            for key in choice.keys:
                self.key.addItem(button_text(key_text(key)))
        self._choice = choice
        self.key.setVisible(bool(choice.keys))
        self.to_keys.setVisible(choice.lacks_key)
        why = why_not or choice.why_none
        if why:
            self.sign.refuse(why)
        else:
            self.sign.allow()

    def show_complete(self, *, is_complete: bool, signed: str) -> None:
        """Whether enough owners signed for the Safe's own signature."""
        if is_complete:
            self.final.allow()
        else:
            self.final.refuse(f"{signed}; the Safe needs all of them.")

    def show_final(self, final: FinalSignature) -> None:
        """The packed signature, to be copied, and whether the Safe stands by it."""
        self.says.say(*final_words(final))
        may_copy = final.is_valid is not False
        text = "0x" + final.data.hex()
        self.copy.set_text_to_copy(text)
        self.copy.setVisible(may_copy)
        self._packed.setText(f"{text[:18]}…{text[-8:]} · {len(final.data):,} bytes")
        self._packed.setVisible(may_copy)

    def forget_final(self) -> None:
        """Another message has another signature."""
        self.says.say("")
        self.copy.hide()
        self._packed.hide()
