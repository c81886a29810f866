"""Tokens that somebody sent to the Safes and nobody listed, as the holdings page says them.

Their words are their makers': shown literally, beside the full address, and never with a value.
"""

from dataclasses import dataclass
from fractions import Fraction

from treasury_desktop.assets.amount import TokenAmount
from treasury_desktop.assets.lookalikes import skeleton
from treasury_desktop.assets.token import Token
from treasury_desktop.assets.untrusted_text import NAME_LIMIT, SYMBOL_LIMIT, plain, problems_of
from treasury_desktop.calls.known_tokens import known_token, known_tokens
from treasury_desktop.treasury.snapshot import TreasurySnapshot
from treasury_desktop.treasury.unlisted import UnlistedHolding
from treasury_desktop.treasury.workspace import Workspace
from treasury_desktop.viewmodels.figures import (
    Remark,
    amount_text,
    exact_amount_text,
    name_text,
)

SYMBOL_UNKNOWN = "symbol unknown"
AMOUNT_UNKNOWN = "amount unknown"
WORTH = "nothing until trusted"
MOST_DECIMALS = 36
"""Beyond twice the usual eighteen a number is chosen to make an amount look like another."""

MOST_DIGITS = 22
"""Characters of an amount that are shown; the tooltip has all of them."""

HOW_TO_TRUST = (
    "Anybody can send tokens to a Safe and call them what they like, so these count for nothing. "
    "To trust one, compare its full address with what its issuer publishes elsewhere, and add it "
    "to treasury.toml by hand under [[tokens]]."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class UnlistedRow:
    """One unlisted token of one Safe. Texts are finished."""

    symbol: str
    symbol_tip: str
    contract: str
    amount: str
    amount_tip: str
    amount_order: Fraction
    worth: str
    place: str
    place_tip: str
    remark: Remark
    remark_tip: str
    key: tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class UnlistedView:
    """All of them; `caption` counts them, `warning` is what must be known before looking closer."""

    rows: tuple[UnlistedRow, ...]
    caption: str
    warning: str
    remarks: tuple[str, ...]


def unlisted_view(workspace: Workspace, snapshot: TreasurySnapshot) -> UnlistedView:
    """What was found, impostors first; empty where nobody looked or nothing was found."""
    found = snapshot.unlisted
    if found is None:
        return UnlistedView(rows=(), caption="", warning="", remarks=())
    originals = _originals(workspace)
    rows = sorted(
        (_row(each, workspace, originals) for each in found.holdings), key=_impostors_first
    )
    suspicious = sum(row.remark.kind == "danger" for row in rows)
    return UnlistedView(
        rows=tuple(rows),
        caption=f"Not listed: {len(rows):,}" if rows else "Not listed",
        warning=_warning(suspicious),
        remarks=found.remarks,
    )


def _row(holding: UnlistedHolding, workspace: Workspace, originals: dict[str, str]) -> UnlistedRow:
    remark, remark_tip = _remark(holding, workspace.chain.chain_id, originals)
    amount = _amount(holding, workspace.chain.chain_id)
    safe = next((each for each in workspace.safes if each.address == holding.safe), None)
    name = "Safe" if safe is None else name_text(safe.name)
    return UnlistedRow(
        symbol=SYMBOL_UNKNOWN if holding.symbol is None else _symbol(holding.symbol),
        symbol_tip=_tip(holding),
        contract=str(holding.token),
        amount=AMOUNT_UNKNOWN if amount is None else _amount_words(amount),
        amount_tip="" if amount is None else exact_amount_text(amount),
        amount_order=Fraction(-1) if amount is None else amount.whole,
        worth=WORTH,
        place=name,
        place_tip=f"{name}\n{holding.safe}",
        remark=remark,
        remark_tip=remark_tip,
        key=(str(holding.safe), str(holding.token)),
    )


def _amount(holding: UnlistedHolding, chain_id: int) -> TokenAmount | None:
    """The amount in base units where no believable decimals are known."""
    if holding.base_units is None:
        return None
    is_absurd = holding.decimals is not None and holding.decimals > MOST_DECIMALS
    token = Token(
        chain_id=chain_id,
        address=holding.token,
        symbol=holding.symbol or SYMBOL_UNKNOWN,
        name=holding.name or "",
        decimals=None if is_absurd else holding.decimals,
    )
    return TokenAmount(token=token, base_units=holding.base_units)


def _amount_words(amount: TokenAmount) -> str:
    """As every amount; a huge one by its size, for whoever chose it would fill the page with it."""
    words = amount_text(amount)
    if len(words) > MOST_DIGITS:
        words = f"≥ 10^{len(str(int(amount.whole))) - 1}"
    return f"{words} base units" if amount.token.decimals is None else words


def _tip(holding: UnlistedHolding) -> str:
    name = "name unknown" if holding.name is None else name_text(holding.name)
    decimals = "decimals unknown" if holding.decimals is None else f"{holding.decimals} decimals"
    return f"{name}, {decimals}\n{holding.token}"


def _remark(
    holding: UnlistedHolding, chain_id: int, originals: dict[str, str]
) -> tuple[Remark, str]:
    """The one thing most worth saying of it, and the same in more words."""
    known = known_token(chain_id, holding.token)
    if known is not None:
        words = f"well known as {known.symbol}"
        return Remark(words, "advice"), f"This address is {words}; its amount counts once listed."
    looks = [skeleton(text) for text in (holding.symbol, holding.name) if text]
    imitated = next((originals[each] for each in looks if each in originals), "")
    if imitated:
        said = f"It passes for {imitated}, which has another address."
        return Remark(f"imitates {imitated}", "danger"), said
    for what, text, limit in (
        ("symbol", holding.symbol, SYMBOL_LIMIT),
        ("name", holding.name, NAME_LIMIT),
    ):
        problems = () if text is None else problems_of(text, limit=limit)
        if problems:
            said = ", ".join(problem.value for problem in problems)
            return Remark(f"odd {what}", "danger"), f"Its {what} {said}."
    return Remark(""), ""


def _originals(workspace: Workspace) -> dict[str, str]:
    """What others may pass for, as it looks: symbols and names, with the symbol it stands for."""
    coin = workspace.chain.native_symbol
    said = [
        (coin, coin),
        *((trusted.token.symbol, trusted.token.symbol) for trusted in workspace.tokens),
        *((known.symbol, known.symbol) for known in known_tokens(workspace.chain.chain_id)),
        *((trusted.token.name, trusted.token.symbol) for trusted in workspace.tokens),
    ]
    looks = {skeleton(words): _symbol(symbol) for words, symbol in reversed(said)}
    looks.pop("", None)
    return looks


def _symbol(symbol: str) -> str:
    return plain(symbol, limit=SYMBOL_LIMIT)


def _impostors_first(row: UnlistedRow) -> tuple[bool, bool, str, str]:
    is_dangerous = row.remark.kind == "danger"
    return (not is_dangerous, row.amount_order < 0, row.symbol.casefold(), row.contract)


def _warning(suspicious: int) -> str:
    if not suspicious:
        return ""
    return "1 is suspicious" if suspicious == 1 else f"{suspicious:,} are suspicious"
