# shellcheck shell=bash
# The container engine of this machine and the store's image in it. Sourced by the test scripts.

find_engine() {
    command -v docker >/dev/null || die configuration "no container engine: docker is not installed"
    docker info >/dev/null 2>"$work/engine-error" ||
        die configuration "the container engine does not answer: $(tail -n 1 "$work/engine-error")"
}

# Sets the array $compose_command.
find_compose() {
    if docker compose version >/dev/null 2>&1; then
        compose_command=(docker compose)
    elif command -v docker-compose >/dev/null; then
        compose_command=(docker-compose)
    else
        die configuration "neither 'docker compose' nor docker-compose is installed"
    fi
}

# run_client NETWORK FOLDER ARGUMENT...: a client of the store in a container, whose logs go into a folder. They belong
# to whoever started this. (No $(id -u) in there: bash runs no trap between two substitutions of one command.)
run_client() {
    local network=$1 folder=$2
    shift 2
    patiently docker run --rm --network "$network" --read-only --user "$UID:${GROUPS[0]}" \
        --volume "$folder:/output" "$image" "$@"
}

# prepare_image ROOT: sets $image, building it from the sources in ROOT unless an option named one that is there.
prepare_image() {
    if [[ -n $image ]]; then
        docker image inspect "$image" >/dev/null 2>&1 ||
            die configuration "there is no container image '$image' here: build it, or leave --image out"
    else
        image=my-book-store
        say "building the container image (the first time takes some ten minutes)"
        patiently docker build --tag "$image" "$1" >&2 || die failed "the container image could not be built"
    fi
}
