"""treasury.toml is read strictly, and what is written reads back the same."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from treasury_desktop.assets.address import Address
from treasury_desktop.assets.chain import Chain
from treasury_desktop.assets.token import Token
from treasury_desktop.assets.untrusted_text import TextProblem, problems_of
from treasury_desktop.errors import Malformed, Unavailable
from treasury_desktop.files.toml_lines import line_of
from treasury_desktop.files.workspace_file import WORKSPACE_NAME, read_workspace, write_workspace
from treasury_desktop.files.workspace_text import workspace_text
from treasury_desktop.safes.safe import SafeVersion
from treasury_desktop.treasury.deny_list import DenyListFile
from treasury_desktop.treasury.further_limits import FurtherLimits
from treasury_desktop.treasury.strategy import Strategy
from treasury_desktop.treasury.terms import PolicyTerms
from treasury_desktop.treasury.workspace import (
    Endpoint,
    KnownPayee,
    NamedSafe,
    TrustedToken,
    WatchedPool,
    Workspace,
)

A, B, C, D = (str(Address(bytes((number,)) * 20)) for number in (0xA1, 0xB2, 0xC3, 0xD4))
EXAMPLE = f"""\
format = "treasury-desktop/workspace@1"
name = "Demonstration DAO"
demonstration = true

[chain]
chain_id = 31337
name = "Demonstration chain"
native_symbol = "ETH"
endpoints = [ {{ name = "local", url = "http://127.0.0.1:8545" }} ]

[[safes]]
address = "{A}"
name = "Treasury"
version = "1.4.1"

[[tokens]]
address = "native"
symbol = "ETH"
name = "Ether"
decimals = 18
feed = "{D}"

[[tokens]]
address = "{B}"
symbol = "USDC"
name = "USD Coin"
decimals = 6
own = false
feed = "{D}"
feed_heartbeat_seconds = 86400
twap_pool = "{C}"

[[pools]]
address = "{C}"
name = "USDC/POP 0.3%"
factory = "{D}"
token0 = "{B}"
token1 = "{D}"
fee = 3000
tick_spacing = 60
created_at_block = 12

[[strategies]]
name = "Liquidity"
group = "Uniswap"
venue = "uniswap_v3"
contracts = ["{C}", "{D}"]
pool = "{C}"
position_manager = "{D}"

[[address_book]]
address = "{D}"
name = "Payroll"
note = "every quarter"

[policy]
limit_bps = 900
limit_is_inclusive = true
twap_window_seconds = 3600
count_own_token = false
"""


@pytest.fixture(name="folder")
def folder_fixture(tmp_path: Path) -> Path:
    """A workspace folder with the example in it."""
    (tmp_path / WORKSPACE_NAME).write_text(EXAMPLE, encoding="utf-8")
    return tmp_path


def changed(folder: Path, old: str, new: str) -> Malformed:
    """How the example is refused after a change."""
    assert old in EXAMPLE
    text = EXAMPLE.replace(old, new, 1)
    (folder / WORKSPACE_NAME).write_text(text, encoding="utf-8")
    with pytest.raises(Malformed) as refusal:
        read_workspace(folder)
    return refusal.value


def test_the_example_says_what_it_says(folder: Path) -> None:
    """Every table arrives; what is not written is as usual."""
    workspace = read_workspace(folder)
    usdc = workspace.token_at(Address.parse(B))
    assert usdc == Token(
        chain_id=31337, address=Address.parse(B), symbol="USDC", name="USD Coin", decimals=6
    )
    assert workspace.is_demonstration
    assert workspace.endpoints == (Endpoint(name="local", url="http://127.0.0.1:8545"),)
    assert workspace.safes[0].version == SafeVersion(1, 4, 1)
    assert workspace.tokens[0].feed_heartbeat_seconds == 3600
    assert workspace.tokens[1].twap_pool == Address.parse(C)
    assert workspace.pools[0].fee == 3000
    assert workspace.strategies[0].contracts == (Address.parse(C), Address.parse(D))
    assert workspace.address_book[0].note == "every quarter"
    assert workspace.terms == PolicyTerms(limit_bps=900, limit_is_inclusive=True)
    assert workspace.twap_window_seconds == 3600


def test_only_format_name_chain_and_a_safe_are_needed(folder: Path) -> None:
    """The smallest workspace."""
    text = EXAMPLE[: EXAMPLE.index("[[tokens]]")].replace("demonstration = true\n", "")
    text = text.replace(EXAMPLE.splitlines()[8] + "\n", "")
    (folder / WORKSPACE_NAME).write_text(text, encoding="utf-8")
    workspace = read_workspace(folder)
    assert workspace.terms == PolicyTerms()
    assert not workspace.is_demonstration
    assert workspace.endpoints == workspace.tokens == workspace.pools == ()


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ('name = "Treasury"', 'nmae = "Treasury"', "line 11, safes[0].name: is missing"),
        ("own = false", "owns = false", "line 28, tokens[1].owns: is not a field known here"),
        (
            "limit_bps = 900",
            "limit_bps = 900\nlimits = 1",
            "line 58, policy.limits: is not a field",
        ),
        ("[policy]", "[policies]", "policies: is not a field known here"),
        ("limit_bps = 900", "limit_bps = 900.0", "line 57, policy.limit_bps: has to be a whole"),
        ("limit_bps = 900", "limit_bps = true", "line 57, policy.limit_bps: has to be a whole"),
        ("limit_bps = 900", 'limit_bps = "900"', "line 57, policy.limit_bps: has to be a whole"),
        ("limit_bps = 900", "limit_bps = 10001", "policy.limit_bps: has to lie between 0 and"),
        ("limit_bps = 900", "limit_bps = 0", "policy.limit_bps: a limit lies between 1 and 10000"),
        ("limit_bps = 900", "advised_low_bps = 600", "policy.advised_high_bps: the advised band"),
        ("own = false", "own = 0", "line 28, tokens[1].own: has to be true or false"),
        ("decimals = 6", "decimals = 78", "line 27, tokens[1].decimals: has to lie between 0"),
        ('symbol = "USDC"\n', "", "line 23, tokens[1].symbol: is missing"),
        (f'twap_pool = "{C}"', 'twap_pool = "0x1"', "line 31, tokens[1].twap_pool: an address is"),
        (A, A.replace("A", "a", 1), "line 12, safes[0].address: the EIP-55 checksum"),
        (
            f'address = "{B}"',
            'address = "native"',
            "tokens[1].address: is the same as in tokens[0]",
        ),
        ('version = "1.4.1"', 'version = "1.4"', "line 14, safes[0].version: a Safe version"),
        ('venue = "uniswap_v3"', 'venue = "uniswap"', "strategies[0].venue: has to be one of"),
        (f'token1 = "{D}"', f'token1 = "{A}"', "line 38, pools[0].token1: has to be above token0"),
        ("fee = 3000", "fee = -1", "pools[0].fee: has to lie between 0 and"),
        (f'factory = "{D}"', 'factory = "x"', "line 36, pools[0].factory: an address is"),
        ("http://127", "file://127", "line 9, chain.endpoints[0].url: has to be an http"),
        ("http://127.0.0.1:8545", "http://[::1", "chain.endpoints[0].url: has to be an http"),
        ("chain_id = 31337", "chain_id = 0", "line 6, chain.chain_id: has to lie between 1"),
        ('name = "Payroll"', 'name = "Pay\\u202eroll"', "address_book[0].name: steers the"),
        ('name = "Payroll"', 'name = " "', "address_book[0].name: is empty"),
        ('name = "Payroll"', f'name = "{"x" * 65}"', "address_book[0].name: is longer than 64"),
        ("workspace@1", "workspace@2", "line 1, format: was written by a newer version"),
        ("workspace@1", "bundle@1", 'line 1, format: has to be "treasury-desktop/workspace@1"'),
        ("fee = 3000", "fee = ", "treasury.toml: is not valid TOML (Invalid value (at line 39"),
        ("fee = 3000", f"fee = {'9' * 5000}", "treasury.toml: is not valid TOML"),
        ("fee = 3000", f"fee = {'[' * 5000}", "treasury.toml: is nested too deeply"),
        ("fee = 3000", "fee = 3000\nfee = 500", "treasury.toml: is not valid TOML (Cannot overwr"),
    ],
)
def test_what_is_refused_and_where(folder: Path, old: str, new: str, sentence: str) -> None:
    """File, line and key are named; nothing is guessed."""
    refused = changed(folder, old, new).sentence
    assert refused.startswith("treasury.toml")
    assert sentence in refused
    assert "\n" not in refused


@pytest.mark.parametrize("table", ["safes", "tokens", "pools", "strategies", "address_book"])
def test_an_entry_written_twice_is_refused(folder: Path, table: str) -> None:
    """Doubles are named with the entry they repeat."""
    start = EXAMPLE.rindex(f"[[{table}]]")
    end = EXAMPLE.find("\n\n", start) + 2
    entry = EXAMPLE[start:end]
    assert "is the same as in" in changed(folder, entry, entry + entry).problem


def test_a_treasury_without_a_safe_is_none(folder: Path) -> None:
    """The safes cannot be left out."""
    start, end = EXAMPLE.index("[[safes]]"), EXAMPLE.index("[[tokens]]")
    assert "at least one Safe" in changed(folder, EXAMPLE[start:end], "").sentence


def test_a_file_that_is_missing_large_or_no_text_is_refused(folder: Path) -> None:
    """Each in one sentence."""
    path = folder / WORKSPACE_NAME
    path.write_bytes(EXAMPLE.encode() + b"\n# \xff")
    with pytest.raises(Malformed, match=r"line 62: is not valid UTF-8"):
        read_workspace(folder)
    path.write_bytes(b"#" * (1024 * 1024 + 1))
    with pytest.raises(Malformed, match="larger than 1,048,576 bytes"):
        read_workspace(folder)
    path.unlink()
    with pytest.raises(Unavailable, match=r"treasury\.toml cannot be read"):
        read_workspace(folder)


def test_a_line_is_told_only_where_there_is_one() -> None:
    """Fields written in another way have the line of their table, or none."""
    text = 'a = 1\n[t]\nb.c = 2\n"d" = 3\n[[l]]\n[[l]]\ne = 4\n'
    places = {"a": 1, "t.b": 3, "t.d": 4, "l[1].e": 7, "l[0].e": 5, "l[2].e": None, "x": None}
    assert {field: line_of(text, field) for field in places} == places


def is_honest(text: str) -> bool:
    """Whether a name may stand in a workspace."""
    misleading = {TextProblem.BIDI, TextProblem.INVISIBLE, TextProblem.CONTROL}
    return bool(text.strip()) and not misleading & set(problems_of(text, limit=64))


names = st.text(min_size=1, max_size=30).filter(is_honest) | st.sampled_from(
    ['quo"te', "back\\slash", "emoji 😀", "x = [1]", "# no comment"]
)
addresses = st.binary(min_size=20, max_size=20).map(Address)
maybe = st.none() | addresses
tokens = st.builds(
    TrustedToken,
    token=st.builds(
        Token,
        chain_id=st.just(5),
        address=maybe,
        symbol=names,
        name=names,
        decimals=st.integers(0, 77),
    ),
    is_own=st.booleans(),
    is_stable=st.booleans(),
    feed=maybe,
    feed_heartbeat_seconds=st.integers(1, 10**6),
    twap_pool=maybe,
)
pools = st.builds(
    lambda pair, **rest: WatchedPool(token0=min(pair), token1=max(pair), **rest),
    st.sets(addresses, min_size=2, max_size=2),
    address=addresses,
    name=names,
    fee=st.integers(0, 10**6),
    tick_spacing=st.integers(1, 16_383),
    created_at_block=st.integers(0, 2**63 - 1),
)
workspaces = st.builds(
    Workspace,
    name=names,
    chain=st.builds(Chain, chain_id=st.just(5), name=names, native_symbol=names),
    endpoints=st.just((Endpoint(name="a", url="https://node.example/key?x=1"),)) | st.just(()),
    safes=st.lists(
        st.builds(
            NamedSafe,
            address=addresses,
            name=names,
            version=st.just(SafeVersion(1, 3, 0, is_l2=True)),
        ),
        min_size=1,
        max_size=3,
        unique_by=(lambda safe: safe.address, lambda safe: safe.name),
    ).map(tuple),
    tokens=st.lists(tokens, max_size=3, unique_by=lambda token: token.token.key).map(tuple),
    pools=st.lists(pools, max_size=2, unique_by=lambda pool: pool.address).map(tuple),
    strategies=st.lists(
        st.builds(
            Strategy,
            name=names,
            group=names,
            venue=st.sampled_from(["erc4626", "uniswap_v3"]),
            contracts=st.lists(addresses, max_size=3).map(tuple),
            asset=maybe,
            pool=maybe,
            position_manager=maybe,
            protocol=st.just("") | names,
        ),
        max_size=2,
        unique_by=lambda strategy: strategy.name,
    ).map(tuple),
    address_book=st.lists(
        st.builds(KnownPayee, address=addresses, name=names, note=st.just("") | names),
        max_size=2,
        unique_by=(lambda payee: payee.address, lambda payee: payee.name),
    ).map(tuple),
    deny_lists=st.lists(
        st.builds(
            DenyListFile,
            name=names,
            file=st.integers(0, 10**6).map("deny-list-{}.txt".format),
            published=st.dates(),
            content_hash=st.binary(min_size=32, max_size=32),
        ),
        max_size=2,
        unique_by=(lambda each: each.name, lambda each: each.file),
    ).map(tuple),
    terms=st.builds(
        PolicyTerms,
        limit_bps=st.integers(1, 10_000),
        limit_is_inclusive=st.booleans(),
        count_own_token=st.booleans(),
        judge_outsiders=st.booleans(),
        further=st.builds(
            lambda window, runway, **rest: FurtherLimits(
                **rest,
                **dict(zip(("window_limit_bps", "window_days"), window, strict=True)),
                **dict(zip(("runway_months", "monthly_spend_usd"), runway, strict=True)),
            ),
            st.just((None, None)) | st.tuples(st.integers(1, 10_000), st.integers(1, 3_660)),
            st.just((None, None)) | st.tuples(st.integers(1, 1_200), st.integers(1, 10**15)),
            protocol_limit_bps=st.none() | st.integers(1, 10_000),
            stable_floor_bps=st.none() | st.integers(1, 10_000),
        ),
    ),
    twap_window_seconds=st.integers(1, 10**6),
    is_demonstration=st.booleans(),
)


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(workspace=workspaces)
def test_reading_is_the_inverse_of_writing(tmp_path: Path, workspace: Workspace) -> None:
    """Every workspace survives its file, and its text is always the same."""
    write_workspace(tmp_path, workspace)
    assert read_workspace(tmp_path) == workspace
    assert (tmp_path / WORKSPACE_NAME).read_text(encoding="utf-8") == workspace_text(workspace)
