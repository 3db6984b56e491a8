#!/usr/bin/env bash
# The acceptance tests in containers on this machine: builds the image, starts the store from compose.yaml, tests it
# from a client container, checks the shop, copies the logs to output/ and deletes everything again.
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
# shellcheck source=deploy/lib/options.sh
source "$root/deploy/lib/options.sh"
read_options --image=image --output=output -- "$@"

# shellcheck source=deploy/lib/progress.sh
source "$root/deploy/lib/progress.sh"
# shellcheck source=deploy/lib/engine.sh
source "$root/deploy/lib/engine.sh"
# shellcheck source=deploy/lib/logs.sh
source "$root/deploy/lib/logs.sh"
# shellcheck source=deploy/lib/web.sh
source "$root/deploy/lib/web.sh"

work=$(mktemp -d)
# Each run has its own name, so that two runs at the same time share no container, network or volume.
project=bookstore-$(od -An -N4 -tx1 /dev/urandom | tr -d ' \n')
has_started=no

clean_up() {
    local status=$1
    if [[ $has_started == yes ]]; then
        ((status == 0)) || compose logs --no-color --tail 20 >&2 2>/dev/null || true
        compose down --volumes --timeout 15 >/dev/null 2>"$work/down" ||
            { say "could not delete everything of $project: $(tail -n 1 "$work/down")"; status=1; }
        say "containers, networks and volumes of the test are deleted"
    fi
    rm -rf "$work"
    exit "$status"
}
end_by clean_up

# The test's own store: its own names, and any free ports on the loopback address.
compose() {
    BOOKSTORE_IMAGE=$image BOOKSTORE_TOKEN=$token BOOKSTORE_PUBLISH=127.0.0.1: \
        BOOKSTORE_SHOP_PUBLISH=127.0.0.1: \
        "${compose_command[@]}" --file "$root/compose.yaml" --project-name "$project" "$@"
}

start_store() {
    has_started=yes
    patiently compose up --detach >"$work/up" 2>&1 ||
        die failed "the containers did not start: $(tail -n 3 "$work/up" | tr '\n' ' ')"
    wait_for 60 "the storefront to be healthy" is_healthy storefront ||
        die failed "the storefront is not healthy after 60 s"
    say "catalog, order, frontend and storefront are healthy"
}

is_healthy() {
    local container
    container=$(compose ps --quiet "$1")
    [[ $(docker inspect --format '{{.State.Health.Status}}' "$container" 2>/dev/null) == healthy ]]
}

run_acceptance() {
    mkdir -p "$work/output"
    run_client "${project}_default" "$work/output" acceptance --frontend frontend:8000 >&2
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
shows_books "$(compose port storefront 8080)" || die failed "the shop does not show its books"
collect_logs || die failed "the logs could not be copied"
check_logs "$output" || die failed "the logs are not as they should be"
say "tests 1-4 passed in containers; catalog_log, order_log and client_log are in $output/"
