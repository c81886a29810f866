"""How much gas an execution needs: what endpoints estimate, and what lets it really succeed.

An estimate is the least gas with which a transaction does not revert. A Safe transaction with a
safeTxGas of its own does not revert where its inner call runs out of gas: it fails, and its nonce
is used up. So the dry run decides, with the very gas limit that would be signed.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from treasury_desktop.chain import answers
from treasury_desktop.chain.answers import BlockHeader, Reverted
from treasury_desktop.chain.connection import Ask
from treasury_desktop.chain.dry_run import Call, on_terms, require_success, succeeds, with_gas
from treasury_desktop.chain.node import Node
from treasury_desktop.chain.revert_words import revert_words
from treasury_desktop.desk.fees import AgreedCost, CostEstimate, Speed
from treasury_desktop.errors import Refused, TreasuryError

GAS_MARGIN_PERCENT = 20
TIMES_DOUBLED = 8
"""So often is more gas tried where the estimate does not suffice."""


class GasEstimator:
    """Asks all endpoints of one workspace."""

    def __init__(self, node: Node) -> None:
        self._node = node

    def estimates(self, call: Call, gas_limit: int) -> tuple[int, ...]:
        """What endpoints estimate, ascending from the middle, the lower of two: one may lie.

        Too little does no harm where a dry run decides.
        """
        said = self._said(call)
        from_middle = said[(len(said) - 1) // 2 :]
        _require_room(from_middle[0], gas_limit)
        return tuple(each for each in from_middle if each <= gas_limit)

    def expected(self, call: Call, gas_limit: int) -> int:
        """The middle estimate, the higher of two: for what no dry run decides."""
        said = self._said(call)
        middle = said[len(said) // 2]
        _require_room(middle, gas_limit)
        return middle

    def with_enough_gas(
        self, estimate: CostEstimate, estimates: tuple[int, ...], call: Call, header: BlockHeader
    ) -> CostEstimate:
        """The estimate with as little gas as lets it succeed; refuses what no gas would help.

        Tried at the highest price that is offered, where the executor could pay it: it decides what
        a Safe refunds.
        """
        fees, tried = estimate.fees_at(Speed.FAST), call
        for expected, limit in _to_try(estimates, header.gas_limit):
            cost = AgreedCost(gas_limit=limit, fees=fees)
            is_payable = cost.highest_wei <= estimate.executor_wei
            tried = on_terms(call, cost) if is_payable else with_gas(call, limit)
            if succeeds(self._node, tried, header.block):
                return replace(estimate, gas_limit=limit, gas_expected=expected)
        require_success(self._node, tried, header.block)
        return estimate

    def _said(self, call: Call) -> list[int]:
        """Every estimate, ascending; refuses where more say that it reverts.

        At the latest block: in a pending one, what waits to be replaced has run already.
        """
        ask = Ask("eth_estimateGas", (call, "latest"), _gas_figure, "gas estimate")
        outcomes = [outcome for _name, outcome in self._node.ask_each((ask,))]
        said = [each[0] for each in outcomes if not isinstance(each, TreasuryError)]
        reverts = [each for each in said if isinstance(each, Reverted)]
        estimates = sorted(each for each in said if not isinstance(each, Reverted))
        if len(reverts) > len(estimates):
            raise self._refusal(reverts)
        if not estimates:
            raise next(each for each in outcomes if isinstance(each, TreasuryError))
        return estimates

    def _refusal(self, reverts: list[Reverted]) -> Refused:
        """The reason only where as many endpoints give it as have to agree."""
        needed = self._node.needed
        given = (each for each in reverts if each.data or needed == 1)
        agreed = next((each for each in given if reverts.count(each) >= needed), None)
        why = "" if agreed is None else f": {revert_words(agreed)}"
        return Refused(f"The Safe would refuse the execution{why}.")


def with_margin(gas: int, gas_limit: int) -> int:
    """Somewhat more gas than expected, and no more than a block holds."""
    return min(gas * (100 + GAS_MARGIN_PERCENT) // 100, gas_limit)


def _require_room(gas: int, gas_limit: int) -> None:
    if gas > gas_limit:
        raise Refused(f"The execution needs {gas:,} gas, more than a block holds.")


def _to_try(estimates: tuple[int, ...], gas_limit: int) -> Iterator[tuple[int, int]]:
    """Gas expected and gas limit: each estimate with its margin, then more and more of the last."""
    for each in estimates:
        yield each, with_margin(each, gas_limit)
    for times in range(1, TIMES_DOUBLED):
        more = min(with_margin(estimates[-1], gas_limit) << times, gas_limit)
        yield more, more


def _gas_figure(value: Any, name: str) -> int:
    return answers.quantity(value, name, 64)
