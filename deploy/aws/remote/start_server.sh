#!/bin/bash
# start_server.sh TYPE[-INDEX] IMAGE: runs on a server's host, in the folder to which the deployment copied
# image.tar.gz, config and token, desk where the desk has a password, and store.env where the store is in PostgreSQL.
# Starting it again with another image replaces the container and keeps the data. The second server of a host finds
# what the first one brought.
set -euo pipefail
server=$1 type=${1%%-*} index=${1##*[^0-9]} image=$2
store=/srv/bookstore
# The user in the image, by number: the host does not know its name.
owner=10001

if [[ -e image.tar.gz ]]; then
    gunzip --stdout image.tar.gz | sudo docker load --quiet >/dev/null
    sudo install -d -m 755 $store
    sudo install -m 644 config $store/config
    sudo install -m 400 -o $owner -g $owner token $store/token
    [[ ! -e desk ]] || sudo install -m 400 -o $owner -g $owner desk $store/desk
    [[ ! -e store.env ]] || sudo install -m 600 store.env $store/store.env
    rm -f image.tar.gz token desk store.env
fi

options=(--volume "$store/config:/etc/bookstore/config:ro" --volume "$store/token:/run/bookstore-token:ro"
    --env BOOKSTORE_TOKEN_FILE=/run/bookstore-token)
case $type in
    catalog | order)
        sudo install -d -m 700 -o $owner -g $owner $store/data $store/output
        options+=(--volume "$store/data:/data" --volume "$store/output:/output")
        # It has the database's password, which no command line may show.
        [[ ! -e $store/store.env ]] || options+=(--env-file "$store/store.env") ;;
    # The others keep nothing.
    *) options+=(--tmpfs /data --tmpfs /output) ;;
esac
if [[ $type == storefront && -e $store/desk ]]; then
    options+=(--volume "$store/desk:/run/desk:ro" --env BOOKSTORE_DESK_PASSWORD_FILE=/run/desk)
fi

# One that runs gets the time to answer what it has begun.
sudo docker stop --time 15 "bookstore-$server" >/dev/null 2>&1 || true
sudo docker rm "bookstore-$server" >/dev/null 2>&1 || true
sudo docker run --detach --name "bookstore-$server" --network host --restart unless-stopped --read-only \
    --cap-drop ALL --security-opt no-new-privileges --stop-timeout 15 \
    "${options[@]}" "$image" "$type" ${index:+--index "$index"} >/dev/null
