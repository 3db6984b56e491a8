#!/usr/bin/env bash
# Builds dist/bookstore: the executable for other machines, with Swift's libraries, SQLite and zlib inside. It needs
# only glibc 2.36 or newer (Debian 12), so a container image or a package holds only this file and its settings.
# With --debug it uses the development build, which builds faster and runs slower.
set -euo pipefail
cd "$(dirname "$0")/.."

configuration=release
case "${1:-}" in
    "") ;;
    --debug) configuration=debug ;;
    *) echo "usage: scripts/build_static.sh [--debug]" >&2; exit 64 ;;
esac

# The linker prefers a shared library in the same folder, so the static one gets its own folder.
folder=$PWD/.build/static-libraries
mkdir -p "$folder" dist
for library in libsqlite3.a libz.a; do
    archives=(/usr/lib/*/"$library")
    [[ -e ${archives[0]} ]] || { echo "$library is missing: run scripts/setup.sh" >&2; exit 1; }
    ln -sf "${archives[0]}" "$folder/$library"
done

# shellcheck source=scripts/release_flags.sh
source scripts/release_flags.sh
[[ $configuration == release ]] || release_flags=(-c debug --static-swift-stdlib)
flags=("${release_flags[@]}" --product bookstore
    -Xlinker "-L$folder" -Xlinker -lm -Xlinker --strip-all)
swift build "${flags[@]}" >&2
# Written under another name first, so that an interrupted build leaves no partial file.
install -m 755 "$(swift build "${flags[@]}" --show-bin-path)/bookstore" dist/bookstore.new
mv dist/bookstore.new dist/bookstore
