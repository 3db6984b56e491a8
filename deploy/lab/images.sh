#!/usr/bin/env bash
# Makes the lab's images in the engine that DOCKER_HOST names: debian:bookworm-slim, in the place of the one from the
# public registry, bookstore-lab/database, the base of the database's image, and bookstore-lab/instance, the machine
# image of the instances. They come from Debian's package mirror by debootstrap. Does nothing where they are there.
set -euo pipefail
work=$1
mirror=${BOOKSTORE_LAB_MIRROR:-http://deb.debian.org/debian}
version=$(sha256sum "${BASH_SOURCE[0]}" | cut -c 1-12)

has_image() { docker image inspect "$1" >/dev/null 2>&1; }

# What Debian leaves out of its slim images.
slim() {
    rm -rf "$1"/var/cache/apt/* "$1"/var/lib/apt/lists/* "$1"/usr/share/{doc,man,locale,info,groff,lintian}/*
}

import() {
    tar -C "$1" -c . | docker import --change 'CMD ["/bin/bash"]' - "$2" >/dev/null
}

bootstrap() {
    local include=$1 folder=$2
    rm -rf "$folder"
    mkdir -p "$work/packages"
    debootstrap --cache-dir="$work/packages" --variant=minbase --include="$include" bookworm "$folder" "$mirror" \
        >"$work/debootstrap.log" 2>&1 || { tail -n 3 "$work/debootstrap.log" >&2; return 1; }
}

make_base() {
    # The store's image is built from it where there is no network, and needs libpq.
    bootstrap ca-certificates,tzdata,libpq5 "$work/base"
    slim "$work/base"
    import "$work/base" "bookstore-lab/base:$version"
    docker tag "bookstore-lab/base:$version" debian:bookworm-slim
    rm -rf "$work/base"
}

# add ROOT PACKAGE...: for what debootstrap does not find, since it is provided by others. Nothing is started.
add() {
    local root=$1
    shift
    printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"
    chmod 755 "$root/usr/sbin/policy-rc.d"
    cp /etc/resolv.conf "$root/etc/resolv.conf"
    DEBIAN_FRONTEND=noninteractive chroot "$root" apt-get install -y -q --no-install-recommends "$@" \
        >>"$work/debootstrap.log" 2>&1 || { tail -n 3 "$work/debootstrap.log" >&2; return 1; }
    rm -f "$root/usr/sbin/policy-rc.d" "$root/etc/resolv.conf"
}

# What deploy/docker/replicas.Dockerfile installs.
make_database() {
    bootstrap ca-certificates,tzdata "$work/database"
    add "$work/database" curl etcd-server haproxy patroni postgresql python3-etcd
    slim "$work/database"
    import "$work/database" "bookstore-lab/database:$version"
    docker tag "bookstore-lab/database:$version" bookstore-lab/database
    rm -rf "$work/database"
}

# An instance as Debian's cloud images are: systemd, sshd without host keys, cloud-init, user admin. It has a
# container engine already, for the lab has no network to install one from.
make_instance() {
    local root=$work/instance unit
    bootstrap ca-certificates,tzdata,systemd,systemd-sysv,dbus,openssh-server,sudo,iproute2,procps,python3-minimal,iptables "$root"
    add "$root" cloud-init docker.io
    rm -f "$root"/etc/ssh/ssh_host_*
    rm -rf "$root"/var/lib/cloud/* "$root"/var/log/cloud-init*
    for unit in systemd-resolved systemd-networkd systemd-udevd getty.target console-getty systemd-logind \
        systemd-timesyncd e2scrub_reap; do
        chroot "$root" systemctl mask --quiet $unit
    done
    chroot "$root" systemctl enable --quiet cloud-init-local cloud-init cloud-config cloud-final ssh
    chroot "$root" systemctl disable --quiet docker.service docker.socket containerd
    sed -i 's/     name: debian/     name: admin/; s/gecos: Debian/gecos: Admin/' "$root/etc/cloud/cloud.cfg"
    printf 'datasource_list: [NoCloud]\nnetwork: {config: disabled}\nlocale: false\n' \
        >"$root/etc/cloud/cloud.cfg.d/99-lab.cfg"
    printf 'datasource: NoCloud\npolicy: enabled\n' >"$root/etc/cloud/ds-identify.cfg"
    # A container may not raise its limits, has no bridge of its own, and finds the control groups read-only.
    for unit in docker containerd; do
        mkdir -p "$root/etc/systemd/system/$unit.service.d"
        printf '[Service]\nLimitNOFILE=4096\nLimitNPROC=\nLimitCORE=\nOOMScoreAdjust=0\n' \
            >"$root/etc/systemd/system/$unit.service.d/lab.conf"
    done
    echo "ExecStartPre=/bin/sh -c 'for group in /sys/fs/cgroup/*; do mount -o remount,bind,rw \$\$group; done; true'" \
        >>"$root/etc/systemd/system/docker.service.d/lab.conf"
    mkdir -p "$root/etc/docker"
    cat >"$root/etc/docker/daemon.json" <<'JSON'
{"bridge": "none", "iptables": false, "ip-forward": false,
 "default-ulimits": {"nofile": {"Name": "nofile", "Soft": 4096, "Hard": 4096}}}
JSON
    slim "$root"
    import "$root" "bookstore-lab/instance:$version"
    docker tag "bookstore-lab/instance:$version" bookstore-lab/instance
    rm -rf "$root"
}

has_image "bookstore-lab/base:$version" || make_base
has_image "bookstore-lab/database:$version" || make_database
has_image "bookstore-lab/instance:$version" || make_instance
