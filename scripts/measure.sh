#!/usr/bin/env bash
# The figures of README.md: a store of its own on the loopback address, measured by wrk for a few seconds a
# row. Medians of three rounds; every run cleans up after itself.
set -euo pipefail
cd "$(dirname "$0")/.."

program=.build/release/bookstore
seconds=${SECONDS_PER_ROW:-4}
command -v wrk > /dev/null || { echo "measure: wrk is missing: apt-get install wrk" >&2; exit 1; }
[ -x "$program" ] || { echo "measure: build it first: make release" >&2; exit 1; }

folder=$(mktemp -d)
store=
finish() {
    [ -z "$store" ] || { kill "$store" 2> /dev/null && wait "$store" 2> /dev/null; } || true
    rm -rf "$folder"
}
trap finish EXIT

port=$((20000 + RANDOM % 20000))
printf 'frontend,127.0.0.1:%d\ncatalog,127.0.0.1:%d\norder,127.0.0.1:%d\n' \
    "$port" $((port + 1)) $((port + 2)) > "$folder/config"
"$program" up --config "$folder/config" --data "$folder/data" --output "$folder/output" \
    > "$folder/up.out" 2> "$folder/up.err" &
store=$!
for _ in $(seq 100); do
    curl -sf "http://127.0.0.1:$port/readyz" > /dev/null && break
    sleep 0.1
done
curl -sf "http://127.0.0.1:$((port + 1))/update?item_number=1&stock=100000000" > /dev/null
echo 'wrk.method = "POST"' > "$folder/post.lua"

# Prints "requests a second, median latency, 99th percentile" of the median round.
row() {
    for _ in 1 2 3; do
        wrk -t1 -c"$1" -d"${seconds}s" --latency "${@:3}" "http://127.0.0.1:$port$2" \
            | awk '/50%/ {p50 = $2} /99%/ {p99 = $2} /Requests\/sec/ {printf "%.0f | %s | %s\n", $2, p50, p99}'
    done | sort -n | sed -n 2p
}

echo "| request | connections | a second | median | 99th percentile |"
echo "|---|---|---|---|---|"
for connections in 1 9 64 256; do
    echo "| lookup | $connections | $(row "$connections" '/lookup?item_number=1') |"
done
echo "| search (2 books) | 64 | $(row 64 '/search?topic=distributed+systems') |"
for connections in 1 9 64 256; do
    echo "| buy, one hot title | $connections | $(row "$connections" '/buy?item_number=1' -s "$folder/post.lua") |"
done
