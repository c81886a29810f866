"""Tokens that announced a transfer to a Safe, and what they say the Safe holds of them.

Anybody can send a Safe thousands of tokens that do anything when asked. What they say is read in
few bytes and shown as their word; nothing of it is taken for the treasury's.
"""

from collections.abc import Iterator, Sequence

from treasury_desktop.assets.address import Address
from treasury_desktop.assets.token import MAX_SHOWN_DECIMALS
from treasury_desktop.assets.untrusted_text import is_blank, text_in
from treasury_desktop.chain.answers import Log
from treasury_desktop.chain.call_program import Call
from treasury_desktop.chain.contract_call import WORD, asking, event_topic
from treasury_desktop.chain.log_reader import LogFilter, LogReader
from treasury_desktop.chain.node import Node
from treasury_desktop.chain.strangers import Strangers
from treasury_desktop.desk.doors import FoundInLogs
from treasury_desktop.treasury.snapshot import Block
from treasury_desktop.treasury.unlisted import Unlisted, UnlistedHolding

TRANSFER = event_topic("Transfer(address,address,uint256)")
ERC20_TOPICS = 3
"""A fourth one makes it an ERC-721 token id."""

SYMBOL_WORDS, NAME_WORDS = 4, 8
"""As many characters as are shown, of four bytes each."""

CUT_SHORT = (
    "Too many tokens that are not listed do not answer as tokens do: not all of them were asked "
    "for everything."
)
_ANY: frozenset[bytes] = frozenset()
_SAID = (("symbol()", 2 + SYMBOL_WORDS), ("name()", 2 + NAME_WORDS), ("decimals()", 1))

Pair = tuple[Address, Address]


class TokenFinder:
    """Looks through the endpoints of one workspace."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self._logs = LogReader(node)

    def transfers(
        self, safes: tuple[Address, ...], first_block: int, last_block: int
    ) -> Iterator[FoundInLogs]:
        """Which contracts announced transfers to these Safes, in pieces, lowest blocks first."""
        receivers = frozenset(bytes(12) + each.raw for each in safes)
        topics = (frozenset({TRANSFER}), _ANY, receivers)
        wanted = LogFilter(addresses=None, topics=topics)
        for end, logs in self._logs.pieces(wanted, first_block, last_block):
            yield FoundInLogs(last_block=end, tokens=_senders(logs))

    def unlisted(self, block: Block, pairs: tuple[Pair, ...]) -> Unlisted:
        """What each Safe holds of each token; one that does not say how much is among them."""
        strangers = Strangers(self._node, block)
        said = strangers.ask([_call(token, "balanceOf(address)", 1, safe) for safe, token in pairs])
        balances = {pair: _number(answer) for pair, answer in zip(pairs, said, strict=True)}
        held = {pair: units for pair, units in balances.items() if units != 0}
        tokens = tuple(dict.fromkeys(token for _, token in held))
        words = _described(strangers, tokens)
        holdings = tuple(
            _holding(safe, token, units, words[token]) for (safe, token), units in held.items()
        )
        return Unlisted(holdings=holdings, remarks=(CUT_SHORT,) if strangers.is_cut_short else ())


def _senders(logs: Sequence[Log]) -> dict[Address, tuple[Address, ...]]:
    """The contracts by the Safe they named, each once, in the order of the logs."""
    found: dict[Address, dict[Address, None]] = {}
    for log in logs:
        if len(log.topics) == ERC20_TOPICS and len(log.data) == WORD:
            found.setdefault(Address(log.topics[2][12:]), {})[log.address] = None
    return {safe: tuple(tokens) for safe, tokens in found.items()}


def _described(
    strangers: Strangers, tokens: tuple[Address, ...]
) -> dict[Address, list[bytes | None]]:
    """What each token answers for symbol, name and decimals."""
    said = strangers.ask([_call(token, what, words) for token in tokens for what, words in _SAID])
    width = len(_SAID)
    return {token: said[at * width : (at + 1) * width] for at, token in enumerate(tokens)}


def _holding(
    safe: Address, token: Address, units: int | None, said: Sequence[bytes | None]
) -> UnlistedHolding:
    symbol, name, decimals = said
    number = _number(decimals)
    return UnlistedHolding(
        safe=safe,
        token=token,
        base_units=units,
        symbol=_text(symbol),
        name=_text(name),
        decimals=number if number is not None and number <= MAX_SHOWN_DECIMALS else None,
    )


def _call(token: Address, signature: str, words: int, *arguments: Address) -> Call:
    return Call(token.raw, asking(token, signature, *arguments).data, words * WORD)


def _number(answer: bytes | None) -> int | None:
    return None if answer is None or len(answer) != WORD else int.from_bytes(answer, "big")


def _text(answer: bytes | None) -> str | None:
    """The text of an answer, in a bytes32 as old tokens have it or as a string; or `None`."""
    if answer is None:
        return None
    raw = answer.rstrip(b"\0") if len(answer) == WORD else _string(answer)
    text = None if raw is None else text_in(raw)
    return None if text is None or is_blank(text) else text


def _string(answer: bytes) -> bytes | None:
    if len(answer) < 2 * WORD or int.from_bytes(answer[:WORD], "big") != WORD:
        return None
    length = int.from_bytes(answer[WORD : 2 * WORD], "big")
    return answer[2 * WORD :][:length] if length <= len(answer) - 2 * WORD else None
