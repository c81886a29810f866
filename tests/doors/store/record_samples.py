"""Builders of what the store keeps; only the fact under test is spelled out."""

from fractions import Fraction

from coincurve import PrivateKey

from treasury_desktop.assets.address import Address
from treasury_desktop.assets.amount import TokenAmount
from treasury_desktop.assets.keccak import keccak
from treasury_desktop.assets.quote import Quote, QuoteKind
from treasury_desktop.assets.token import Token, native_token
from treasury_desktop.pools.position import Position
from treasury_desktop.safes.confirmation import Confirmation
from treasury_desktop.safes.lifecycle import State
from treasury_desktop.safes.queued import QuarantinedSignature, QueuedTransaction
from treasury_desktop.safes.safe import Safe, SafeVersion
from treasury_desktop.safes.safe_tx import SafeTx
from treasury_desktop.safes.signature import Signature
from treasury_desktop.treasury.holding import Holding
from treasury_desktop.treasury.lending import LendingAccount
from treasury_desktop.treasury.movement import Movement, MovementKind
from treasury_desktop.treasury.snapshot import Block, OpenAllowance, TreasurySnapshot

CHAIN_ID = 31337


class Samples:
    """Builders with sane defaults; only the fact under test is spelled out."""

    safe = Address(b"\x5a" * 20)
    payee = Address(b"\x70" * 20)
    usdc = Token(
        chain_id=CHAIN_ID, address=Address(b"\x0c" * 20), symbol="USDC", name="USD Coin", decimals=6
    )

    def queued(self, nonce: int = 7, **changes: object) -> QueuedTransaction:
        """A drafted transaction whose hash is made up from its nonce and value."""
        value = int(str(changes.pop("value", 1)))
        tx = SafeTx(to=self.payee, value=value, data=b"\x01\x02", nonce=nonce)
        values: dict[str, object] = {
            "chain_id": CHAIN_ID,
            "safe": self.safe,
            "safe_tx_hash": keccak(f"{nonce}/{value}".encode()),
            "tx": tx,
            "purpose": "Payroll",
            "strategy": None,
            "drafted_here": True,
            "created_at": 1_700_000_000,
            "state": State.DRAFTED,
        }
        return QueuedTransaction(**{**values, **changes})

    def confirmation(
        self, queued: QueuedTransaction, signer: int = 1, *, is_eth_sign: bool = False
    ) -> Confirmation:
        """A real signature by the key of that number."""
        key = PrivateKey.from_int(signer)
        signed = queued.safe_tx_hash
        if is_eth_sign:
            signed = keccak(b"\x19Ethereum Signed Message:\n32" + signed)
        raw = key.sign_recoverable(signed, hasher=None)
        v = raw[64] + (31 if is_eth_sign else 27)
        signature = Signature(int.from_bytes(raw[:32]), int.from_bytes(raw[32:64]), v)
        return Confirmation(
            safe_tx_hash=queued.safe_tx_hash, owner=self.owner(signer), signature=signature
        )

    def owner(self, signer: int = 1) -> Address:
        """The address of the key of that number."""
        public = PrivateKey.from_int(signer).public_key.format(compressed=False)
        return Address(keccak(public[1:])[12:])

    def quarantined(self, queued: QueuedTransaction) -> QuarantinedSignature:
        """A signature of nobody."""
        return QuarantinedSignature(
            safe_tx_hash=queued.safe_tx_hash, claimed_signer=None, data=b"\x99", reason="too short"
        )

    def block(self, number: int = 100) -> Block:
        """A block whose hash is made up from its number."""
        return Block(number=number, hash=keccak(str(number).encode()), timestamp=1_700_000_000)

    def snapshot(self, number: int = 100, chain_id: int = CHAIN_ID) -> TreasurySnapshot:
        """A treasury with one of everything, some of it unknown."""
        ether = native_token(chain_id, "ETH")
        known = Safe(
            chain_id=chain_id,
            address=self.safe,
            version=SafeVersion(1, 4, 1, is_l2=True),
            nonce=2**255,
            owners=(self.owner(1), self.owner(2)),
            threshold=2,
            singleton=self.payee,
            modules=(),
            guard=None,
        )
        unknown = Safe(chain_id=chain_id, address=self.payee, version=SafeVersion(1, 1, 1))
        return TreasurySnapshot(
            chain_id=chain_id,
            block=self.block(number),
            safes=(known, unknown),
            holdings=(
                Holding(safe=self.safe, amount=TokenAmount(token=ether, base_units=2**256 - 1)),
                Holding(
                    safe=self.safe,
                    amount=TokenAmount(token=self.usdc, base_units=0),
                    strategy="Vault",
                    detail="\u202eposition 7",
                    is_own_token=True,
                ),
            ),
            quotes=(
                Quote(
                    token_key="native",
                    usd=Fraction(10, 3),
                    kind=QuoteKind.FEED,
                    source="ETH / USD",
                    age_seconds=None,
                ),
                Quote(
                    token_key=self.usdc.key,
                    usd=Fraction(-1),
                    kind=QuoteKind.TWAP,
                    source="",
                    age_seconds=-5,
                ),
            ),
            positions=(
                Position(
                    token_id=7,
                    owner=self.safe,
                    pool=self.payee,
                    token0=self.payee,
                    token1=self.safe,
                    tick_lower=-600,
                    tick_upper=60,
                    liquidity=2**127,
                    sqrt_price_x96=2**96,
                    current_tick=0,
                    uncollected_fees0=1,
                    uncollected_fees1=0,
                ),
            ),
            allowances=(
                OpenAllowance(
                    safe=self.safe, token=self.payee, spender=self.payee, base_units=2**256 - 1
                ),
            ),
            lending=(
                LendingAccount(
                    safe=self.safe,
                    pool=self.payee,
                    debts=(TokenAmount(token=self.usdc, base_units=2**256 - 1),),
                    health_factor=2**256 - 2,
                ),
                LendingAccount(safe=self.payee, pool=self.payee),
            ),
            nodes=("anvil", "another"),
        )

    def movement(self, log_index: int = 3, block: int = 50, **changes: object) -> Movement:
        """USDC that left the Safe."""
        values: dict[str, object] = {
            "chain_id": CHAIN_ID,
            "safe": self.safe,
            "block_number": block,
            "timestamp": 1_700_000_000,
            "transaction_hash": keccak(b"sent"),
            "log_index": log_index,
            "kind": MovementKind.OUTGOING,
            "amount": TokenAmount(token=self.usdc, base_units=2**255),
            "counterpart": self.payee,
            "safe_tx_hash": keccak(b"safe tx"),
            "strategy": "Vault",
            "note": "rent",
        }
        return Movement(**{**values, **changes})
