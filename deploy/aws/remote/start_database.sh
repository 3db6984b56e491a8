#!/bin/bash
# start_database.sh NAME IMAGE ADDRESS HOST1 HOST2 HOST3: runs on a database's host, in the folder to which the
# deployment copied database-image.tar.gz, database.env and patroni.yml.
set -euo pipefail
name=$1 image=$2 address=$3
shift 3
store=/srv/bookstore cluster='' etcd='' number=0
names=(database database-1 database-2)
for host in "$@"; do
    cluster+=,${names[number++]}=http://$host:2380
    etcd+=,"'$host:2379'"
done
gunzip --stdout database-image.tar.gz | sudo docker load --quiet >/dev/null
sudo install -d -m 755 $store
sudo install -m 600 database.env $store/database.env
# Only the security group's members get to the port, from whatever subnet.
sed 's/samenet/all/' patroni.yml | sudo install -m 644 /dev/stdin $store/patroni.yml
rm -f database-image.tar.gz database.env

options=(--detach --network host --restart unless-stopped --cap-drop ALL --security-opt no-new-privileges)
sudo docker run "${options[@]}" --name etcd --volume etcd:/var/lib/etcd "$image" etcd --enable-v2 --name "$name" \
    --data-dir /var/lib/etcd/data --listen-client-urls "http://$address:2379" --advertise-client-urls "http://$address:2379" \
    --listen-peer-urls "http://$address:2380" --initial-advertise-peer-urls "http://$address:2380" \
    --initial-cluster "${cluster#,}" >/dev/null
sudo docker run "${options[@]}" --name patroni --stop-timeout 30 --volume database:/var/lib/postgresql/store \
    --volume $store/patroni.yml:/etc/patroni/patroni.yml:ro --env-file $store/database.env \
    --env PATRONI_NAME="$name" --env PATRONI_ETCD_HOSTS="${etcd#,}" \
    --env PATRONI_POSTGRESQL_LISTEN="$address:5432" --env PATRONI_POSTGRESQL_CONNECT_ADDRESS="$address:5432" \
    --env PATRONI_RESTAPI_LISTEN="$address:8008" --env PATRONI_RESTAPI_CONNECT_ADDRESS="$address:8008" \
    "$image" patroni /etc/patroni/patroni.yml >/dev/null
