"""What a job tells the signer of the workspace, as JSON members, and back; read strictly."""

from treasury_desktop.assets.address import Address
from treasury_desktop.assets.strict_fields import Fields, read_table
from treasury_desktop.assets.strict_json import JsonSource
from treasury_desktop.assets.unknown import UNKNOWN, Unknown
from treasury_desktop.bundle import Bundle, read_bundle, write_bundle
from treasury_desktop.desk.doors import WorkspaceFacts
from treasury_desktop.errors import Malformed
from treasury_desktop.safes.safe import Safe
from treasury_desktop.safes.safe_tx import SafeTx
from treasury_desktop.treasury.deny_list import DenyList, DenyLists
from treasury_desktop.treasury.evidence import Deployed, OwnPosition
from treasury_desktop.treasury.further_limits import MOST_OF_FURTHER_LIMITS, FurtherLimits
from treasury_desktop.treasury.period import parse_day
from treasury_desktop.treasury.strategy import Strategy

Table = dict[str, JsonSource]


def workspace_table(facts: WorkspaceFacts) -> Table:
    """The facts as JSON members, in an order that depends on nothing else."""
    return {
        "own_safes": [str(safe) for safe in sorted(facts.own_safes)],
        "strategies": [_strategy_table(strategy) for strategy in facts.strategies],
        "positions": [
            {
                "manager": str(position.manager),
                "token_id": str(position.token_id),
                "token0": str(position.token0),
                "token1": str(position.token1),
            }
            for position in facts.positions
        ],
        "count_own_token": facts.count_own_token,
        "judge_outsiders": facts.judge_outsiders,
        "safes": [safe_text(safe) for safe in facts.safes if isinstance(safe.nonce, int)],
        "further": {name: _number(getattr(facts.further, name)) for name in MOST_OF_FURTHER_LIMITS},
        "stablecoins": sorted(facts.stablecoins),
        "deployed": None
        if isinstance(facts.deployed, Unknown)
        else [_deployed_table(one) for one in facts.deployed],
        "deny_lists": [_deny_list_table(each) for each in facts.denied.read],
        "unread_deny_lists": list(facts.denied.unread),
    }


def read_workspace_table(value: object) -> WorkspaceFacts:
    """The facts that JSON members describe; Malformed names the member that is wrong."""
    return read_table(value, "job.workspace", _facts)


def _facts(fields: Fields) -> WorkspaceFacts:
    return WorkspaceFacts(
        own_safes=frozenset(fields.addresses("own_safes")),
        strategies=fields.each("strategies", _strategy),
        positions=fields.each("positions", _position),
        count_own_token=fields.boolean("count_own_token"),
        judge_outsiders=fields.boolean("judge_outsiders"),
        safes=tuple(read_safe_text(text) for text in fields.texts("safes")),
        further=read_table(fields.take("further"), "job.workspace.further", _further),
        stablecoins=frozenset(fields.texts("stablecoins")),
        deployed=_deployed(fields),
        denied=DenyLists(
            read=fields.each("deny_lists", _deny_list), unread=fields.texts("unread_deny_lists")
        ),
    )


def _deny_list(fields: Fields) -> DenyList:
    day = parse_day(fields.text("published"), fields.path_of("published"))
    if day is None:
        raise Malformed(fields.path_of("published"), "is missing")
    return DenyList(
        name=fields.text("name"),
        published=day,
        addresses=frozenset(fields.addresses("addresses")),
    )


def _deny_list_table(one: DenyList) -> Table:
    return {
        "name": one.name,
        "published": one.published.isoformat(),
        "addresses": [str(address) for address in sorted(one.addresses)],
    }


def _further(fields: Fields) -> FurtherLimits:
    names = MOST_OF_FURTHER_LIMITS
    return FurtherLimits(**{name: fields.nullable(name, fields.decimal) for name in names})


def _deployed(fields: Fields) -> tuple[Deployed, ...] | Unknown:
    found = fields.nullable("deployed", lambda name: fields.each(name, _deployed_one))
    return UNKNOWN if found is None else found


def _deployed_one(fields: Fields) -> Deployed:
    return Deployed(
        strategy=fields.text("strategy"),
        token=fields.text("token"),
        base_units=fields.decimal("base_units"),
        timestamp=fields.decimal("timestamp"),
    )


def _deployed_table(one: Deployed) -> Table:
    return {
        "strategy": one.strategy,
        "token": one.token,
        "base_units": str(one.base_units),
        "timestamp": str(one.timestamp),
    }


def _number(value: int | None) -> str | None:
    return None if value is None else str(value)


def safe_text(safe: Safe) -> str:
    """A Safe as bundles write and read it: the bundle of a transaction to itself."""
    assert isinstance(safe.nonce, int)  # it was read
    return write_bundle(Bundle(safe=safe, tx=SafeTx(to=safe.address, nonce=safe.nonce))).decode()


def read_safe_text(text: str) -> Safe:
    """The Safe that such a bundle describes."""
    return read_bundle(text.encode()).safe


def _strategy_table(strategy: Strategy) -> Table:
    return {
        "name": strategy.name,
        "group": strategy.group,
        "venue": strategy.venue,
        "contracts": [str(contract) for contract in strategy.contracts],
        "asset": _text(strategy.asset),
        "pool": _text(strategy.pool),
        "position_manager": _text(strategy.position_manager),
        "protocol": strategy.protocol,
    }


def _strategy(fields: Fields) -> Strategy:
    return Strategy(
        name=fields.text("name"),
        group=fields.text("group"),
        venue=fields.text("venue"),
        contracts=fields.addresses("contracts"),
        asset=fields.nullable("asset", fields.address),
        pool=fields.nullable("pool", fields.address),
        position_manager=fields.nullable("position_manager", fields.address),
        protocol=fields.text("protocol"),
    )


def _position(fields: Fields) -> OwnPosition:
    return OwnPosition(
        manager=fields.address("manager"),
        token_id=fields.decimal("token_id"),
        token0=fields.address("token0"),
        token1=fields.address("token1"),
    )


def _text(address: Address | None) -> str | None:
    return None if address is None else str(address)
