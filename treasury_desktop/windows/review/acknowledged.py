"""The transaction under review and the dangers that were named."""

from treasury_desktop.review.review import Review
from treasury_desktop.viewmodels.review import ReviewView
from treasury_desktop.windows.review.named_dangers import NamedDangers


class Acknowledged(NamedDangers[Review, ReviewView]):
    """Shared by Review and Sign: what was named there goes with the signature here."""
