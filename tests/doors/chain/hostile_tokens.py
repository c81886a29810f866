"""Tokens that answer what they like, in byte code of ours, and the logs that draw eyes to them."""

from dataclasses import dataclass

from eth_abi.abi import encode

from treasury_desktop.assets.address import Address
from treasury_desktop.assets.keccak import keccak
from treasury_desktop.devnet.json_rpc import JsonRpc

LOOPING = bytes.fromhex("5b600056")
REFUSING = bytes.fromhex("60006000fd")
SAYS_ITS_GAS = bytes.fromhex("5a60005260206000f3")
EMPTY = b""
_TRANSFER = keccak(b"Transfer(address,address,uint256)").hex()
# log(Transfer, from nobody, to calldata word 0, of calldata word 1); the second with a fourth topic
_ANNOUNCING = bytes.fromhex(f"60203560005260003560007f{_TRANSFER}60206000a3")
_ANNOUNCING_ID = bytes.fromhex(f"60203560003560007f{_TRANSFER}60006000a4")


def text(words: str) -> bytes:
    """A string as contracts answer it."""
    return encode(["string"], [words])


def number(value: int) -> bytes:
    """A number as contracts answer it."""
    return value.to_bytes(32, "big")


def answering(answers: dict[str, bytes]) -> bytes:
    """Code that answers these functions with these bytes, and refuses every other."""
    dispatch = bytes.fromhex("60003560e01c")
    bodies = b""
    start = len(dispatch) + 11 * len(answers) + len(REFUSING)
    data_at = start + 19 * len(answers)
    data = b""
    for signature, answer in answers.items():
        at = start + len(bodies)
        dispatch += bytes.fromhex("8063") + keccak(signature.encode())[:4]
        dispatch += bytes.fromhex("1461") + at.to_bytes(2, "big") + bytes.fromhex("57")
        size, place = len(answer).to_bytes(3, "big"), (data_at + len(data)).to_bytes(3, "big")
        # JUMPDEST; CODECOPY(0, place, size); RETURN(0, size)
        bodies += bytes.fromhex("5b62") + size + bytes.fromhex("62") + place
        bodies += bytes.fromhex("60003962") + size + bytes.fromhex("6000f3")
        data += answer[:LARGEST]
    return dispatch + REFUSING + bodies + data


LARGEST = 20_000
"""Of longer answers only the beginning is in the code, which may be 24 kB at most; zeros follow."""


def a_token(
    *, units: int, symbol: bytes | None, name: bytes | None = None, decimals: int | None = 18
) -> bytes:
    """Code of a token that holds so much for everybody; what is `None` is refused."""
    answers = {"balanceOf(address)": number(units)}
    answers |= {} if symbol is None else {"symbol()": symbol}
    answers |= {} if name is None else {"name()": name}
    answers |= {} if decimals is None else {"decimals()": number(decimals)}
    return answering(answers)


@dataclass(frozen=True, slots=True)
class Announcer:
    """Puts contracts on a chain and lets them announce transfers to a Safe."""

    rpc: JsonRpc
    safe: Address
    sender: str

    def put(self, name: str, code: bytes, *, is_erc721: bool = False) -> Address:
        """The contract's address; it has announced a transfer and is what it is meant to be."""
        place = Address(keccak(name.encode())[12:])
        self._set(place, _ANNOUNCING_ID if is_erc721 else _ANNOUNCING)
        data = bytes(12) + self.safe.raw + number(1)
        call = {"from": self.sender, "to": str(place), "data": f"0x{data.hex()}"}
        receipt = self.rpc.ask("eth_sendTransactionSync", call | {"gas": hex(200_000)})
        assert len(receipt["logs"]) == 1
        self._set(place, code)
        return place

    def _set(self, place: Address, code: bytes) -> None:
        self.rpc.ask("anvil_setCode", str(place), f"0x{code.hex()}")
