"""What the page that begins a workspace says of what was found."""

from dataclasses import dataclass

from treasury_desktop.assets.chain import native_symbol, usual_name
from treasury_desktop.assets.token import Token
from treasury_desktop.assets.unknown import Unknown
from treasury_desktop.safes.safe import Safe
from treasury_desktop.treasury.first_sight import FirstSight
from treasury_desktop.viewmodels.figures import Remark, age_text, amount_text, block_text

ONE_NODE = "one node: a second one would have to agree with it"
NO_PRICES = (
    "No token has a price yet, so none counts in the treasury until treasury.toml names where its "
    "price comes from. Tokens that are not listed stay out of every total."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SafeWords:
    """One Safe as it was found; `owners` are full addresses."""

    address: str
    version: str
    signs: str
    owners: tuple[str, ...]
    remarks: tuple[Remark, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenWords:
    """One token with what each Safe holds of it, in the order of the Safes."""

    token: Token
    name: str
    amounts: tuple[str, ...]
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SightWords:
    """Everything found, and the names usual for the chain."""

    chain: str
    seen: str
    safes: tuple[SafeWords, ...]
    tokens: tuple[TokenWords, ...]
    chain_name: str
    native_symbol: str
    safe_names: tuple[str, ...]


def sight_words(sight: FirstSight, now: int) -> SightWords:
    """What was found, as the page says it."""
    nodes = sight.nodes
    agreed = ONE_NODE if len(nodes) == 1 else f"{', '.join(nodes)} agree"
    age = age_text(now - sight.block.timestamp)
    names = ["Treasury Safe", *(f"Safe {at}" for at in range(2, len(sight.safes) + 1))]
    return SightWords(
        chain=f"{usual_name(sight.chain_id)}, chain {sight.chain_id}",
        seen=f"{block_text(sight.block)} · {age} · {agreed}",
        safes=tuple(map(_safe, sight.safes)),
        tokens=_tokens(sight),
        chain_name=usual_name(sight.chain_id),
        native_symbol=native_symbol(sight.chain_id),
        safe_names=tuple(names[: len(sight.safes)]),
    )


def _safe(safe: Safe) -> SafeWords:
    owners = () if isinstance(safe.owners, Unknown) else safe.owners
    return SafeWords(
        address=str(safe.address),
        version=f"Safe {safe.version} · next nonce {safe.nonce}",
        signs=f"{safe.threshold} of {len(owners)} owners have to sign",
        owners=tuple(map(str, owners)),
        remarks=tuple(_remarks(safe)),
    )


def _remarks(safe: Safe) -> list[Remark]:
    """What may move money beside its owners, or stop them."""
    found = []
    if safe.threshold == 1:
        found.append(Remark("one owner alone can spend everything", "danger"))
    if isinstance(safe.modules, Unknown):
        found.append(Remark("modules unknown", "advice"))
    elif safe.modules:
        count = len(safe.modules)
        words = "a module" if count == 1 else f"{count} modules"
        found.append(Remark(f"{words} can spend without the owners", "danger"))
    if safe.guard is not None and not isinstance(safe.guard, Unknown):
        found.append(Remark("a guard can refuse what its owners sign", "advice"))
    return found


def _tokens(sight: FirstSight) -> tuple[TokenWords, ...]:
    """Each token once, the chain's coin first."""
    tokens = list(dict.fromkeys(holding.amount.token for holding in sight.holdings))
    held = {(each.safe, each.amount.token): each.amount for each in sight.holdings}
    return tuple(
        TokenWords(
            token=token,
            name=token.symbol,
            amounts=tuple(
                amount_text(held[safe.address, token]) if (safe.address, token) in held else "–"
                for safe in sight.safes
            ),
            address="" if token.is_native else token.key,
        )
        for token in tokens
    )
