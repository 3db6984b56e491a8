#!/usr/bin/env bash
# Writes a manual page for each command into dist/man, from the help of dist/bookstore.
# Pages are named like git's: bookstore-books-add.1 is `man bookstore books add`.
set -euo pipefail
cd "$(dirname "$0")/.."

[[ -x dist/bookstore ]] || { echo "manual: dist/bookstore is missing: run make static" >&2; exit 1; }
# Asking the argument parser's plugin for help builds only its tool. Running the plugin would build the whole store
# again, with other settings than those of dist/bookstore.
swift package generate-manual --help >/dev/null
tool=$(find .build/*/debug -maxdepth 1 -type f -name 'generate-manual*' -perm -u+x | head -n 1)
[[ -n $tool ]] || { echo "manual: the argument parser's tool was not built" >&2; exit 1; }

# Mends the tool's pages: it names them with dots, runs paragraphs and examples together, and lists one exit status.
# shellcheck disable=SC2016 # $0 is awk's
readonly tidy='
    function close_example() { if (is_example) { print ".Ed"; is_example = 0 } }
    function close_paragraph() { if (is_between) { print ".Pp"; is_between = 0 } }
    /^$/ { is_between = 1; next }
    /^\./ { close_example(); is_between = 0 }
    /^\.Dt / { gsub(/\./, "-"); sub(/^-/, ".") }
    /^\.Xr bookstore\.help / { next }
    /^\.Xr / { gsub(/\./, "-"); sub(/^-/, ".") }
    /^\.Nm "/ { words = $0; gsub(/ /, "-"); gsub(/"/, ""); sub(/-/, " ") }
    /^\.Nm$/ && words { print words; next }
    /^\.Ex -std$/ && words { sub(/^\.Nm/, "", words); print ".Ex -std" words; next }
    /^\./ { print; next }
    /^  / || /[^ ]   +[^ ]/ {
        close_paragraph()
        if (!is_example) { print ".Bd -literal -compact"; is_example = 1 }
        print
        next
    }
    { close_example(); close_paragraph(); print }'

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$tool" dist/bookstore --multi-page --output-directory "$work"
rm -rf dist/man.new dist/man
mkdir -p dist/man.new
for page in "$work"/*.1; do
    name=${page##*/} name=${name%.1}
    [[ $name != bookstore.help ]] || continue
    awk "$tidy" "$page" >"dist/man.new/${name//./-}.1"
done
mv dist/man.new dist/man
