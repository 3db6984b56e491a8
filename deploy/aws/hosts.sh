# shellcheck shell=bash
# The machines behind the instances: whose they are, and how to speak to them. Sourced by
# run_distributed_test.sh.

# What an instance does when it boots. $1: the minutes after which it ends itself, whatever becomes of this
# script; empty for never.
write_user_data() {
    {
        echo '#!/bin/bash'
        [[ -z $1 ]] || echo "systemd-run --on-active=${1}min systemctl poweroff"
        cat "$root/deploy/aws/remote/install_engine.sh"
    } >"$work/user-data"
}

# read_host_keys TIER: takes the host's keys from its console, where only AWS and the host itself can write.
# A connection is made with these keys or not at all.
read_host_keys() {
    local keys key
    ec2 get-console-output --instance-id "${instance[$1]}" --latest --query Output >"$work/console" ||
        ec2 get-console-output --instance-id "${instance[$1]}" --query Output >"$work/console" || return 1
    keys=$(tr -d '\r' <"$work/console" |
        sed -n '/-----BEGIN SSH HOST KEY KEYS-----/,/-----END SSH HOST KEY KEYS-----/p' |
        grep -oE '(ssh-ed25519|ecdsa-sha2-nistp256|ssh-rsa) [A-Za-z0-9+/=]+') || return 1
    while read -r key; do echo "${public[$1]} $key"; done <<<"$keys" >>"$work/known_hosts"
}

ssh_options() {
    local options=(-F /dev/null -i "$work/key" -o IdentitiesOnly=yes -o BatchMode=yes
        -o UserKnownHostsFile="$work/known_hosts" -o GlobalKnownHostsFile=/dev/null
        -o StrictHostKeyChecking=yes -o ConnectTimeout=10 -o ServerAliveInterval=5 -o ServerAliveCountMax=6
        -o LogLevel=ERROR)
    printf '%s\n' "${options[@]}"
}

# on TIER COMMAND...: runs a command on a tier's host.
on() {
    local tier=$1 options
    shift
    mapfile -t options < <(ssh_options)
    ssh "${options[@]}" "$user@${public[$tier]}" "$@" </dev/null
}

# copy_to TIER FILE...: into the home folder of a tier's host.
copy_to() {
    local tier=$1 options
    shift
    mapfile -t options < <(ssh_options)
    scp -q "${options[@]}" "$@" "$user@${public[$tier]}:"
}

accepts_ssh() {
    patiently on "$1" true 2>"$work/ssh-error" || {
        # A wrong key never becomes right by waiting.
        ! grep -qi 'host key verification failed\|REMOTE HOST IDENTIFICATION' "$work/ssh-error" ||
            die failed "the host at ${public[$1]} does not have the key that its console shows: not talking to it"
        return 1
    }
}

has_engine() {
    patiently on "$1" "cloud-init status --wait >/dev/null; sudo docker info >/dev/null 2>&1" 2>"$work/ssh-error"
}

# each_host FUNCTION: runs it for all hosts side by side; fails when one of them fails.
each_host() {
    local tier status=0
    local -A pids=()
    for tier in "${hosts[@]}"; do
        "$1" "$tier" &
        pids[$tier]=$!
    done
    for tier in "${hosts[@]}"; do
        wait "${pids[$tier]}" || status=1
    done
    return $status
}
