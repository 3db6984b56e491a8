#!/bin/bash
# verify.sh IMAGE FOLDER...: runs on a host that has the database's address and password. Checks that the books balance,
# from the database and the folders of logs of all servers, which come as a tar on standard input.
set -euo pipefail
image=$1 options=()
shift
logs=$(mktemp -d)
trap 'sudo rm -rf "$logs"' EXIT
tar -x -C "$logs"
chmod -R a+rX "$logs"
for folder in "$@"; do options+=(--output "/logs/$folder"); done
sudo docker run --rm --network host --env-file /srv/bookstore/store.env --volume "$logs:/logs:ro" "$image" verify "${options[@]}"
