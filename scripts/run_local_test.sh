#!/usr/bin/env bash
# The acceptance tests in containers on this machine: builds the image, starts the three tiers as compose.yaml has
# them, tests them from a client container, puts the logs into output/ and deletes everything again.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)

usage() {
    cat <<'TEXT'
usage: scripts/run_local_test.sh [--image NAME] [--output DIR]

  --image NAME    a container image that this machine has (default: build it)
  --output DIR    where the logs go (default output)
TEXT
}

image='' output=output
while (($#)); do
    case $1 in
        --image | --output) (($# >= 2)) || { echo "run_local_test.sh: $1 needs a value" >&2; exit 64; } ;;&
        --image) image=$2 ;;
        --output) output=$2 ;;
        --help | -h) usage; exit 0 ;;
        *) echo "run_local_test.sh: unknown option '$1'; --help lists them" >&2; exit 64 ;;
    esac
    shift 2
done

# shellcheck source=deploy/lib/progress.sh
source "$root/deploy/lib/progress.sh"
# shellcheck source=deploy/lib/engine.sh
source "$root/deploy/lib/engine.sh"
# shellcheck source=deploy/lib/logs.sh
source "$root/deploy/lib/logs.sh"

work=$(mktemp -d)
# Files that the client's container writes belong to whoever started this.
owner=$(id -u):$(id -g)
# A name for each run: two at once have containers, networks and volumes of their own.
project=bookstore-$(od -An -N4 -tx1 /dev/urandom | tr -d ' \n')
has_started=no

clean_up() {
    local status=$?
    trap - EXIT
    trap '' INT TERM HUP PIPE
    end_job
    if [[ $has_started == yes ]]; then
        ((status == 0)) || compose logs --no-color --tail 20 >&2 2>/dev/null || true
        compose down --volumes --timeout 15 >/dev/null 2>"$work/down" ||
            { say "could not delete everything of $project: $(tail -n 1 "$work/down")"; status=1; }
        say "containers, networks and volumes of the test are deleted"
    fi
    rm -rf "$work"
    exit $status
}
trap clean_up EXIT
trap 'say "interrupted"; exit 129' HUP
trap 'say "interrupted"; exit 130' INT
trap 'say "interrupted"; exit 143' TERM

# The test's own store: its own names, and any free port on the loopback address for the frontend.
compose() {
    BOOKSTORE_IMAGE=$image BOOKSTORE_TOKEN=$token BOOKSTORE_PUBLISH=127.0.0.1: \
        "${compose_command[@]}" --file "$root/compose.yaml" --project-name "$project" "$@"
}

start_store() {
    has_started=yes
    patiently compose up --detach >"$work/up" 2>&1 ||
        die failed "the containers did not start: $(tail -n 3 "$work/up" | tr '\n' ' ')"
    wait_for 60 "the frontend to be healthy" is_healthy frontend ||
        die failed "the frontend is not healthy after 60 s"
    say "catalog, order and frontend are healthy"
}

is_healthy() {
    [[ $(docker inspect --format '{{.State.Health.Status}}' "$(compose ps --quiet "$1")" 2>/dev/null) == healthy ]]
}

run_acceptance() {
    mkdir -p "$work/output"
    patiently docker run --rm --network "${project}_default" --read-only --user "$owner" \
        --volume "$work/output:/output" "$image" acceptance --frontend frontend:8000 >&2
}

collect_logs() {
    local tier
    for tier in catalog order; do
        docker cp "$(compose ps --quiet "$tier"):/output/${tier}_log" "$work/output/${tier}_log" || return 1
    done
    mkdir -p "$output"
    cp "$work/output/"{catalog_log,order_log,client_log} "$output/"
}

find_engine
find_compose
prepare_image "$root"
token=$(od -An -N32 -tx1 /dev/urandom | tr -d ' \n')
start_store
run_acceptance || die failed "the acceptance tests failed"
collect_logs || die failed "the logs could not be copied"
check_logs "$output" || die failed "the logs are not as they should be"
say "tests 1-4 passed in containers; catalog_log, order_log and client_log are in $output/"
