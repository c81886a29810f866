"""What the window says about a key that is unlocked, and about one that was locked again."""

import math

from treasury_desktop.viewmodels.figures import name_text


def unlocked_text(label: str, seconds_left: float) -> str:
    """How long signing still asks no passphrase, to the second and rounded up."""
    minutes, seconds = divmod(math.ceil(seconds_left), 60)
    return (
        f"{name_text(label)} is unlocked for {minutes}:{seconds:02} more; signing with it asks no "
        "passphrase. Ctrl+Shift+L locks it."
    )


def locked_text(label: str, why: str) -> str:
    """That a key asks for its passphrase again, and why if nobody asked for that."""
    return f"{name_text(label)} is locked: {why}." if why else f"{name_text(label)} is locked."


def asking_text(*, is_unlocked: bool) -> str:
    """What the separate window is there for while a signature is waited for."""
    if is_unlocked:
        return "A separate window waits for your press. This page goes on when it closes."
    return "A separate window asks for the passphrase. This page goes on when it closes."
