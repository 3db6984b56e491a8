#!/usr/bin/env bash
# A cloud on one machine: see README.md.
#
#   lab.sh up            starts it; the first time makes its images, which takes some minutes
#   lab.sh run CMD...    runs a command as an operator of that cloud would, with AWS credentials and an engine
#   lab.sh tell PATH [JSON]   speaks to the cloud's control port: faults, links, hosts
#   lab.sh down          stops and deletes all of it but the images
set -euo pipefail
lab=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

# Everything that stays between two runs is in here: images, packages, a Python environment.
state=${BOOKSTORE_LAB_DIR:-/var/tmp/bookstore-lab}
operator=bookstore-lab-operator gateway=bookstore-lab-gateway
export DOCKER_HOST=unix://$state/run/docker.sock

say() { echo "lab: $*" >&2; }
die() { say "$*"; exit 1; }

require() {
    local tool missing=()
    ((EUID == 0)) || die "must be root, for it makes network namespaces"
    for tool in ip nft dockerd docker debootstrap ssh scp python3 curl; do
        command -v $tool >/dev/null || missing+=("$tool")
    done
    ((${#missing[@]} == 0)) ||
        die "missing: ${missing[*]}; on Debian: apt-get install iproute2 nftables docker.io docker-compose debootstrap openssh-client python3-venv curl"
}

make_venv() {
    cmp -s "$lab/requirements.txt" "$state/venv/installed.txt" && return 0
    say "installing moto and the aws command"
    python3 -m venv --clear "$state/venv"
    "$state/venv/bin/pip" install --quiet --disable-pip-version-check -r "$lab/requirements.txt"
    cp "$lab/requirements.txt" "$state/venv/installed.txt"
}

# Two namespaces and a cable. Neither has a route to anywhere else.
make_network() {
    local name
    for name in $operator $gateway; do
        ip netns add "$name"
        ip -n "$name" link set lo up
    done
    ip link add op0 netns $operator type veth peer name gw0 netns $gateway
    ip -n $operator addr add 198.18.0.2/30 dev op0
    ip -n $gateway addr add 198.18.0.1/30 dev gw0
    ip -n $operator link set op0 up
    ip -n $gateway link set gw0 up
    ip -n $operator route add 198.18.0.0/15 via 198.18.0.1
    mkdir -p /etc/netns/$operator
    echo "127.0.0.1 localhost
198.18.0.1 checkip.amazonaws.com" >/etc/netns/$operator/hosts
    : >/etc/netns/$operator/resolv.conf
}

# in_namespace NAME CMD...: without the fresh /sys of `ip netns exec`, in which the engine would find no cgroups.
in_namespace() {
    local name=$1
    shift
    nsenter --net="/run/netns/$name" "$@"
}

# start NAME LOG CMD...: in the background, with its number in a file.
start() {
    local name=$1 log=$state/run/$1.log
    shift
    "$@" >"$log" 2>&1 </dev/null 9>&- &
    echo $! >"$state/run/$name.pid"
}

wait_until() {
    local what=$1 tries=100
    shift
    until "$@" >/dev/null 2>&1; do
        ((tries-- > 0)) || die "$what does not start; see $state/run/"
        sleep 0.2
    done
}

start_engine() {
    start engine nsenter --net="/run/netns/$operator" dockerd --data-root "$state/docker" \
        --exec-root "$state/run/exec" --host "$DOCKER_HOST" --pidfile "$state/run/dockerd.pid" \
        --default-ulimit nofile=4096:4096 --bip 198.18.128.1/24 \
        --default-address-pool base=198.18.192.0/18,size=24
    wait_until "the container engine" docker info
}

start_cloud() {
    local bin=$state/venv/bin
    start moto nsenter --net="/run/netns/$gateway" env MOTO_AMIS_PATH="$lab/amis.json" \
        MOTO_ENABLE_AMI_VALIDATION=true MOTO_ENABLE_KEYPAIR_VALIDATION=true \
        MOTO_EC2_ENABLE_INSTANCE_TYPE_VALIDATION=true "$bin/moto_server" --host 127.0.0.1 --port 5000
    wait_until "moto" in_namespace $gateway bash -c 'exec 3<>/dev/tcp/127.0.0.1/5000'
    start cloud nsenter --net="/run/netns/$gateway" env PYTHONPATH="$lab" PYTHONDONTWRITEBYTECODE=1 \
        "$bin/python" -m cloud "$state"
    wait_until "the cloud" in_namespace $gateway curl -sf http://127.0.0.1:9000/hosts
}

up() {
    require
    mkdir -p "$state/run"
    exec 9>"$state/lock"
    flock -n 9 || die "another lab is being started"
    [[ ! -e /run/netns/$gateway ]] || die "it is up already; 'lab.sh down' ends it"
    make_venv
    trap 'say "stopped on the way up"; down' ERR INT TERM
    make_network
    start_engine
    "$lab/images.sh" "$state"
    start_cloud
    trap - ERR INT TERM
    say "up"
}

# stop NAME SECONDS: by the number that `start` wrote down.
stop() {
    local pid tries=$(($2 * 10))
    [[ -e $state/run/$1.pid ]] || return 0
    pid=$(<"$state/run/$1.pid")
    rm -f "$state/run/$1.pid"
    kill "$pid" 2>/dev/null || return 0
    while kill -0 "$pid" 2>/dev/null && ((tries-- > 0)); do sleep 0.1; done
    kill -9 "$pid" 2>/dev/null || true
}

down() {
    local container name
    stop cloud 5
    stop moto 5
    for container in $(docker ps --all --quiet 2>/dev/null); do
        docker rm --force --volumes "$container" >/dev/null 2>&1 || true
    done
    stop engine 15
    for name in $operator $gateway; do
        ip netns delete "$name" 2>/dev/null || true
    done
    # The engine's own namespace stays mounted where it was killed before it could clean up.
    for name in "$state"/run/exec/netns/*; do
        umount "$name" 2>/dev/null || true
    done
    rm -rf "/etc/netns/$operator" "$state/hosts" "$state/run"
    say "down"
}

run() {
    [[ -e /run/netns/$operator ]] || die "it is not up"
    exec ip netns exec $operator env PATH="$state/venv/bin:$PATH" AWS_ENDPOINT_URL=http://198.18.0.1 \
        AWS_ACCESS_KEY_ID=lab AWS_SECRET_ACCESS_KEY=lab AWS_DEFAULT_REGION=eu-central-1 \
        AWS_CONFIG_FILE=/dev/null AWS_SHARED_CREDENTIALS_FILE=/dev/null "$@"
}

tell() {
    in_namespace $gateway curl -sS --fail-with-body --max-time 60 ${2:+--data "$2"} "http://127.0.0.1:9000/$1"
}

case ${1:-} in
    up | down) "$1" ;;
    run | tell) "$@" ;;
    *) echo "usage: lab.sh up | run CMD... | tell PATH [JSON] | down" >&2; exit 64 ;;
esac
