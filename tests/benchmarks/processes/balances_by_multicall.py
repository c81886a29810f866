"""The `multicall` package's way, and web3.py's one by one, to many balances of one token.

Run in an interpreter that has `multicall`, with an endpoint, a token and how often to measure; the
accounts come from standard input. Says the balances' sum and the seconds of every run of each.
"""

import sys
import time

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
    """Measures both."""
    url, token, times = sys.argv[1], sys.argv[2], int(sys.argv[3])
    accounts = sys.stdin.read().split()
    web3 = Web3(HTTPProvider(url))
    block = web3.eth.block_number
    # The package sends its own code along (a state override), so nothing has to be deployed.
    constants.MULTICALL3_ADDRESSES[LOCAL_CHAIN_ID] = MULTICALL3
    for _ in range(times + 1):  # the first does not count
        begun = time.perf_counter()
        calls = [
            Call(token, ["balanceOf(address)(uint256)", account], [(account, None)])
            for account in accounts
        ]
        found = Multicall(calls, block_id=block, _w3=web3)()
        print("multicall", sum(found.values()), time.perf_counter() - begun)  # noqa: T201  the answer
    contract = web3.eth.contract(token, abi=[BALANCE_OF])
    begun = time.perf_counter()
    total = sum(contract.functions.balanceOf(account).call() for account in accounts)
    print("web3", total, time.perf_counter() - begun)  # noqa: T201  the answer


if __name__ == "__main__":
    main()
