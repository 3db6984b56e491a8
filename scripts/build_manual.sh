#!/usr/bin/env bash
# Writes a manual page for each command into dist/man, from what the commands say of themselves.
set -euo pipefail
cd "$(dirname "$0")/.."

rm -rf dist/man
swift package generate-manual --multi-page >&2
install -d dist/man
install -m 644 "$(find .build/plugins/GenerateManual -type d -name bookstore | head -n 1)"/*.1 dist/man/
