"""What a finding says, as a sentence that stands for itself on a page or a terminal."""

from typing import Final

from treasury_desktop.assets.untrusted_text import plain
from treasury_desktop.deployments.policy import OUTSIDER

SENTENCE_LIMIT: Final = 1_200


def whole_sentence(text: str) -> str:
    """A finding's words as a sentence of their own: "gives …" → "It gives …"."""
    said = plain(text, limit=SENTENCE_LIMIT)
    if said.startswith(OUTSIDER):
        return f"Payment to {said.removeprefix(OUTSIDER)}"
    first = said.partition(" ")[0]
    is_verb = first.islower() and first.isalpha() and (first.endswith("s") or first == "may")
    return f"It {said}" if is_verb else said
