#!/usr/bin/env bash
# `make run`: from a fresh clone to a running store.
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/setup.sh
if [[ -x .build/release/bookstore ]]; then
    echo "Building what has changed of the store ..." >&2
else
    echo "Building the store (the first time takes about ten minutes on two cores) ..." >&2
fi
scripts/build_release.sh

# exec: the store replaces this process, so that a SIGTERM for the script reaches the store, and make sees the
# store's own exit status. That is 0 after Ctrl-C, so make reports no error.
exec .build/release/bookstore up "$@"
