"""What a router or position manager keeps for its caller, and whether it is paid out afterwards.

Uniswap's contracts may be told to keep what a step gives ("this contract" as recipient); whatever
lies there when the transaction ends belongs to whoever asks first.
"""

from dataclasses import dataclass, field

from treasury_desktop.assets.address import Address
from treasury_desktop.calls.known_tokens import known_token
from treasury_desktop.review.subject import Subject
from treasury_desktop.review.venue_steps import Run, Step
from treasury_desktop.review.venue_swaps import is_swap, swap_of

MESSAGE_SENDER, THIS_CONTRACT = (Address(number.to_bytes(20, "big")) for number in (1, 2))
"""What the addresses 1 and 2 mean to SwapRouter02 and the universal router (Constants.sol)."""
WHOLE_BALANCE = (0, 2**255)
"""Amounts by which SwapRouter02 and the universal router mean all they have of a token."""
MAY_FAIL = b"\x80"
"""From this byte on a command of the universal router may fail alone."""
PUTS_IN = frozenset({"pull(address,uint256)", "wrapETH(uint256)"})
UNWRAPS = ("unwrapweth", "unwrapnative", "unwrapwnative")
WRAPPED = "wrapped"
NATIVE = "native"
SYMBOLS = frozenset({"WETH", "WETH9", "WPOL", "WMATIC", "WBNB", "WAVAX", "WXDAI", "WCELO", "WS"})
MEANS_SOMETHING = 2
"""A minimum of less than this many base units is none."""

_Key = Address | str
"""A token, or WRAPPED for whichever one unwrapping takes, or NATIVE."""


@dataclass(slots=True)
class _Paid:
    """Token → the last place where all there is of it is paid out to us, or swapped on.

    `guarded` only counts what has a minimum; `least` adds the minimums of payouts up. `kept` and
    `used` are base units of a token that steps put there, and that later ones swap on, where they
    name an amount.
    """

    last: dict[_Key, int] = field(default_factory=dict)
    guarded: dict[_Key, int] = field(default_factory=dict)
    least: dict[_Key, int] = field(default_factory=dict)
    kept: dict[_Key, int] = field(default_factory=dict)
    used: dict[_Key, int] = field(default_factory=dict)


class Payouts:
    """The payouts of each run, worked out once."""

    def __init__(self, subject: Subject) -> None:
        self._subject = subject
        self._found: dict[int, _Paid] = {}
        self._fed: dict[int, dict[_Key, list[Step]]] = {}

    def covers(self, step: Step, token: Address | None, *, guarded: bool = False) -> bool:
        """Whether a later step of the same run pays a token out, perhaps with a minimum."""
        if token is None:
            return False
        paid = self._of(step.run)
        last = paid.guarded if guarded else paid.last
        return last.get(self._key(token), -1) > step.place

    def least_of(self, step: Step, token: Address) -> int | None:
        """What is paid out of a token at least, `None` where it is only swapped on."""
        return self._of(step.run).least.get(self._key(token))

    def fed_by(self, step: Step, token: Address) -> tuple[Step, ...]:
        """The swaps of the same run of which the contract keeps that token."""
        run = step.run
        if id(run) not in self._fed:
            self._fed[id(run)] = self._swaps_by_token(run)
        return tuple(self._fed[id(run)].get(self._key(token), ()))

    def _swaps_by_token(self, run: Run) -> dict[_Key, list[Step]]:
        fed: dict[_Key, list[Step]] = {}
        for step in run.steps:
            got = swap_of(step).token_out if is_swap(step) else None
            to = step.addresses("recipient", "to")
            if got is not None and to and meant(step, to[0]) == step.call.to:
                fed.setdefault(self._key(got), []).append(step)
        return fed

    def covers_put_in(self, step: Step) -> bool:
        """Whether later steps pay out, or swap on, what this one only puts into the contract."""
        paid = self._of(step.run)
        key = self._put_in(step)
        if key is None:
            return False
        is_all_used = paid.used.get(key, 0) >= paid.kept.get(key, 0)
        return paid.last.get(key, -1) > step.place or is_all_used

    def tokens_after(self, step: Step) -> int:
        """How many different tokens later steps of the same run pay out to us."""
        return sum(place > step.place for place in self._of(step.run).last.values())

    def _of(self, run: Run) -> _Paid:
        if id(run) not in self._found:
            self._found[id(run)] = self._paid(run)
        return self._found[id(run)]

    def _paid(self, run: Run) -> _Paid:
        paid = _Paid()
        for step in run.steps:
            put_in = self._put_in(step)
            if put_in is not None:
                paid.kept[put_in] = paid.kept.get(put_in, 0) + _amount_put_in(step)
            if step.is_command and step.call.data[:1] >= MAY_FAIL:
                continue  # what need not happen takes nothing out for certain
            out = self._paid_out(step)
            key, least = out or self._swapped_on(paid, step) or (None, 0)
            if out is not None:
                paid.least[out[0]] = paid.least.get(out[0], 0) + out[1]
            if key is not None:
                paid.last[key] = step.place
                if least >= MEANS_SOMETHING:
                    paid.guarded[key] = step.place
        return paid

    def _paid_out(self, step: Step) -> tuple[_Key, int] | None:
        """The token of which a step pays out all there is, and how much at least.

        Whoever gets what is unwrapped is looked at where it is unwrapped.
        """
        least = step.number("amount_minimum", "amount_min") or 0
        if step.is_one_of(*UNWRAPS):
            return WRAPPED, least
        tokens = step.addresses("token")
        if not (step.is_one_of("sweep") and tokens and self._is_for_us(step)):
            return None
        return NATIVE if tokens[0].is_zero else self._key(tokens[0]), least

    def _swapped_on(self, paid: _Paid, step: Step) -> tuple[_Key, int] | None:
        """The token of which a step swaps on all that the contract has; a part is only counted."""
        if not is_swap(step):
            return None
        swap = swap_of(step)
        is_own = step.number("payer_is_user") == 0
        if swap.token_in is None or not (is_own or (_has_constants(step) and not swap.amount_in)):
            return None
        key = self._key(swap.token_in)
        if swap.amount_in in WHOLE_BALANCE:
            return key, swap.least_out or 0
        paid.used[key] = paid.used.get(key, 0) + (swap.amount_in or 0)
        return None

    def _put_in(self, step: Step) -> _Key | None:
        """The token that a command, or a call meant for others of its run, puts into the router."""
        if is_put_in(step):
            token = next(iter(step.addresses("token")), None)
            return WRAPPED if token is None else self._key(token)
        if not step.is_command or is_swap(step):
            return None
        to = next(iter(step.addresses("recipient", "to")), None)
        if to is None or meant(step, to) != step.call.to:
            return None
        if step.is_one_of("wrapeth"):
            return WRAPPED
        if step.is_one_of(*UNWRAPS):
            return NATIVE
        token = next(iter(step.addresses("token")), None)
        return None if token is None else self._key(token)

    def _is_for_us(self, step: Step) -> bool:
        """Without a recipient the contract pays its caller."""
        named = step.addresses("recipient")
        return not named or self._subject.is_ours(meant(step, named[0]))

    def is_wrapped(self, token: Address) -> bool:
        """Whether our lists know a token as the wrapped native coin."""
        return self._key(token) == WRAPPED

    def _key(self, token: Address) -> _Key:
        """The token itself, or WRAPPED for wrapped native coin, by our lists."""
        described = self._subject.evidence.token_at(token)
        known = known_token(self._subject.safe.chain_id, token)
        symbol = known.symbol if known is not None else None
        if symbol is None and described is not None and described.listed is True:
            symbol = described.symbol if isinstance(described.symbol, str) else None
        return WRAPPED if symbol in SYMBOLS else token


def is_put_in(step: Step) -> bool:
    """Whether it is SwapRouter02's `pull` or `wrapETH`: both leave what they take with it."""
    function = step.call.function
    return function is not None and function.signature in PUTS_IN


def _amount_put_in(step: Step) -> int:
    """How much a command puts in, or more than there is of anything where it does not say."""
    amounts = step.numbers("amount", "value")
    return amounts[0] if len(amounts) == 1 else 2**256


def meant(step: Step, to: Address) -> Address:
    """Whom a step means by an address: its sender, its contract itself, or the address."""
    if _has_constants(step):
        return {MESSAGE_SENDER: step.call.sender, THIS_CONTRACT: step.call.to}.get(to, to)
    if not to.is_zero:
        return to
    if step.is_one_of("requestwithdrawal"):
        return step.call.sender  # Lido's WithdrawalQueue
    keeps = step.is_one_of("exactinput", "exactoutput") or (
        step.is_one_of("collect") and "token_id" in step.values
    )
    return step.call.to if keeps else to


def _has_constants(step: Step) -> bool:
    """SwapRouter02 took the deadlines out of its structs when it gave 1 and 2 a meaning."""
    if step.is_command:
        return True
    is_router = step.is_one_of("exactinput", "exactoutput", "swapexact", "swaptokens")
    return is_router and "deadline" not in step.values
