#!/usr/bin/env bash
# Test 5: the acceptance tests with each tier on its own machine, on AWS EC2. One command creates everything, tests,
# fetches the logs and deletes everything again, however it ends.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)

usage() {
    cat <<'TEXT'
usage: scripts/run_distributed_test.sh [options]
       scripts/run_distributed_test.sh [--region R] --list
       scripts/run_distributed_test.sh [--region R] --destroy RUN

Starts three EC2 instances, runs a tier of the store on each and the shop beside the frontend, runs acceptance tests
1-4 against them from here, puts the logs into output/, and deletes all that it made. Needs aws (with credentials), ssh, scp and docker.

  --region R          where (default: that of the aws command)
  --instance-type T   default t3.micro
  --image-id AMI      the machine image (default: the newest Debian 12)
  --user U            who logs in there (default admin, Debian's)
  --key-type K        ed25519 (default) or rsa
  --subnet S          where the instances stand (default: the default subnets, one zone after the other)
  --allow CIDR        who may reach port 22, and what --clients does not say (default: this machine)
  --clients CIDR      who may reach the frontend's port 8000 and the shop's, 8080
  --image NAME        a container image that this machine has (default: build it)
  --replicas N        N hosts for each tier, over PostgreSQL on three more hosts (default 1, without PostgreSQL)
  --database-image NAME
                      a container image with PostgreSQL, Patroni and etcd (default: build it)
  --output DIR        where the logs go (default output)
  --desk-password-file FILE
                      gives the first keeper, 'owner', the password of the hash in the file (bookstore desk-password
                      makes one)
  --keep              leave the store running and say how to reach it
  --list              show what runs have left in the region
  --destroy RUN       delete what a run has left, from any machine
TEXT
}

region='' instance_type=t3.micro image_id='' user=admin key_type=ed25519 subnet='' allowed='' clients=''
image='' output=output mode=test destroyed_run='' desk='' keep=no replicas=1 database_image=''

# shellcheck source=deploy/lib/options.sh
source "$root/deploy/lib/options.sh"
read_options --region=region --instance-type=instance_type --image-id=image_id --user=user --key-type=key_type \
    --subnet=subnet --allow=allowed --clients=clients --image=image --output=output --desk-password-file=desk \
    --replicas=replicas --database-image=database_image --keep=keep:yes --list=mode:list --destroy=destroyed_run -- "$@"
[[ -z $destroyed_run ]] || mode=destroy

# The order in which they start: each after the tiers that it calls. A storefront runs on its frontend's machine. The
# second catalog is catalog-1, as its logs' folder is named.
[[ $replicas =~ ^[1-9]$ ]] || { echo "${0##*/}: --replicas is a number from 1 to 9, not '$replicas'" >&2; exit 64; }
servers=() databases=()
((replicas == 1)) || databases=(database database-1 database-2)
for type in catalog order frontend storefront; do
    for ((index = 0; index < replicas; index++)); do
        servers+=("$type-$index")
    done
done
servers=("${servers[@]/%-0/}")
hosts=("${databases[@]}" "${servers[@]:0:3*replicas}")
readonly hosts servers databases
declare -A instance=() public=() private=()
subnets=() vpc='' group='' architecture='' has_tag=no has_made_things=no is_done=no

# shellcheck source=deploy/lib/progress.sh
source "$root/deploy/lib/progress.sh"
# shellcheck source=deploy/aws/ec2.sh
source "$root/deploy/aws/ec2.sh"
# shellcheck source=deploy/aws/destroy.sh
source "$root/deploy/aws/destroy.sh"
# shellcheck source=deploy/aws/hosts.sh
source "$root/deploy/aws/hosts.sh"
# shellcheck source=deploy/aws/store.sh
source "$root/deploy/aws/store.sh"
# shellcheck source=deploy/aws/database.sh
source "$root/deploy/aws/database.sh"
# shellcheck source=deploy/aws/cost.sh
source "$root/deploy/aws/cost.sh"
# shellcheck source=deploy/lib/engine.sh
source "$root/deploy/lib/engine.sh"
# shellcheck source=deploy/lib/logs.sh
source "$root/deploy/lib/logs.sh"
# shellcheck source=deploy/lib/web.sh
source "$root/deploy/lib/web.sh"

for tool in aws ssh scp; do
    command -v $tool >/dev/null || die configuration "$tool is not installed"
done
[[ $key_type == ed25519 || $key_type == rsa ]] || die usage "--key-type is ed25519 or rsa, not '$key_type'"
[[ -z $desk || $(head -c 300 "$desk" 2>/dev/null) == *\$*\$* ]] ||
    die configuration "--desk-password-file '$desk' holds no hash of a password: bookstore desk-password makes one"
[[ -z $destroyed_run || $destroyed_run =~ ^bookstore-[a-z0-9-]+$ ]] ||
    die usage "'$destroyed_run' is not the name of a run, such as bookstore-20261124-081500-1a2b; --list shows them"

work=$(mktemp -d)
run=bookstore-$(date -u +%Y%m%d-%H%M%S)-$(od -An -N2 -tx1 /dev/urandom | tr -d ' \n')

# Every exit of this script comes through here.
clean_up() {
    local status=$1
    if [[ $has_made_things == yes ]]; then
        if [[ $keep == yes && $is_done == yes ]]; then
            tell_how_to_reach
        else
            [[ $is_done == yes ]] || save_what_there_is
            say "deleting what this run made"
            destroy "$run" || status=1
        fi
    fi
    [[ $has_tag == no ]] || docker image rm "my-book-store:$run" "my-book-store-database:$run" >/dev/null 2>&1 || true
    rm -rf "$work"
    exit "$status"
}
end_by clean_up

# After a failure the logs show the reason, but deleting must not wait for hosts that do not answer.
save_what_there_is() {
    [[ -e $work/config ]] || return 0
    say "collecting the logs for a look at what went wrong"
    mkdir -p "$work/collected"
    within 30 collect_logs || true
    keep_logs || true
}

tell_how_to_reach() {
    local folder=${XDG_STATE_HOME:-$HOME/.local/state}/my-book-store/$run tier server
    (umask 077 && mkdir -p "$folder" && cp "$work/key" "$work/known_hosts" "$work/config" "$work/token" "$folder/")
    say "run $run goes on, and costs until it is deleted. Its key and token are in $folder"
    for server in "${servers[@]}"; do
        case $server in
            frontend*) echo "$server: http://${public[$server]}:8000" ;;
            storefront*)
                tier=$(host_of "$server")
                echo "shop${server#storefront}: http://${public[$tier]}:8080"
                [[ -z $desk ]] || echo "desk${server#storefront}: http://${public[$tier]}:8080/desk" ;;
        esac
    done
    for tier in "${hosts[@]}"; do
        echo "$tier's machine: ssh -i '$folder/key' -o UserKnownHostsFile='$folder/known_hosts' $user@${public[$tier]}"
    done
    echo "delete: scripts/run_distributed_test.sh --region $region --destroy $run"
}

# This machine's address as AWS sees it. Plain HTTP is enough: a wrong answer could only open port 22, which still
# needs its key, to another address than ours, and the run would fail.
find_own_address() {
    local host=checkip.amazonaws.com address
    address=$(get $host:80 /) || true
    [[ $address =~ ^([0-9]{1,3}\.){3}[0-9]{1,3}$ ]] ||
        die unreachable "cannot find out this machine's address from $host: give it by --allow ADDRESS/32"
    allowed=$address/32
}

check_cidr() {
    [[ $2 =~ ^([0-9]{1,3}\.){3}[0-9]{1,3}/([0-9]|[12][0-9]|3[0-2])$ ]] ||
        die usage "$1 '$2' is no address range such as 203.0.113.7/32"
}

prepare() {
    [[ $mode != test ]] || find_engine
    find_region
    check_credentials
    [[ $mode == test ]] || return 0
    check_instance_type
    find_image
    find_subnets
    [[ -n $allowed ]] || find_own_address
    clients=${clients:-$allowed}
    check_cidr --allow "$allowed"
    check_cidr --clients "$clients"
    prepare_image "$root"
    save_image "$image" image "my-book-store:$run"
    [[ ${#databases[@]} == 0 ]] || prepare_database_image
}

make_machines() {
    local minutes_max=60 tier
    write_user_data "$([[ $keep == yes ]] || echo $minutes_max)"
    say "run $run: ${#hosts[@]} x $instance_type in $region, image $image_id"
    tell_cost "$instance_type" ${#hosts[@]}
    has_made_things=yes
    make_key_pair
    make_security_group
    say "security group $group: 22 for $allowed, 8000 and 8080 for $clients, 8001 and 8002${databases:+, 2379, 2380, 5432 and 8008} inside"
    for tier in "${hosts[@]}"; do launch "$tier"; done
    say "launched: $(for tier in "${hosts[@]}"; do printf '%s %s  ' "$tier" "${instance[$tier]}"; done)"
    wait_for 300 "the instances to run" are_running || die failed "the instances do not run after 300 s"
    for tier in "${hosts[@]}"; do
        say "$tier runs at ${public[$tier]} (inside: ${private[$tier]})"
    done
}

reach_machines() {
    local tier
    for tier in "${hosts[@]}"; do
        wait_for 420 "the host key of the $tier on its console" read_host_keys "$tier" ||
            die failed "the console of ${instance[$tier]} shows no host key after 420 s"
    done
    say "host keys read from the consoles"
    for tier in "${hosts[@]}"; do
        wait_for 120 "ssh to the $tier" accepts_ssh "$tier" ||
            die failed "${public[$tier]} takes no ssh after 120 s: $(tail -n 1 "$work/ssh-error")"
        wait_for 300 "the container engine of the $tier" has_engine "$tier" ||
            die failed "${public[$tier]} has no container engine after 300 s"
    done
    say "ssh and container engines are there"
}

start_store() {
    local server
    write_config
    [[ ${#databases[@]} == 0 ]] || write_database_settings
    patiently each_host copy_store || die failed "copying the store to the hosts failed"
    say "image, config and token are on the hosts"
    [[ ${#databases[@]} == 0 ]] || start_databases
    for server in "${servers[@]}"; do
        patiently start_server "$server" ||
            die failed "the $server did not start: $(tail -n 1 "$work/start-$server.error")"
        wait_for 60 "the $server to be ready" is_ready "$server" ||
            die failed "the $server is not ready after 60 s: $(last_words "$server")"
        say "$server is ready"
    done
    refuses_strangers || die failed "the catalog takes updates without the token"
}

test_store() {
    mkdir -p "$work/collected"
    say "acceptance tests 1-4 against http://${public[frontend]}:8000"
    run_acceptance || die failed "the acceptance tests failed"
    shows_books "${public[frontend]}:8080" || die failed "the shop does not show its books"
    say "the shop shows the books at http://${public[frontend]}:8080"
    is_one_store || die failed "the frontends are not of one store"
    collect_logs || die failed "the logs could not be brought back"
    [[ ${#databases[@]} == 0 ]] || verify_books || die failed "the books do not balance"
    keep_logs
    check_logs "$output/$run" || die failed "the logs are not as they should be"
    say "catalog_log, order_log and client_log are in $output/ and, with the servers' own, in $output/$run/"
}

prepare
case $mode in
    list) list_runs ;;
    destroy)
        say "deleting what run $destroyed_run has left in $region"
        destroy "$destroyed_run" ;;
    test)
        make_machines
        reach_machines
        start_store
        test_store
        is_done=yes
        say "test 5 passed" ;;
esac
