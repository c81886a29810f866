"""The typed data other wallets sign (eth_signTypedData_v4), where it is a Safe transaction.

The digest is decided by the types, so they have to be exactly a Safe's: another order, another
name or one more member is another digest and no Safe transaction. Which of the three forms it is
shows in the types; the version does not. Source: EIP-712 and safe-eth-py, safe/safe_tx.py.
"""

from collections.abc import Mapping

from treasury_desktop.assets.address import Address
from treasury_desktop.assets.strict_json import JsonSource, canonical_json
from treasury_desktop.assets.unknown import UNKNOWN
from treasury_desktop.bundle import Bundle
from treasury_desktop.bundle.fields import Fields, items, text
from treasury_desktop.bundle.transaction import transaction_json
from treasury_desktop.errors import Malformed, Refused
from treasury_desktop.files.foreign_programs.hash_form import HashForm
from treasury_desktop.files.foreign_programs.incoming import Incoming
from treasury_desktop.files.foreign_programs.lenient_fields import quantity, safe_tx
from treasury_desktop.safes.typed_data import Field, domain_fields, safe_tx_fields

PRIMARY_TYPE = "SafeTx"
DOMAIN_TYPE = "EIP712Domain"


def read_typed_data(typed: Mapping[str, object]) -> Incoming:
    """The Safe transaction in a typed-data request; other typed data is refused by name."""
    top = Fields(typed, "")
    primary = top.required("primaryType", text)
    if primary != PRIMARY_TYPE:
        raise Malformed(
            "primaryType", f"is {primary[:64]!r}; only typed data of a SafeTx is reviewed"
        )
    types, domain = top.required("types", Fields), top.required("domain", Fields)
    message = top.required("message", Fields)
    form = _form(types, domain)
    names = [name for _, name in safe_tx_fields(form.a_version)]
    domain.refuse_unknown(name for _, name in domain_fields(form.a_version))
    message.refuse_unknown(names)
    overhead = "dataGas" if form is HashForm.DATA_GAS else "baseGas"
    nonce = message.required("nonce", quantity)
    return Incoming(
        chain_id=domain.required("chainId", quantity) if form is HashForm.CHAIN else UNKNOWN,
        safe=domain.required("verifyingContract", Address.parse),
        form=form,
        nonce=nonce,
        tx=safe_tx(message, overhead=overhead, nonce=nonce, may_be_unset=False),
    )


def write_typed_data(bundle: Bundle) -> bytes:
    """A bundle's transaction as the typed data that its Safe's owners sign."""
    if not bundle.can_be_hashed:
        raise Refused("What was sent leaves out what the typed data is made of.")
    version, values = bundle.safe.version, transaction_json(bundle.tx)
    names = [name for _, name in safe_tx_fields(version)]
    message: dict[str, JsonSource] = {
        name: str(bundle.tx.nonce)
        if name == "nonce"
        else values["baseGas" if name == "dataGas" else name]
        for name in names
    }
    domain: dict[str, JsonSource] = {"verifyingContract": str(bundle.safe.address)}
    if version.has_chain_id_in_domain:
        domain["chainId"] = str(bundle.safe.chain_id)
    return canonical_json(
        {
            "types": {
                DOMAIN_TYPE: _described(domain_fields(version)),
                PRIMARY_TYPE: _described(safe_tx_fields(version)),
            },
            "primaryType": PRIMARY_TYPE,
            "domain": domain,
            "message": message,
        }
    )


def _described(fields: tuple[Field, ...]) -> list[JsonSource]:
    return [{"name": name, "type": kind} for kind, name in fields]


def _form(types: Fields, domain: Fields) -> HashForm:
    """The form whose types these are; where the domain's are left out, its members tell."""
    types.refuse_unknown((DOMAIN_TYPE, PRIMARY_TYPE))
    described = types.required(PRIMARY_TYPE, _fields)
    domain_type = types.known(DOMAIN_TYPE, _fields)
    has_chain = domain.has("chainId")
    for form in HashForm:
        is_domain = (
            domain_type == domain_fields(form.a_version)
            if isinstance(domain_type, tuple)
            else has_chain is form.a_version.has_chain_id_in_domain
        )
        if is_domain and described == safe_tx_fields(form.a_version):
            return form
    if all(described != safe_tx_fields(form.a_version) for form in HashForm):
        raise Malformed(types.path(PRIMARY_TYPE), "are not the members of a Safe's SafeTx")
    raise Malformed(types.path(DOMAIN_TYPE), "are not the members a Safe with this SafeTx signs")


def _fields(value: object, path: str) -> tuple[Field, ...]:
    return items(value, path, _field)


def _field(value: object, path: str) -> Field:
    fields = Fields(value, path)
    fields.refuse_unknown(("name", "type"))
    return fields.required("type", text), fields.required("name", text)
