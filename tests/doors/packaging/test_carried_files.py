"""What the frozen folder carries from npm is named in one place, and is there."""

import pytest

from treasury_desktop.devnet.official_contracts import artifact_paths
from treasury_desktop.devnet.packages import node_packages, official


@pytest.mark.parametrize("path", artifact_paths())
def test_artifact_is_installed_and_has_byte_code(path: str) -> None:
    """Every npm file that building reads exists where the list says, and can be deployed."""
    assert (node_packages() / path).is_file()
    assert official(path).bytecode
