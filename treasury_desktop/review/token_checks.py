"""What is wrong with the tokens, spenders and recipients a transaction touches.

One function per finding, each opening with what an attacker gains if it were missing.
"""

from treasury_desktop.review.subject import Check

TOKEN_CHECKS: tuple[Check, ...] = ()
