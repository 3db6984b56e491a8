#!/bin/bash
# start_tier.sh TIER IMAGE: runs on a tier's host, in the folder to which the deployment copied image.tar.gz,
# config and token. Starting it again with another image replaces the container and keeps the data.
set -euo pipefail
tier=$1 image=$2
store=/srv/bookstore
# The user in the image, by number: the host does not know its name.
owner=10001

gunzip --stdout image.tar.gz | sudo docker load --quiet >/dev/null
sudo install -d -m 755 $store
sudo install -d -m 750 -o $owner -g $owner $store/data $store/output
sudo install -m 644 config $store/config
sudo install -m 400 -o $owner -g $owner token $store/token
rm -f token image.tar.gz

# One that runs gets the time to answer what it has begun.
sudo docker stop --time 15 "bookstore-$tier" >/dev/null 2>&1 || true
sudo docker rm "bookstore-$tier" >/dev/null 2>&1 || true
sudo docker run --detach --name "bookstore-$tier" --network host --restart unless-stopped --read-only \
    --cap-drop ALL --security-opt no-new-privileges --stop-timeout 15 \
    --volume $store/data:/data --volume $store/output:/output \
    --volume $store/config:/etc/bookstore/config:ro --volume $store/token:/run/bookstore-token:ro \
    --env BOOKSTORE_TOKEN_FILE=/run/bookstore-token "$image" "$tier" >/dev/null
