#!/usr/bin/env bash
# Writes requirements/*.txt from requirements/*.in: pinned, hashed, for every system and Python we support, without registry addresses.
set -euo pipefail
cd "$(dirname "$0")/.."
command -v uv >/dev/null || { echo "lock: needs uv (pip install uv)" >&2; exit 1; }
for name in runtime test packaging node; do
  uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
    --no-header --no-emit-index-url --no-annotate "requirements/$name.in" -o "requirements/$name.txt"
done
