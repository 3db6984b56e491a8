#!/usr/bin/env bash
# `make run-replicated`: the store with two servers of each tier over three PostgreSQL servers, all on this machine, to
# break it and watch. Patroni keeps the database (with three etcd), HAProxy stands in front.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
cd "$root"
PATH=$PATH:/usr/sbin

usage() {
    cat <<'TEXT'
usage: scripts/run_replicated.sh [--fresh] [--folder DIR] [--program FILE] [--port N]

  --fresh           begin anew: deletes the folder's databases, logs and keys first
  --folder DIR      where everything is kept (default replicated)
  --program FILE    a built bookstore (default: build one for use)
  --port N          the API's port; the others follow from it (default 8000, or that of the last run)

Ctrl-C ends everything; the next run goes on with the data. scripts/replicated_fault.sh breaks something.
TEXT
}

fresh=no folder=replicated program='' port=''
# shellcheck source=deploy/lib/options.sh
source deploy/lib/options.sh
read_options --fresh=fresh:yes --folder=folder --program=program --port=port -- "$@"
[[ $port =~ ^([1-9][0-9]{3,4})?$ ]] || { usage >&2; exit 64; }
# shellcheck source=deploy/lib/progress.sh
source deploy/lib/progress.sh
# shellcheck source=deploy/lib/replicas.sh
source deploy/lib/replicas.sh

prepare() {
    if [[ -z $program ]]; then
        scripts/setup.sh --replicated
        echo "Building the store ..." >&2
        scripts/build_release.sh
        program=.build/release/bookstore
    fi
    program=$(realpath "$program")
    mkdir -p "$folder"
    folder=$(realpath "$folder")
    exec 9>"$folder/lock"
    flock --nonblock 9 || die failed "$folder is in use by another run"
    stop_all
    # Only what a run has made is deleted.
    if [[ $fresh == yes && -e $folder/port ]]; then
        find "$folder" -mindepth 1 ! -path "$folder/lock" -delete
    fi
    # The settings of a folder hold its ports.
    [[ -e $folder/port ]] || echo "${port:-8000}" >"$folder/port"
    [[ ${port:-$(<"$folder/port")} == "$(<"$folder/port")" ]] || die usage "$folder has port $(<"$folder/port"): add --fresh"
    port=$(<"$folder/port")
    # PostgreSQL refuses to run as root: then the user of Debian's package has the databases.
    if ((EUID == 0)); then
        as_keeper=(setpriv --reuid=postgres --regid=postgres --init-groups)
        "${as_keeper[@]}" test -x "$folder" ||
            die failed "the user postgres cannot enter $folder: name another one by --folder, such as /var/tmp/replicated"
    fi
    [[ -e $folder/password ]] ||
        (umask 077 && od -An -N16 -tx1 /dev/urandom | tr -d ' \n' >"$folder/password")
    password=$(<"$folder/password")
}

write_settings() {
    local n
    for n in 1 2 3; do
        mkdir -p "$folder/etcd-$n" "$folder/node-$n"
        chmod 700 "$folder/etcd-$n" "$folder/node-$n"
        cp deploy/patroni/patroni.yml "$folder/node-$n/"
        ((EUID != 0)) || chown -R postgres:postgres "$folder/etcd-$n" "$folder/node-$n"
    done
    for n in 1 2; do
        printf '%s,127.0.0.1:%d\n' catalog $((port + 10 * n + 1)) order $((port + 10 * n + 2)) \
            frontend $((port + 10 * n)) storefront $((port + 80 + n))
    done >"$folder/config.new"
    # What its owner wrote into it stays.
    [[ -e $folder/config ]] || mv "$folder/config.new" "$folder/config"
    rm -f "$folder/config.new"
}

start_etcd() {
    local peer=http://127.0.0.1:$((port + 60 + $1)) client=http://127.0.0.1:$((port + 50 + $1)) cluster
    cluster=$(for n in 1 2 3; do printf 'etcd-%d=http://127.0.0.1:%d,' "$n" $((port + 60 + n)); done)
    launch "etcd-$1" "${as_keeper[@]}" etcd --enable-v2 --name "etcd-$1" --data-dir "$folder/etcd-$1/data" \
        --listen-peer-urls "$peer" --initial-advertise-peer-urls "$peer" --listen-client-urls "$client" \
        --advertise-client-urls "$client" --initial-cluster "${cluster%,}" --initial-cluster-token "$folder" \
        --heartbeat-interval 100 --election-timeout 1000 --log-level warn
}

start_node() {
    local programs
    programs=$(compgen -G '/usr/lib/postgresql/*/bin' | sort -V | tail -n 1)
    local -x PATRONI_NAME=node-$1 PATRONI_POSTGRESQL_BIN_DIR=$programs
    local -x PATRONI_POSTGRESQL_DATA_DIR=$folder/node-$1/data PATRONI_POSTGRESQL_PGPASS=$folder/node-$1/pgpass
    local -x PATRONI_POSTGRESQL_LISTEN=127.0.0.1:$((port + 40 + $1)) PATRONI_RESTAPI_LISTEN=127.0.0.1:$((port + 30 + $1))
    local -x PATRONI_POSTGRESQL_CONNECT_ADDRESS=$PATRONI_POSTGRESQL_LISTEN
    local -x PATRONI_RESTAPI_CONNECT_ADDRESS=$PATRONI_RESTAPI_LISTEN
    local -x PATRONI_SUPERUSER_USERNAME=postgres PATRONI_SUPERUSER_PASSWORD=$password
    local -x PATRONI_REPLICATION_USERNAME=replication PATRONI_REPLICATION_PASSWORD=$password
    launch "node-$1" "${as_keeper[@]}" patroni "$folder/node-$1/patroni.yml"
}

start_proxy() {
    local -x BOOKSTORE_API=127.0.0.1:$port BOOKSTORE_SHOP=127.0.0.1:$((port + 80))
    local -x BOOKSTORE_FRONTEND_1=127.0.0.1:$((port + 10)) BOOKSTORE_FRONTEND_2=127.0.0.1:$((port + 20))
    local -x BOOKSTORE_STOREFRONT_1=127.0.0.1:$((port + 81)) BOOKSTORE_STOREFRONT_2=127.0.0.1:$((port + 82))
    launch proxy haproxy -db -q -f "$root/deploy/haproxy/haproxy.cfg" -p "$folder/haproxy.pid"
}

start_store() {
    local -x PGPASSWORD=$password
    launch store "$program" up --config "$folder/config" --data "$folder/data" --output "$folder/output" \
        --store "$(store_url)"
}

# launch NAME COMMAND...: in a group of its own, so that a Ctrl-C at the terminal reaches this script alone.
launch() {
    local name=$1
    shift
    setsid "$@" >>"$folder/$name.log" 2>&1 </dev/null 9>&- &
    pids[$name]=$!
    # Or the shell reports its end in its own words.
    disown
}

has_settled() { is_ready || ! kill -0 "${pids[store]}" 2>/dev/null; }

# Starts again what ended, as systemd would, after long enough to watch the others do without it.
watch_over() {
    local name
    local -A ended=()
    while patiently sleep 1; do
        for name in "${!pids[@]}"; do
            kill -0 "${pids[$name]}" 2>/dev/null && continue
            if [[ -z ${ended[$name]:-} ]]; then
                ended[$name]=$SECONDS
                say "$name has ended; it starts again in $restart_seconds s"
            elif ((SECONDS - ended[$name] >= restart_seconds)); then
                unset "ended[$name]"
                say "$name starts again"
                case $name in
                    etcd-*) start_etcd "${name#*-}" ;;
                    node-*) start_node "${name#*-}" ;;
                    proxy) start_proxy ;;
                    store) start_store ;;
                esac
            fi
        done
    done
}

greet() {
    cat <<TEXT

The shop is open at http://127.0.0.1:$((port + 80)) and the API at http://127.0.0.1:$port, through HAProxy.
In another terminal:
  curl 'http://127.0.0.1:$port/lookup?item_number=1'
  curl -X POST -H 'Idempotency-Key: my-first-order' 'http://127.0.0.1:$port/buy?item_number=1'
  $program restock 1=1000 --frontend 127.0.0.1:$port
Watch:
  $program top --config $folder/config
  watch -n 1 scripts/replicated_fault.sh --folder $folder status
Break (nodes, etcd, HAProxy and 'bookstore up' start again after $restart_seconds s, the servers of the store at once):
  scripts/replicated_fault.sh --folder $folder crash-primary   # kill -9 of the primary's postgres
  scripts/replicated_fault.sh --folder $folder kill-node       # and of its Patroni: the host is lost
  scripts/replicated_fault.sh --folder $folder freeze-node     # stops both: the host hangs
  scripts/replicated_fault.sh --folder $folder thaw-node       # lets it go on
  scripts/replicated_fault.sh --folder $folder switch          # another primary, on purpose
  scripts/replicated_fault.sh --folder $folder kill-standby    # the synchronous standby's host is lost
  scripts/replicated_fault.sh --folder $folder kill-etcd
  kill -9 PID, or -STOP and -CONT, of any server: pgrep -af 'bookstore (frontend|catalog|order|storefront) .*$folder/'
Then:
  PGPASSWORD=\$(<$folder/password) $program verify --output $folder/output --output $folder/output/catalog-1 \\
      --output $folder/output/order-1 --store '$(store_url)'
Logs are in $folder/. Ctrl-C closes the store; the next run goes on with the data.

TEXT
}

declare -A pids=()
as_keeper=() restart_seconds=15
prepare
PATRONI_ETCD_HOSTS=$(etcd_hosts)
export PATRONI_ETCD_HOSTS
end_everything() {
    say "ending everything"
    stop_all
    exit "$1"
}
end_by end_everything
write_settings
for n in 1 2 3; do start_etcd "$n"; done
for n in 1 2 3; do start_node "$n"; done
say "waiting for a primary and its synchronous standby ..."
wait_for 90 "the database" has_standby || die failed "no primary with a standby: see $folder/node-1.log"
PGPASSWORD=$password BOOKSTORE_DATABASE_PASSWORD=$password deploy/patroni/make_database.sh "$(server_url postgres postgres)"
start_store
start_proxy
wait_for 60 "the store" has_settled || true
is_ready || die failed "the store does not start: see $folder/store.log"
greet
watch_over
