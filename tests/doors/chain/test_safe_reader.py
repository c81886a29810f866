"""Our hashes are the contract's hashes, for any transaction."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.doors.chain.conftest import Demonstration
from treasury_desktop.assets.address import Address
from treasury_desktop.chain.node import Node
from treasury_desktop.chain.safe_reader import SafeReader
from treasury_desktop.safes.hashes import safe_tx_hashes
from treasury_desktop.safes.safe_tx import Operation, SafeTx

ADDRESS = st.binary(min_size=20, max_size=20).map(Address)
UINT256 = st.integers(0, 2**256 - 1)
SAFE_TX = st.builds(
    SafeTx,
    to=ADDRESS,
    value=UINT256,
    data=st.binary(max_size=200),
    operation=st.sampled_from((Operation.CALL, Operation.DELEGATECALL)),
    safe_tx_gas=UINT256,
    base_gas=UINT256,
    gas_price=UINT256,
    gas_token=ADDRESS,
    refund_receiver=ADDRESS,
    nonce=UINT256,
)


@settings(
    max_examples=50,
    deadline=None,  # a real node answers
    suppress_health_check=[HealthCheck.function_scoped_fixture],  # the node is only read
)
@given(tx=SAFE_TX)
def test_our_hash_is_the_contracts_hash(chain: Demonstration, node: Node, tx: SafeTx) -> None:
    """GetTransactionHash answers what both our derivations give."""
    reader = SafeReader(node)
    safe = reader.read_safe(chain.safe)
    assert reader.transaction_hash_on_chain(chain.safe, tx) == safe_tx_hashes(safe, tx).safe_tx
