#!/usr/bin/env bash
# Runs test 5, or the tests under faults, in a lab of its own, and ends the lab again.
#
#   deploy/lab/test.sh                     test 5 from one command, as it runs on AWS
#   deploy/lab/test.sh faults [TEST...]    everything under faults, or the named tests, such as
#                                          tests.test_store or tests.test_deployment.BadInput
#
# Needs dist/bookstore (make static).
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
lab=$root/deploy/lab/lab.sh

[[ -x $root/dist/bookstore ]] || { echo "lab: dist/bookstore is missing: run make static" >&2; exit 1; }
"$lab" up
trap '"$lab" down' EXIT
"$lab" run docker build --quiet --tag my-book-store --target prebuilt "$root" >/dev/null
case ${1:-} in
    "") "$lab" run "$root/scripts/run_distributed_test.sh" --image my-book-store --output "$root/output" ;;
    faults)
        shift
        (($#)) || set -- tests.test_deployment tests.test_store
        cd "$root/deploy/lab"
        python3 -B -m unittest -v "$@" ;;
    *) echo "usage: deploy/lab/test.sh [faults [TEST...]]" >&2; exit 64 ;;
esac
