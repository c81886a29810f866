"""What is read again because a chain may have replaced its last blocks, or a node may have lied.

Chains replace their newest blocks now and then. A node that is further behind than that is on
another chain, or the one before it was: then nothing that was read from blocks counts any more.
"""

DEEPEST = 256
"""Blocks; deeper reorganisations than a few dozen are unheard of."""


def is_another_chain(read_up_to: int, newest: int) -> bool:
    """Whether the newest block is too far behind what was read before to be the same chain's."""
    return newest < read_up_to - DEEPEST


def first_block_to_read(read_up_to: int | None, newest: int) -> int:
    """Where reading begins: with blocks that may have been replaced, or from the start."""
    if read_up_to is None or is_another_chain(read_up_to, newest):
        return 0
    return max(min(read_up_to, newest) + 1 - DEEPEST, 0)
