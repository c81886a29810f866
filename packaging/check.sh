#!/usr/bin/env bash
# Everything that has to hold, in the order in which it fails fastest.
set -euo pipefail
cd "$(dirname "$0")/.."
bin=.venv/bin
run() { printf '== %s\n' "$*"; "$@"; }
run $bin/ruff check .
run $bin/ruff format --check .
run $bin/mypy
run $bin/lint-imports
run packaging/with_keyring.sh $bin/python -m pytest -n 2 --dist loadfile "$@"
