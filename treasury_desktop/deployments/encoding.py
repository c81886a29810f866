"""Writing calldata, with eth_abi: the other road from the one by which it is read for review."""

from treasury_desktop.calls.abi_type import Function


def encoded_call(function: Function, *arguments: object) -> bytes:
    """Selector and canonically encoded arguments; addresses as EIP-55 text, structs as tuples."""
    # eth_abi takes 60 ms to import and nothing needs it before somebody drafts a deployment.
    from eth_abi.abi import encode  # noqa: PLC0415  imported when a deployment is drafted

    kinds = [str(member) for member in function.parameters.members]
    return function.selector + encode(kinds, arguments)
