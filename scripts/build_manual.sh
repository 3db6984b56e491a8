#!/usr/bin/env bash
# Writes a manual page for each command into dist/man, from what dist/bookstore says of its commands.
set -euo pipefail
cd "$(dirname "$0")/.."

[[ -x dist/bookstore ]] || { echo "manual: dist/bookstore is missing: run make static" >&2; exit 1; }
# Asking the argument parser's plugin for help builds its tool and no more. Let do its work, it would build the whole
# store once more with other settings than those of dist/bookstore.
swift package generate-manual --help >/dev/null
tool=$(find .build/*/debug -maxdepth 1 -type f -name 'generate-manual*' -perm -u+x | head -n 1)
[[ -n $tool ]] || { echo "manual: the argument parser's tool was not built" >&2; exit 1; }
rm -rf dist/man.new
mkdir -p dist/man.new
"$tool" dist/bookstore --multi-page --output-directory dist/man.new
rm -rf dist/man
mv dist/man.new dist/man
