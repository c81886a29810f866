"""The chain's door costs nothing until a node is contacted."""

import subprocess
import sys


def test_naming_the_readers_does_not_import_web3() -> None:
    """All readers can be made without web3 and NumPy, which take most of a second to import."""
    asked = (
        "import sys\n"
        "from treasury_desktop.chain import broadcaster, movement_reader, node, pool_reader\n"
        "from treasury_desktop.chain import safe_reader, treasury_reader\n"
        "treasury_reader.TreasuryReader(node.Node((), 1))\n"
        "print([name for name in ('web3', 'numpy', 'eth_account', 'requests') "
        "if name in sys.modules])"
    )
    answer = subprocess.run(
        [sys.executable, "-c", asked], capture_output=True, text=True, check=True
    )
    assert answer.stdout.strip() == "[]"


def test_contacting_a_node_leaves_the_recursion_limit_alone() -> None:
    """web3's dependency raises the limit until parsing nested JSON would crash; it is put back."""
    asked = (
        "import sys\n"
        "before = sys.getrecursionlimit()\n"
        "from treasury_desktop.chain.connection import _provider\n"
        "_provider('http://127.0.0.1:9', 1)\n"
        "print(before == sys.getrecursionlimit(), 'web3' in sys.modules)"
    )
    answer = subprocess.run(
        [sys.executable, "-c", asked], capture_output=True, text=True, check=True
    )
    assert answer.stdout.strip() == "True True"
