"""What a transaction borrows: money that comes in and makes nobody richer."""

from fractions import Fraction
from typing import NamedTuple

from treasury_desktop.calls.effects import Effects
from treasury_desktop.deployments.matter import Matter
from treasury_desktop.deployments.worth import NOTHING, value_of_token


class Borrowed(NamedTuple):
    """Dollars borrowed at the high end, `None` where a loan has no price."""

    usd: Fraction | None

    @property
    def is_nothing(self) -> bool:
        """Whether no loan is taken at all."""
        return self.usd == 0


def borrowed_by(matter: Matter, effects: Effects) -> Borrowed:
    """What the calls borrow for the treasury's Safes."""
    total = NOTHING
    for loan in effects.borrowings:
        total += value_of_token(matter, loan.token, loan.base_units)
    return Borrowed(total.high)
