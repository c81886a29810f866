"""What a review goes by beside workspace, newest snapshot and queue."""

from dataclasses import dataclass

from treasury_desktop.assets.unknown import UNKNOWN, Unknown
from treasury_desktop.treasury.deny_list import NO_DENY_LISTS, DenyLists
from treasury_desktop.treasury.evidence import Deployed


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """What was deployed within the policy's window, and the deny-lists kept in the folder."""

    deployed: tuple[Deployed, ...] | Unknown = UNKNOWN
    denied: DenyLists = NO_DENY_LISTS


NOTHING_BESIDE = Beside()
