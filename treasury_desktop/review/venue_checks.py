"""What is dangerous about how money enters, leaves or waits in a venue.

One function per finding, each opening with what an attacker gains if it were missing.
"""

from treasury_desktop.review.subject import Check

VENUE_CHECKS: tuple[Check, ...] = ()
