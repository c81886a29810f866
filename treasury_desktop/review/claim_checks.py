"""Where what was claimed beside the bytes says otherwise than the bytes.

One function per finding, each opening with what an attacker gains if it were missing.
"""

from treasury_desktop.review.subject import Check

CLAIM_CHECKS: tuple[Check, ...] = ()
