"""The three kinds of failure a person can act on; anything else is our bug.

They sit below every room because every room refuses, and a refusal must arrive at the window
as one sentence without the rooms in between knowing about each other.
"""


class TreasuryError(Exception):
    """A failure that carries one sentence fit to be shown, and nothing secret."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class Refused(TreasuryError):
    """A rule said no: the sentence gives the figures and the action stays impossible."""


class Unavailable(TreasuryError):
    """The world did not answer: node down, key ring locked, disk full, file unreadable."""


class Cancelled(TreasuryError):
    """The person stopped long work; nothing half-done was kept."""

    def __init__(self, sentence: str = "Cancelled; nothing was changed.") -> None:
        super().__init__(sentence)


class Malformed(TreasuryError):
    """Data from outside breaks its format; names the field, and nothing was imported."""

    def __init__(self, field: str, problem: str) -> None:
        super().__init__(f"{field}: {problem}" if field else problem)
        self.field = field
        self.problem = problem
