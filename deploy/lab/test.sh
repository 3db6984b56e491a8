#!/usr/bin/env bash
# Runs test 5, or the tests under faults, in a lab of its own, and ends the lab again.
#
#   deploy/lab/test.sh                     test 5 from one command, as it runs on AWS
#   deploy/lab/test.sh replicas            the same with two hosts for each tier over PostgreSQL on three
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
"$lab" run docker build --quiet --tag my-book-store-replicas --build-arg BASE=bookstore-lab/database \
    --file "$root/deploy/docker/replicas.Dockerfile" "$root" >/dev/null
deploy=("$lab" run "$root/scripts/run_distributed_test.sh" --image my-book-store --output "$root/output")
case ${1:-} in
    "") "${deploy[@]}" ;;
    replicas) "${deploy[@]}" --replicas 2 --database-image my-book-store-replicas ;;
    faults)
        shift
        (($#)) || set -- tests.test_deployment tests.test_store tests.test_replicas
        cd "$root/deploy/lab"
        python3 -B -m unittest -v "$@" ;;
    *) echo "usage: deploy/lab/test.sh [replicas | faults [TEST...]]" >&2; exit 64 ;;
esac
