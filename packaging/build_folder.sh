#!/usr/bin/env bash
# Builds build/folder/treasury-desktop, which starts without Python, and proves that it works.
set -euo pipefail
cd "$(dirname "$0")/.."
venv=build/packaging-venv
folder=build/folder/treasury-desktop
say() { printf '%s\n' "package: $*" >&2; }

# An environment of its own, so that nothing but what is pinned and hashed can be collected.
install_packages() {
  local want
  want=$(sha256sum requirements/packaging.txt | cut -d' ' -f1)
  [ -f "$venv/.done" ] && [ "$(cat "$venv/.done")" = "$want" ] && return
  say "installing $venv (hashes required)"
  rm -rf "$venv"
  .venv/bin/python -m venv "$venv"
  "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes \
    --only-binary :all: -r requirements/packaging.txt
  printf '%s' "$want" >"$venv/.done"
}

build() {
  say "freezing"
  rm -rf build/folder
  # The same sources give the same bytes: no clock and no hash seed of this machine.
  SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct)} PYTHONHASHSEED=0 \
    "$venv/bin/python" -m PyInstaller --log-level WARN --noconfirm --clean \
    --distpath build/folder --workpath build/pyinstaller packaging/treasury-desktop.spec
  (cd "$folder" && find . -type f -print0 | sort -z | xargs -0 sha256sum) >build/folder/SHA256SUMS
  say "$(du -sh "$folder" | cut -f1) in $(wc -l <build/folder/SHA256SUMS) files"
}

install_packages
build
packaging/with_keyring.sh .venv/bin/python packaging/prove_folder.py "$folder/treasury-desktop"
