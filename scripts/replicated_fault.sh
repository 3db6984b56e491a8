#!/usr/bin/env bash
# Breaks something of a store that scripts/run_replicated.sh runs, or says how it is.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)

usage() {
    cat <<'TEXT'
usage: scripts/replicated_fault.sh [--folder DIR] ACTION

  status           who is primary and standby, and the processes
  crash-primary    kill -9 of the primary's PostgreSQL; its Patroni goes on
  kill-node        kill -9 of the primary's PostgreSQL and Patroni: the host is lost
  freeze-node      stops both (SIGSTOP): the host hangs
  thaw-node        lets every stopped node go on
  switch           makes the synchronous standby the primary
  kill-standby     kill -9 of the synchronous standby's PostgreSQL and Patroni
  kill-etcd        kill -9 of one of the three etcd
TEXT
}

folder=$root/replicated
# shellcheck source=deploy/lib/progress.sh
source "$root/deploy/lib/progress.sh"
if [[ ${1:-} == --folder && $# -gt 1 ]]; then folder=$2; shift 2; fi
[[ ${1:-} != --help && ${1:-} != -h ]] || { usage; exit 0; }
(($# == 1)) || { usage >&2; exit 64; }
folder=$(realpath "$folder")
[[ -e $folder/port ]] || die failed "no store in $folder"
port=$(<"$folder/port")
# shellcheck source=deploy/lib/replicas.sh
source "$root/deploy/lib/replicas.sh"

PATRONI_ETCD_HOSTS=$(etcd_hosts)
export PATRONI_ETCD_HOSTS
patronictl_() { patronictl -c "$folder/node-1/patroni.yml" "$@"; }
node() { node_with "$1" || die failed "no node is $1 now"; }

case $1 in
    status)
        patronictl_ list
        for n in 1 2 3; do
            echo "node-$n: patroni $(patroni_of "$n"), postgres $(server_of "$n")"
        done ;;
    crash-primary)
        n=$(node primary)
        say "node-$n, the primary: its PostgreSQL is killed"
        # shellcheck disable=SC2046 # numbers
        kill -9 $(postgres_of "$n") ;;
    kill-node | kill-standby | freeze-node)
        if [[ $1 == kill-standby ]]; then n=$(node sync); else n=$(node primary); fi
        signal=-KILL
        [[ $1 != freeze-node ]] || signal=-STOP
        say "node-$n gets $signal"
        # shellcheck disable=SC2046 # numbers
        kill $signal $(patroni_of "$n") $(postgres_of "$n") ;;
    thaw-node)
        for n in 1 2 3; do
            # shellcheck disable=SC2046 # numbers
            kill -CONT $(patroni_of "$n") $(postgres_of "$n") || true
        done ;;
    switch) patronictl_ switchover --leader "node-$(node primary)" --candidate "node-$(node sync)" --force bookstore ;;
    kill-etcd)
        pid=$(pgrep -f -- "etcd .*--data-dir $folder/" | head -n 1)
        say "etcd $pid is killed"
        kill -9 "$pid" ;;
    *) usage >&2; exit 64 ;;
esac
