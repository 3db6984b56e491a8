#!/usr/bin/env bash
# Installs what is missing on this machine: what the store needs to build and run, and with --test also what
# its tests and style check need, with --browser what the browser tests need, with --lab what deploy/lab needs, with
# --bench what the benchmarks need, with --replicated what scripts/run_replicated.sh needs. Ends quickly when everything
# is installed.
set -euo pipefail
cd "$(dirname "$0")/.."
# Debian's users have no servers on their path.
PATH=$PATH:/usr/sbin

say() { echo "setup: $*" >&2; }
die() { say "$*"; exit 1; }

with_tests=no with_browser=no with_lab=no with_bench=no with_replicated=no
case "${1:-}" in
    "") ;;
    --test) with_tests=yes ;;
    --browser) with_browser=yes ;;
    --lab) with_lab=yes ;;
    --bench) with_bench=yes ;;
    --replicated) with_replicated=yes ;;
    *) echo "usage: scripts/setup.sh [--test | --browser | --lab | --bench | --replicated]" >&2; exit 64 ;;
esac

check_swift() {
    local version major minor
    command -v swift >/dev/null ||
        die "swift is not on the PATH: install Swift 6.3 from https://www.swift.org/install and run this again"
    version=$(swift --version 2>&1) || die "'swift --version' failed: $version"
    [[ $version =~ Swift\ version\ ([0-9]+)\.([0-9]+) ]] ||
        die "cannot read the version that 'swift --version' prints: $version"
    major=${BASH_REMATCH[1]} minor=${BASH_REMATCH[2]}
    ((major > 6 || (major == 6 && minor >= 1))) ||
        die "Swift $major.$minor is too old: 6.1 is the oldest that works, 6.3 the one the store is made with"
}

# Looks for the program, not the package: a Python or curl from elsewhere is as good as Debian's.
is_there() {
    case "$1" in
        libsqlite3-dev) [[ -e /usr/include/sqlite3.h ]] ;;
        zlib1g-dev) [[ -e /usr/include/zlib.h ]] ;;
        etcd-server) command -v etcd >/dev/null ;;
        python3-etcd) /usr/bin/python3 -c 'import etcd' 2>/dev/null ;;
        libpq-dev) [[ -e /usr/include/postgresql/libpq-fe.h ]] ;;
        # Debian ships venv without ensurepip, which creates a new environment's pip.
        python3-venv) python3 -c 'import venv, ensurepip' 2>/dev/null ;;
        chromium-driver) command -v chromedriver >/dev/null ;;
        fonts-dejavu-core) [[ -d /usr/share/fonts ]] ;;
        default-jre-headless) command -v java >/dev/null ;;
        docker.io) command -v dockerd >/dev/null && command -v docker >/dev/null ;;
        iproute2) command -v ip >/dev/null ;;
        nftables) command -v nft >/dev/null ;;
        openssh-client) command -v ssh >/dev/null && command -v scp >/dev/null ;;
        procps) command -v pgrep >/dev/null ;;
        golang-go) command -v go >/dev/null ;;
        nginx-light) command -v nginx >/dev/null ;;
        xz-utils) command -v xz >/dev/null ;;
        postgresql) compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null ;;
        *) command -v "$1" >/dev/null ;;
    esac
}

list_missing() {
    local package
    for package in "$@"; do
        is_there "$package" || echo "$package"
    done
}

install_packages() {
    local missing still as_root=()
    mapfile -t missing < <(list_missing "$@")
    ((${#missing[@]})) || return 0

    command -v apt-get >/dev/null ||
        die "missing: ${missing[*]} (names as on Debian). There is no apt-get here: install them by hand"
    if ((EUID != 0)); then
        command -v sudo >/dev/null ||
            die "missing: ${missing[*]}. Neither root nor sudo: run 'apt-get install ${missing[*]}' as root"
        as_root=(sudo)
    fi

    say "installing ${missing[*]}"
    "${as_root[@]}" apt-get update -qq >&2 ||
        die "'apt-get update' failed; still missing: ${missing[*]}"
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
        "${missing[@]}" >&2 || die "'apt-get install' failed; still missing: ${missing[*]}"

    still=$(list_missing "$@" | tr '\n' ' ')
    [[ -z $still ]] || die "installed, but still not found: $still"
}

# make_venv NAME FILE [OPTION]: makes a Python environment with exactly the versions in FILE.
make_venv() {
    local venv=.build/$1 wanted=$2
    # The copy of the list is written last, so it exists only after a complete installation. The
    # interpreter is tried as well, because it is a link that a Python upgrade breaks.
    if cmp -s "$wanted" "$venv/installed.txt" && "$venv/bin/python" -c '' 2>/dev/null; then
        return 0
    fi
    say "installing what $wanted lists into $venv"
    mkdir -p .build
    python3 -m venv --clear "$venv" || die "cannot make a Python environment in $venv"
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check "${@:3}" -r "$wanted" ||
        die "cannot install what $wanted lists"
    cp "$wanted" "$venv/installed.txt"
}

# promtool checks the metrics pages. Debian's package of it would start a whole Prometheus server as a service, so
# only this program is extracted from it.
get_promtool() {
    local tool=$PWD/.build/promtool
    if command -v promtool >/dev/null || [[ -x $tool ]]; then
        return 0
    fi
    say "fetching promtool into .build"
    download=$(mktemp -d)
    trap 'rm -rf "$download"' EXIT
    download_prometheus || { refresh_package_lists && download_prometheus; } ||
        die "cannot download Debian's package 'prometheus', which has promtool"
    mkdir -p .build
    dpkg-deb --fsys-tarfile "$download"/*.deb | tar -xO ./usr/bin/promtool >"$tool.new" ||
        die "there is no promtool in Debian's package 'prometheus'"
    chmod +x "$tool.new"
    mv "$tool.new" "$tool"
}

download_prometheus() { (cd "$download" && apt-get download -qq prometheus >&2); }

refresh_package_lists() {
    if ((EUID == 0)); then apt-get update -qq >&2; else sudo apt-get update -qq >&2; fi
}

check_swift
packages=(libsqlite3-dev zlib1g-dev libpq-dev)
if [[ $with_tests == yes ]]; then
    packages+=(python3 python3-venv curl shellcheck procps strace xz-utils postgresql haproxy nginx-light)
fi
if [[ $with_browser == yes ]]; then
    packages+=(python3 python3-venv chromium chromium-driver default-jre-headless fonts-dejavu-core)
fi
if [[ $with_lab == yes ]]; then
    packages+=(python3 python3-venv curl docker.io docker-compose iproute2 nftables openssh-client debootstrap)
fi
if [[ $with_bench == yes ]]; then
    packages+=(python3 python3-venv wrk golang-go nginx-light haproxy postgresql valgrind)
fi
if [[ $with_replicated == yes ]]; then
    packages+=(curl procps postgresql patroni python3-etcd etcd-server haproxy)
fi
install_packages "${packages[@]}"
if [[ $with_tests == yes || $with_bench == yes ]]; then
    # The original's tiers.
    make_venv flask-venv Tests/Flask/requirements.txt
    get_promtool
    # Checks the tiers against their API descriptions. The list is complete.
    make_venv api-venv Tests/API/requirements.txt --no-deps
fi
if [[ $with_browser == yes ]]; then
    # The list is complete; further dependencies of the packages are not needed.
    make_venv browser-venv Tests/Browser/requirements.txt --no-deps
fi
