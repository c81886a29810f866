"""Text from outside that is made to look like something else.

One function per finding, each opening with what an attacker gains if it were missing.
"""

from treasury_desktop.review.subject import Check

TEXT_CHECKS: tuple[Check, ...] = ()
