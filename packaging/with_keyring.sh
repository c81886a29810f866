#!/usr/bin/env bash
# Runs a command in a home, a session bus and an unlocked Secret Service of its own: tests never touch a person's key ring.
set -euo pipefail
home=$(mktemp -d)
trap 'rm -rf "$home"' EXIT
export HOME="$home" XDG_RUNTIME_DIR="$home/run" XDG_DATA_HOME="$home/.local/share" XDG_CONFIG_HOME="$home/.config" XDG_CACHE_HOME="$home/.cache"
mkdir -m 700 "$XDG_RUNTIME_DIR"
unset DBUS_SESSION_BUS_ADDRESS PYTHON_KEYRING_BACKEND GNOME_KEYRING_CONTROL
# The daemon is told to close with its bus; its output must not hold a pipe of the caller open.
dbus-run-session -- bash -c '
  printf keyring | gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1
  "$@"
' with_keyring "$@"
