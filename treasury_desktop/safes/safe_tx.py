"""The typed struct that Safe owners sign."""

from dataclasses import dataclass
from enum import IntEnum

from treasury_desktop.assets.address import ZERO_ADDRESS, Address

UINT256_END = 2**256
MULTISIG_FIELDS = ("safe_tx_gas", "base_gas", "gas_price", "nonce", "value")


class Operation(IntEnum):
    """How the Safe performs its transaction; CREATE existed up to Safe 1.0.0."""

    CALL = 0
    DELEGATECALL = 1
    CREATE = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class SafeTx:
    """One Safe transaction: exactly the fields of the EIP-712 struct SafeTx.

    `value`, gas figures and `nonce` are uint256; `base_gas` carries what Safes below 1.0.0 call
    dataGas. The Safe and its chain are not part of the struct: see `Safe`.
    """

    to: Address
    value: int = 0
    data: bytes = b""
    operation: Operation = Operation.CALL
    safe_tx_gas: int = 0
    base_gas: int = 0
    gas_price: int = 0
    gas_token: Address = ZERO_ADDRESS
    refund_receiver: Address = ZERO_ADDRESS
    nonce: int

    def __post_init__(self) -> None:
        for name in MULTISIG_FIELDS:
            if not 0 <= getattr(self, name) < UINT256_END:
                raise ValueError(f"{name} is a uint256")
        Operation(self.operation)
