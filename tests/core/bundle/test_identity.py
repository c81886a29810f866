"""Every bundle that can be made is written so that it reads back equal."""

from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.matters import SAFE, a_treasury_safe, an_evidence, entering, local, queued
from tests.samples import a_snapshot, a_workspace
from treasury_desktop.assets.address import Address
from treasury_desktop.assets.quote import Quote, QuoteKind
from treasury_desktop.assets.unknown import UNKNOWN
from treasury_desktop.bundle import (
    Bundle,
    ClaimedAbi,
    ClaimedException,
    ClaimedSignature,
    Disagreement,
    InnerTransaction,
    ServiceCall,
    ServiceParameter,
    read_bundle,
    write_bundle,
)
from treasury_desktop.bundle.reading import VENUES
from treasury_desktop.calls.abi_type import AbiType, Function, parse_type
from treasury_desktop.desk.local_facts import local_facts
from treasury_desktop.desk.review_transaction import bundle_with_our_evidence
from treasury_desktop.safes.safe import RELEASED, Safe, SafeVersion
from treasury_desktop.safes.safe_tx import Operation, SafeTx
from treasury_desktop.treasury.evidence import (
    NATIVE,
    BalanceChange,
    BookEntry,
    DescribedContract,
    DescribedToken,
    Evidence,
    Exposed,
    HeldAmount,
    ObservedAllowance,
    OwedAmount,
    OwnPosition,
    QueueEntry,
    StorageChange,
)
from treasury_desktop.treasury.snapshot import Block
from treasury_desktop.treasury.strategy import Strategy
from treasury_desktop.treasury.terms import PolicyTerms

ADDRESSES = st.binary(min_size=20, max_size=20).map(Address)
WORDS = st.integers(0, 2**256 - 1) | st.sampled_from((0, 2**53, 2**53 + 1, 2**256 - 1))
HASHES = st.binary(min_size=32, max_size=32)
TEXTS = st.text(max_size=12)
NAMES = st.text(min_size=1, max_size=12)
TOKENS = ADDRESSES.map(str) | st.just(NATIVE)
USD = st.tuples(st.integers(-(10**30), 10**30), st.integers(0, 60)).map(
    lambda pair: Fraction(pair[0], 10 ** pair[1])
)
FLAGS = st.booleans()


def known(values: st.SearchStrategy[object]) -> st.SearchStrategy[object]:
    """The values, or UNKNOWN."""
    return values | st.just(UNKNOWN)


def many(values: st.SearchStrategy[object]) -> st.SearchStrategy[object]:
    """A few of the values."""
    return st.lists(values, max_size=2).map(tuple)


TRANSACTIONS = st.builds(
    SafeTx,
    to=ADDRESSES,
    value=WORDS,
    data=st.binary(max_size=40),
    operation=st.sampled_from(Operation),
    safe_tx_gas=WORDS,
    base_gas=WORDS,
    gas_price=WORDS,
    gas_token=ADDRESSES,
    refund_receiver=ADDRESSES,
    nonce=WORDS,
)
VERSIONS = st.builds(
    lambda numbers, is_l2: SafeVersion(*numbers, is_l2), st.sampled_from(RELEASED), FLAGS
)
MAYBE_NOBODY = known(ADDRESSES | st.none())
SAFES = st.builds(
    Safe,
    chain_id=WORDS,
    address=ADDRESSES,
    version=VERSIONS,
    nonce=WORDS,
    owners=known(many(ADDRESSES)),
    threshold=known(WORDS),
    singleton=MAYBE_NOBODY,
    modules=known(many(ADDRESSES)),
    guard=MAYBE_NOBODY,
    module_guard=MAYBE_NOBODY,
    fallback_handler=MAYBE_NOBODY,
)
SIGNATURES = st.builds(ClaimedSignature, signer=ADDRESSES | st.none(), data=st.binary(max_size=70))
HELD = st.builds(HeldAmount, token=TOKENS, base_units=WORDS, place=TEXTS, is_own_token=FLAGS)
QUOTES = st.builds(
    Quote,
    token_key=TOKENS,
    usd=USD,
    kind=st.sampled_from(QuoteKind),
    source=TEXTS,
    age_seconds=st.integers(-(2**255), 2**255 - 1) | st.none(),
)
EVIDENCE = st.builds(
    Evidence,
    block=known(
        st.builds(
            Block,
            number=st.integers(0, 2**64 - 1),
            hash=HASHES,
            timestamp=st.integers(0, 2**64 - 1),
        )
    ),
    net_usd=known(USD),
    holdings=known(many(HELD)),
    quotes=known(many(QUOTES)),
    debts=known(
        many(st.builds(OwedAmount, token=known(TOKENS), base_units=known(WORDS), place=TEXTS))
    ),
    tokens=many(
        st.builds(
            DescribedToken,
            address=ADDRESSES,
            symbol=known(TEXTS | st.none()),
            name=known(TEXTS | st.none()),
            decimals=known(WORDS | st.none()),
            listed=known(FLAGS),
        )
    ),
    contracts=many(
        st.builds(
            DescribedContract, address=ADDRESSES, name=TEXTS, trusted=FLAGS, code_size=known(WORDS)
        )
    ),
    address_book=many(st.builds(BookEntry, address=ADDRESSES, name=TEXTS, chain_id=known(WORDS))),
    exposures=known(many(st.builds(Exposed, strategy=TEXTS, usd=known(USD)))),
    allowances=many(
        st.builds(
            ObservedAllowance,
            token=TOKENS,
            spender=ADDRESSES,
            base_units=WORDS,
            safe=known(ADDRESSES),
        )
    ),
    positions=many(
        st.builds(
            OwnPosition, manager=ADDRESSES, token_id=WORDS, token0=ADDRESSES, token1=ADDRESSES
        )
    ),
    queue=many(
        st.builds(
            QueueEntry,
            nonce=known(WORDS),
            safe=known(ADDRESSES),
            safe_tx_hash=known(HASHES),
            tx=known(TRANSACTIONS),
            strategy=known(TEXTS),
            usd=known(USD),
        )
    ),
    balance_changes=known(
        many(
            st.builds(
                BalanceChange,
                account=ADDRESSES,
                token=TOKENS,
                delta=st.integers(-(2**255), 2**255 - 1),
            )
        )
    ),
    storage_changes=known(
        many(
            st.builds(
                StorageChange,
                account=known(ADDRESSES),
                slot=known(WORDS),
                before=known(WORDS),
                after=known(WORDS),
            )
        )
    ),
)
TERMS = st.builds(
    PolicyTerms,
    limit_bps=st.integers(1, 10_000),
    limit_is_inclusive=FLAGS,
    advised_low_bps=st.integers(0, 300),
    advised_high_bps=st.integers(300, 2**256 - 1),
    max_quote_age_seconds=WORDS,
    max_quote_spread_bps=WORDS,
)
SERVICE_VALUES = st.recursive(TEXTS | st.none(), many, max_leaves=4)
FRAMES = {name: known(SERVICE_VALUES) for name in ("to", "value", "operation", "data")}


def service_calls(
    inner: st.SearchStrategy[ServiceCall], frame: dict[str, st.SearchStrategy[object]]
) -> st.SearchStrategy[ServiceCall]:
    """Decodings whose parameters may hold such calls."""
    parameters = st.builds(
        ServiceParameter,
        name=known(TEXTS),
        kind=known(TEXTS),
        value=known(SERVICE_VALUES),
        calls=known(many(inner)),
    )
    return st.builds(ServiceCall, method=known(TEXTS), parameters=known(many(parameters)), **frame)


IDENTIFIERS = st.from_regex(r"[A-Za-z_$][A-Za-z0-9_$]{0,9}", fullmatch=True)


def parameters_of(types: st.SearchStrategy[AbiType]) -> st.SearchStrategy[AbiType]:
    """Named types together, as functions and structs have them."""
    return st.lists(st.tuples(IDENTIFIERS | st.just(""), types), max_size=3).map(
        lambda members: AbiType(
            "tuple",
            members=tuple(kind for _, kind in members),
            names=tuple(name for name, _ in members),
        )
    )


ABI_TYPES = st.recursive(
    st.sampled_from(("address", "bool", "bytes", "string", "uint256", "int8", "bytes32")).map(
        parse_type
    ),
    lambda inner: (
        st.builds(
            lambda item, size: AbiType("array", size=size, members=(item,)),
            inner,
            st.none() | st.integers(0, 99),
        )
        | parameters_of(inner)
    ),
    max_leaves=4,
)


CLAIMS: dict[str, st.SearchStrategy[object]] = {
    "preview_shares": known(WORDS),
    "disagreements": many(
        st.builds(
            Disagreement,
            field=TEXTS,
            answers=known(
                st.dictionaries(TEXTS, SERVICE_VALUES, max_size=3).map(
                    lambda answers: tuple(sorted(answers.items(), key=lambda pair: pair[0]))
                )
            ),
        )
    ),
    "service_decoded": known(
        service_calls(service_calls(st.builds(ServiceCall, **FRAMES), FRAMES), {})
    ),
    "inner_transactions": many(
        st.builds(
            InnerTransaction,
            safe=known(ADDRESSES),
            version=known(VERSIONS),
            tx=known(TRANSACTIONS),
            claimed_hash=known(HASHES),
        )
    ),
    "abis": many(
        st.builds(
            ClaimedAbi,
            address=ADDRESSES,
            functions=many(st.builds(Function, IDENTIFIERS, parameters_of(ABI_TYPES))),
        )
    ),
}
BUNDLES = st.builds(
    Bundle,
    safe=SAFES,
    tx=TRANSACTIONS,
    purpose=TEXTS,
    claimed_hash=known(HASHES),
    signatures=known(many(SIGNATURES)),
    strategy=known(TEXTS),
    terms=known(TERMS),
    strategies=known(
        many(
            st.builds(
                Strategy,
                name=NAMES,
                group=NAMES,
                venue=st.sampled_from(VENUES),
                contracts=many(ADDRESSES),
            )
        )
    ),
    exceptions=many(
        st.builds(
            ClaimedException,
            safe_tx_hash=HASHES,
            policy_hash=HASHES,
            reason=TEXTS,
            expires=st.integers(0, 2**64 - 1),
            signatures=many(SIGNATURES),
        )
    ),
    evidence=EVIDENCE,
    **CLAIMS,
)


@given(BUNDLES)
@settings(max_examples=300, deadline=None)
def test_written_and_read_is_equal(bundle: Bundle) -> None:
    """Writing and reading is identity, and writing again gives the same bytes."""
    data = write_bundle(bundle)
    assert read_bundle(data) == bundle
    assert write_bundle(read_bundle(data)) == data


def test_bundles_of_our_own_evidence() -> None:
    """What this desk knows goes out and comes back; only what strategies take stays at home."""
    entry = queued(*entering(5), nonce=50, safe=SAFE)
    for facts in (
        local(an_evidence(queue=(entry,))),
        local_facts(a_workspace(), a_snapshot(), ()),
    ):
        bundle = bundle_with_our_evidence(
            a_treasury_safe(), SafeTx(to=SAFE, nonce=1), facts, purpose="", strategy=None
        )
        back = read_bundle(write_bundle(bundle))
        assert back.evidence == bundle.evidence
        assert (back.safe, back.tx, back.terms) == (bundle.safe, bundle.tx, bundle.terms)
