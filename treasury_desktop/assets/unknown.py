"""Unknown is a value of its own: never zero, never "none"."""

from enum import Enum


class Unknown(Enum):
    """Nobody has told us. Absent in a bundle; shown as "unknown", decides nothing in our favour."""

    UNKNOWN = "unknown"

    def __bool__(self) -> bool:
        return False


UNKNOWN = Unknown.UNKNOWN
