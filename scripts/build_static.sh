#!/usr/bin/env bash
# Builds dist/bookstore: the executable for other machines, with Swift's libraries, SQLite and zlib inside. It needs
# only glibc 2.36 or newer (Debian 12), so a container image or a package is that one file and its settings.
# With --debug it takes the development build, which is there sooner and runs slower.
set -euo pipefail
cd "$(dirname "$0")/.."

configuration=release
case "${1:-}" in
    "") ;;
    --debug) configuration=debug ;;
    *) echo "usage: scripts/build_static.sh [--debug]" >&2; exit 64 ;;
esac

# The linker takes the shared library where both stand in one folder, so the static one gets a folder of its own.
folder=$PWD/.build/static-libraries
mkdir -p "$folder" dist
for library in libsqlite3.a libz.a; do
    archives=(/usr/lib/*/"$library")
    [[ -e ${archives[0]} ]] || { echo "$library is missing: run scripts/setup.sh" >&2; exit 1; }
    ln -sf "${archives[0]}" "$folder/$library"
done

flags=(-c "$configuration" --product bookstore --static-swift-stdlib
    -Xlinker "-L$folder" -Xlinker -lm -Xlinker --strip-all)
swift build "${flags[@]}" >&2
# A name of its own first: a build that is stopped here leaves no half of a file.
install -m 755 "$(swift build "${flags[@]}" --show-bin-path)/bookstore" dist/bookstore.new
mv dist/bookstore.new dist/bookstore
