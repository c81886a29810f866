"""The allowances of a run of calls, as they are given, used and revoked one after the other."""

from collections.abc import Mapping

from treasury_desktop.assets.address import Address
from treasury_desktop.calls.allowances import Grant, OpenApproval

_Taker = tuple[Address, Address]
"""An account and a spender of its tokens."""


class OpenAllowances:
    """What may be taken at each moment, and what could have been taken in between.

    Every change costs the same however many allowances there are: batches are long. `approved` are
    the allowances the run changes, `unnamed` those used by calls that do not name what they take.
    """

    def __init__(self, before: Mapping[OpenApproval, int]) -> None:
        self.approved: set[OpenApproval] = set()
        self.unnamed: set[OpenApproval] = set()
        self._left: dict[OpenApproval, int] = {}
        # What each allowance ever gave, less what was taken of it by name.
        self._granted: dict[OpenApproval, int] = dict(before)
        self._pullable: set[OpenApproval] = set()
        # New allowances that no call nobody vouches for could use so far.
        self._at_rest: set[OpenApproval] = set()
        self._open_to: dict[_Taker, set[OpenApproval]] = {}
        self._spenders: set[Address] = set()
        # Those that a spender's next call can use and its earlier ones could not.
        self._fresh: dict[Address, set[OpenApproval]] = {}
        self._fresh_of_account: dict[_Taker, set[OpenApproval]] = {}
        for approval, units in before.items():
            self._set(approval, units)

    def left(self, approval: OpenApproval) -> int:
        """What may be taken now."""
        return self._left.get(approval, 0)

    def are_given_to(self, spender: Address) -> bool:
        """Whether anybody ever allowed a spender anything."""
        return spender in self._spenders

    def usable(self) -> dict[OpenApproval, int]:
        """What is open at the end, or could have been used before it was revoked.

        What nobody may take is how an NFT's approval is revoked.
        """
        usable = {one: self._usable(one) for one in self._left if not one.spender.is_zero}
        return {approval: units for approval, units in usable.items() if units}

    def change(self, grant: Grant) -> None:
        """An allowance as it stands from here on."""
        approval = grant.approval
        self._set(approval, grant.after(self.left(approval)))
        self._granted[approval] = self._granted.get(approval, 0) + grant.given
        self.approved.add(approval)
        self._at_rest.add(approval)

    def use(self, approval: OpenApproval, units: int) -> None:
        """Units are taken by name."""
        if approval in self._left:
            self._set(approval, max(0, self._left[approval] - units))
        if approval in self._granted:
            self._granted[approval] = max(0, self._granted[approval] - units)

    def use_unnamed(self, account: Address, spender: Address) -> None:
        """Somebody takes of an account he does not say what: all he may take counts."""
        usable = self._open_among(self._fresh_of_account.pop((account, spender), ()))
        self._pullable.update(usable)
        self.unnamed.update(usable)

    def expose_to(self, spender: Address) -> None:
        """Something runs that may use what was allowed in this run, and what it may take itself."""
        if self._at_rest:
            self._pullable.update(self._open_among(self._at_rest))
            self._at_rest.clear()
        if spender in self._fresh:
            self._pullable.update(self._open_among(self._fresh.pop(spender)))

    def only_one_open(self, account: Address, spender: Address) -> OpenApproval | None:
        """The one allowance that a spender has of an account; `None` where there are others."""
        usable = self._open_to.get((account, spender), set())
        return next(iter(usable)) if len(usable) == 1 else None

    def _open_among(self, approvals: set[OpenApproval] | tuple[()]) -> list[OpenApproval]:
        return [approval for approval in approvals if self._left.get(approval)]

    def _set(self, approval: OpenApproval, units: int) -> None:
        self._left[approval] = units
        self._spenders.add(approval.spender)
        taker = approval.account, approval.spender
        if units:
            self._open_to.setdefault(taker, set()).add(approval)
            self._fresh.setdefault(approval.spender, set()).add(approval)
            self._fresh_of_account.setdefault(taker, set()).add(approval)
        else:
            self._open_to.get(taker, set()).discard(approval)

    def _usable(self, approval: OpenApproval) -> int:
        left = self._left[approval]
        is_pullable = approval in self._pullable
        return max(left, self._granted.get(approval, 0)) if is_pullable else left
