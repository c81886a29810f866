"""The `multicall` package's way, and web3.py's one by one, to many balances of one token.

Run in an interpreter that has `multicall`, with an endpoint, a token and a file of accounts. For
each line of standard input, `multicall` or `web3`, says the balances' sum and the seconds it took.
"""

import sys
import time
from pathlib import Path

from multicall import Call, Multicall, constants  # type: ignore[import-not-found]
from web3 import HTTPProvider, Web3

LOCAL_CHAIN_ID = 31_337
MULTICALL3 = "0xcA11bde05977b3631167028862bE2a173976CA11"
BALANCE_OF = {
    "name": "balanceOf",
    "type": "function",
    "stateMutability": "view",
    "inputs": [{"name": "account", "type": "address"}],
    "outputs": [{"name": "", "type": "uint256"}],
}


def main() -> None:
    """Measures one of both for every line that names it."""
    url, token, file = sys.argv[1:]
    accounts = Path(file).read_text(encoding="ascii").split()
    web3 = Web3(HTTPProvider(url))
    block = web3.eth.block_number
    # The package sends its own code along (a state override), so nothing has to be deployed.
    constants.MULTICALL3_ADDRESSES[LOCAL_CHAIN_ID] = MULTICALL3
    contract = web3.eth.contract(token, abi=[BALANCE_OF])

    def by_package() -> int:
        calls = [
            Call(token, ["balanceOf(address)(uint256)", account], [(account, None)])
            for account in accounts
        ]
        return sum(Multicall(calls, block_id=block, _w3=web3)().values())

    def one_by_one() -> int:
        return sum(contract.functions.balanceOf(account).call() for account in accounts)

    for line in sys.stdin:
        begun = time.perf_counter()
        total = one_by_one() if line.strip() == "web3" else by_package()
        print(total, time.perf_counter() - begun, flush=True)  # noqa: T201  the answer


if __name__ == "__main__":
    main()
