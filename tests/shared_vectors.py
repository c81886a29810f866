"""Sample cases with known answers that lie beside the repository; skipped where they do not."""

import json
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).resolve().parents[2] / "shared" / "vectors"


def cases_of(name: str) -> list[Any]:
    """Every case of a file as a parameter named after it; one skipped parameter without the file.

    The cases are gathered outside this project and are not part of the repository.
    """
    file = FOLDER / f"{name}.json"
    if not file.is_file():
        absent = pytest.mark.skip(reason=f"the sample cases {name}.json are not beside this tree")
        return [pytest.param(None, marks=absent, id="absent")]
    cases = json.loads(file.read_text("utf-8"))["cases"]
    return [pytest.param(case, id=case["name"]) for case in cases]
