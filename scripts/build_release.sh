#!/usr/bin/env bash
# Builds a product for use into .build/release: the store, or the one that is named.
set -euo pipefail
cd "$(dirname "$0")/.."

# shellcheck source=scripts/release_flags.sh
source scripts/release_flags.sh
swift build "${release_flags[@]}" --product "${1:-bookstore}"
