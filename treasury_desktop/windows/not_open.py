"""What the window shows where a treasury cannot be opened: why, and that nothing was changed."""

from PySide6.QtWidgets import QWidget

from treasury_desktop.windows.widgets.state_pane import StatePane, Trouble

TITLE = "The treasury could not be opened"
WORDS = "Nothing was changed. Close the window, mend this, and open it again."


def not_open_pane(sentence: str) -> StatePane:
    """The sentence of the refusal in the place of every page."""
    pane = StatePane(QWidget())
    pane.show_trouble(Trouble(what=TITLE, since=sentence, still_works=WORDS))
    return pane
