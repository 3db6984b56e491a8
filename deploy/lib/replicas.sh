# shellcheck shell=bash
# The parts of a store that scripts/run_replicated.sh runs. Sourced by it and by replicated_fault.sh, which set folder and port.
# shellcheck disable=SC2154

is_ready() { curl -sf --max-time 2 -o /dev/null "http://127.0.0.1:$port/readyz"; }

etcd_hosts() {
    printf "'127.0.0.1:%d','127.0.0.1:%d','127.0.0.1:%d'" $((port + 51)) $((port + 52)) $((port + 53))
}

# node_with ROLE: the number of the node whose Patroni says that it has the role (primary, sync).
node_with() {
    local n
    for n in 1 2 3; do
        if curl -sf --max-time 1 -o /dev/null "http://127.0.0.1:$((port + 30 + n))/$1"; then
            echo "$n"
            return 0
        fi
    done
    return 1
}

has_standby() { node_with primary >/dev/null && node_with sync >/dev/null; }

# server_url USER DATABASE: all three servers; libpq finds the primary.
server_url() {
    printf 'postgresql://%s@127.0.0.1:%d,127.0.0.1:%d,127.0.0.1:%d/%s?connect_timeout=2&target_session_attrs=read-write' \
        "$1" $((port + 41)) $((port + 42)) $((port + 43)) "$2"
}

store_url() { server_url bookstore books; }

# The processes of node N: Patroni, PostgreSQL's main process and its children.
patroni_of() { pgrep -f -- "patroni $folder/node-$1/patroni.yml" || true; }
server_of() { head -n 1 "$folder/node-$1/data/postmaster.pid" 2>/dev/null || true; }
postgres_of() {
    local server
    server=$(server_of "$1")
    [[ -n $server && $(readlink "/proc/$server/cwd") == "$folder/node-$1/data" ]] || return 0
    echo "$server"
    pgrep -P "$server" || true
}

# Ends what has the folder in its command line, the store first and etcd last, also what was frozen or left over.
stop_all() {
    local pattern n
    for n in 1 2 3; do
        # shellcheck disable=SC2046 # numbers
        kill -CONT $(patroni_of "$n") $(postgres_of "$n") 2>/dev/null || true
    done
    for pattern in " up --config $folder/" "haproxy.* $folder/" "patroni $folder/" \
        "postgres -D $folder/" "etcd .*--data-dir $folder/"; do
        pkill -f -- "$pattern" || continue
        wait_until_gone 15 "$pattern" || pkill -9 -f -- "$pattern" || true
    done
}

wait_until_gone() {
    local end=$((SECONDS + $1))
    while pgrep -f -- "$2" >/dev/null; do
        ((SECONDS < end)) || return 1
        sleep 0.1
    done
}
