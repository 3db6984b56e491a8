#!/usr/bin/env bash
# `make run`: from a fresh clone to a running store.
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/setup.sh
echo "Building the store (the first time takes about ten minutes on two cores) ..." >&2
swift build -c release --product bookstore

# exec: the store takes this process's place, so that a SIGTERM meant for the script reaches the store, and
# make sees the store's own exit status: 0 after Ctrl-C, about which make has nothing to complain.
exec .build/release/bookstore up "$@"
