"""Safe Transaction Builder batch files: read as widely as they differ, written one way.

A batch file is a list of calls without nonce, version or gas. Its checksum says whether it was
changed since it was saved, by anybody who did not also compute a new one: a wrong one is worth a
word, a right one proves nothing. Source: the Transaction Builder's typings/models.ts,
lib/checksum.ts, utils.ts and store/transactionLibraryContext.tsx.
"""

import json
from collections.abc import Mapping
from contextlib import suppress

from treasury_desktop.assets.address import Address
from treasury_desktop.assets.keccak import keccak
from treasury_desktop.assets.strict_json import MAX_BYTES, JsonSource, canonical_json
from treasury_desktop.assets.unknown import UNKNOWN, Unknown
from treasury_desktop.bundle import Bundle, ClaimedAbi, Remark
from treasury_desktop.bundle.fields import Fields, text
from treasury_desktop.calls.abi_type import Function
from treasury_desktop.calls.decoded_call import FIRST_MULTISEND_WITH_SELF
from treasury_desktop.calls.known_contracts import official_contract
from treasury_desktop.errors import Malformed, Refused
from treasury_desktop.files.foreign_programs.incoming import Incoming
from treasury_desktop.files.foreign_programs.lenient_fields import (
    bytes_or_none,
    is_unset,
    quantity,
    quantity_or_zero,
)
from treasury_desktop.safes.multisend import PackedCall, multisend_calldata, unpack_calls
from treasury_desktop.safes.safe_tx import Operation, SafeTx

FORMAT_VERSION = "1.0"
BUILDER_VERSION = "2.0.1"
MOST_CALLDATA = MAX_BYTES // 2
"""What the largest file can hold in hex; texts that are yet to be encoded could make more."""
MULTISEND_HEAD = 4 + 32 + 32
"""Bytes of `multiSend(bytes)` calldata before the packed calls."""


def read_batch(batch: Mapping[str, object]) -> Incoming:
    """The calls of a batch file, with a remark where its checksum is wrong or missing."""
    top = Fields(batch, "")
    meta = top.inner("meta")
    transactions = top.raw("transactions")
    if not isinstance(transactions, list):
        raise Malformed("transactions", "must be a list")
    if not transactions:
        raise Malformed("transactions", "is empty: a batch without calls does nothing")
    chain_id = top.raw("chainId")
    made_for, remarks = _made_for(meta)
    methods = _Methods()
    calls: list[PackedCall] = []
    left = MOST_CALLDATA
    for place, item in enumerate(transactions):
        calls.append(_call(Fields(item, f"transactions[{place}]"), methods))
        left -= len(calls[-1].data)
        if left < 0:
            raise Malformed("transactions", f"encode to more than {MOST_CALLDATA:,} bytes")
    return Incoming(
        chain_id=UNKNOWN if is_unset(chain_id) else quantity(chain_id, "chainId"),
        made_for=made_for,
        calls=tuple(calls),
        abis=methods.abis,
        purpose=_purpose(meta),
        remarks=(*_checksum_remarks(batch, meta), *remarks, *methods.remarks),
    )


def checksum_of(batch: Mapping[str, object]) -> bytes:
    """What `meta.checksum` of a batch has to be; its own value and the name are left out."""
    meta = batch.get("meta")
    members = dict(meta) if isinstance(meta, Mapping) else {}
    members.pop("checksum", None)
    members["name"] = None
    return keccak(_serialized({**batch, "meta": members}).encode())


def write_batch(bundle: Bundle, *, created_at_ms: int, name: str = "") -> bytes:
    """A bundle's calls as a batch file; refuses what a batch file cannot carry."""
    batch: dict[str, JsonSource] = {
        "version": FORMAT_VERSION,
        "chainId": str(bundle.safe.chain_id),
        "createdAt": created_at_ms,
        "transactions": [
            {
                "to": str(call.to),
                "value": str(call.value),
                "data": "0x" + call.data.hex(),
                "contractMethod": None,
                "contractInputsValues": None,
            }
            for call in batch_calls(bundle)
        ],
    }
    meta: dict[str, JsonSource] = {
        "name": name or "Transactions Batch",
        "description": bundle.purpose,
        "txBuilderVersion": BUILDER_VERSION,
        "createdFromSafeAddress": str(bundle.safe.address),
        "createdFromOwnerAddress": "",
    }
    meta["checksum"] = "0x" + checksum_of({**batch, "meta": meta}).hex()
    return canonical_json({**batch, "meta": meta})


def batch_calls(bundle: Bundle) -> tuple[PackedCall, ...]:
    """The calls a batch file would list; refuses where the list would lose something."""
    if bundle.unnamed:
        raise Refused("What was sent leaves something out, so it cannot be written as a batch.")
    tx = bundle.tx
    _refuse_gas_terms(tx)
    if tx.operation is Operation.CALL:
        return (PackedCall(int(Operation.CALL), tx.to, tx.value, tx.data),)
    official = official_contract(bundle.safe.chain_id, tx.to)
    if tx.operation is not Operation.DELEGATECALL or official is None or not official.is_multisend:
        raise Refused("A batch file knows calls only; this transaction runs foreign code.")
    calls = _packed_calls(tx)
    if official.version < FIRST_MULTISEND_WITH_SELF:
        return calls
    # There a zero address is the Safe itself; in a file it is whatever its reader makes of it.
    own = bundle.safe.address
    return tuple(call._replace(to=own) if call.to.is_zero else call for call in calls)


# ── reading ──────────────────────────────────────────────────────────────────────────────────────


class _Methods:
    """The functions a file says its contracts have; equal descriptions are read once."""

    def __init__(self) -> None:
        self._read: dict[str, Function | None] = {}
        self._claimed: dict[tuple[Address, str], Function] = {}
        self._contradicted: list[str] = []

    @property
    def abis(self) -> tuple[ClaimedAbi, ...]:
        """What goes with the other claims: somebody's word on what a contract can do."""
        return tuple(
            ClaimedAbi(address=to, functions=(function,))
            for (to, _), function in self._claimed.items()
        )

    def function(self, to: Address, method: Fields, key: str) -> Function | None:
        """The function of a `contractMethod`; `None` for the two that take no calldata."""
        from treasury_desktop.files.foreign_programs.abi_writing import (  # noqa: PLC0415  many files have none
            function_of,
        )

        if key not in self._read:
            self._read[key] = function_of(method)
        function = self._read[key]
        if function is not None:
            self._claimed.setdefault((to, function.signature), function)
        return function

    def compare(self, to: Address, fields: Fields, written: bytes) -> None:
        """Notes a call whose bytes are another call than the one the file describes beside them.

        The Transaction Builder shows the description and sends the bytes. What is no whole
        description is none.
        """
        method = fields.raw("contractMethod")
        try:
            function = self.function(to, fields.inner("contractMethod"), repr(method))
        except Malformed:
            return
        if function is None:
            return
        described = function.selector
        with suppress(Malformed):
            described = _encoded(function, fields)
        if not written.startswith(described):
            self._contradicted.append(fields.path("contractMethod"))

    @property
    def remarks(self) -> tuple[Remark, ...]:
        """One for all calls that are described as others."""
        if not self._contradicted:
            return ()
        first, more = self._contradicted[0], len(self._contradicted) - 1
        sentence = f"comes in a file whose {first} describes another call than its bytes make"
        sentence += f", as do {more:,} more; " if more else "; "
        sentence += "other programs show the description and send the bytes."
        return (Remark(code="BATCH_METHOD_MISMATCH", sentence=sentence, is_danger=True),)


def _call(fields: Fields, methods: _Methods) -> PackedCall:
    if fields.otherwise("operation", quantity_or_zero, 0):
        raise Malformed(fields.path("operation"), "must be 0: a batch file knows calls only")
    to = fields.required("to", Address.parse)
    value = fields.required("value", quantity)
    return PackedCall(int(Operation.CALL), to, value, _data(fields, to, methods))


def _data(fields: Fields, to: Address, methods: _Methods) -> bytes:
    """The bytes as they are written; encoded from method and texts only where there are none."""
    written, method = fields.raw("data"), fields.raw("contractMethod")
    if not is_unset(written) or method is None:
        data = bytes_or_none(written, fields.path("data"))
        if method is not None:
            methods.compare(to, fields, data)
        return data
    function = methods.function(to, fields.inner("contractMethod"), repr(method))
    return b"" if function is None else _encoded(function, fields)


def _encoded(function: Function, fields: Fields) -> bytes:
    from treasury_desktop.files.foreign_programs.abi_writing import calldata_of  # noqa: PLC0415  as above

    return calldata_of(function, fields.inner("contractInputsValues"))


def _made_for(meta: Fields) -> tuple[Address | Unknown, tuple[Remark, ...]]:
    """The Safe in which the batch was written; published files name some that cannot exist."""
    named = meta.raw("createdFromSafeAddress")
    if is_unset(named):
        return UNKNOWN, ()
    try:
        return Address.parse(named, meta.path("createdFromSafeAddress")), ()
    except Malformed as flaw:
        sentence = f"does not say in which Safe it was written: {flaw.problem}."
        return UNKNOWN, (Remark(code="BATCH_SAFE_UNREADABLE", sentence=sentence),)


def _purpose(meta: Fields) -> str:
    """What the batch calls itself."""
    name = meta.otherwise("name", text, "")
    description = meta.otherwise("description", text, "")
    return ": ".join(part for part in (name, description) if part)


# ── checksum ─────────────────────────────────────────────────────────────────────────────────────


def _checksum_remarks(batch: Mapping[str, object], meta: Fields) -> tuple[Remark, ...]:
    claimed = meta.raw("checksum")
    if is_unset(claimed):
        return (
            Remark(
                code="BATCH_CHECKSUM_MISSING",
                sentence="comes in a batch file without a checksum, so nothing says whether it was "
                "changed since it was saved.",
            ),
        )
    computed = "0x" + checksum_of(batch).hex()
    if claimed == computed:
        return ()
    return (
        Remark(
            code="BATCH_CHECKSUM_MISMATCH",
            sentence="comes in a batch file whose checksum does not fit: it was changed since it "
            "was saved, or written by another program.",
            evidence=computed,
        ),
    )


def _serialized(value: object) -> str:
    """The Transaction Builder's own form: an object is its sorted keys, then each value."""
    if isinstance(value, list | tuple):
        return f"[{','.join(map(_serialized, value))}]"
    if isinstance(value, Mapping):
        # JavaScript sorts by UTF-16 code units, which differs from code points past the BMP.
        keys = sorted(value, key=lambda key: key.encode("utf-16-be", "surrogatepass"))
        return f"{{{_scalar(keys)}{''.join(f'{_serialized(value[key])},' for key in keys)}}}"
    return _scalar(value)


def _scalar(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


# ── writing ──────────────────────────────────────────────────────────────────────────────────────


def _refuse_gas_terms(tx: SafeTx) -> None:
    terms = (tx.safe_tx_gas, tx.base_gas, tx.gas_price, tx.gas_token.number)
    if any(terms) or not tx.refund_receiver.is_zero:
        raise Refused("A batch file cannot carry gas figures or a refund; this transaction has.")


def _packed_calls(tx: SafeTx) -> tuple[PackedCall, ...]:
    try:
        length = int.from_bytes(tx.data[MULTISEND_HEAD - 32 : MULTISEND_HEAD], "big")
        calls = unpack_calls(tx.data[MULTISEND_HEAD : MULTISEND_HEAD + length])
    except Malformed:
        calls = ()
    if not calls or tx.value or multisend_calldata(calls) != tx.data:
        raise Refused("The transaction is no batch that a batch file could list.")
    if any(call.operation != Operation.CALL for call in calls):
        raise Refused("A batch file knows calls only; one of the calls runs foreign code.")
    return calls
