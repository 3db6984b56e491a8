# shellcheck shell=bash
# Finding and deleting what runs have made, by tag, from any machine. Sourced by run_distributed_test.sh.

# How long deleting may take before what is left is reported: instances need a minute or two to end.
readonly destroy_seconds_max=${BOOKSTORE_DESTROY_SECONDS:-600}
# How long something that was just made may stay invisible to a search by tag.
readonly invisible_seconds_max=${BOOKSTORE_INVISIBLE_SECONDS:-30}

# find_leftovers RUN: what still costs or clutters, one `kind id` a line. '*' finds all runs'.
find_leftovers() {
    local by_tag="Name=tag:$run_tag,Values=$1" lines
    lines=$(ec2 describe-instances --filters "$by_tag" \
        "Name=instance-state-name,Values=pending,running,stopping,stopped,shutting-down" \
        --query 'Reservations[].Instances[].[InstanceId]') || return 1
    label instance "$lines"
    lines=$(ec2 describe-volumes --filters "$by_tag" --query 'Volumes[].[VolumeId]') || return 1
    label volume "$lines"
    lines=$(ec2 describe-security-groups --filters "$by_tag" --query 'SecurityGroups[].[GroupId]') || return 1
    label security-group "$lines"
    lines=$(ec2 describe-key-pairs --filters "$by_tag" --query 'KeyPairs[].[KeyName]') || return 1
    label key-pair "$lines"
}

label() {
    local id
    for id in $2; do
        [[ $id == None ]] || echo "$1 $id"
    done
}

# Deletes one leftover. Much of it fails at first, for a group is in use until its instances have ended, and is
# tried again.
delete_leftover() {
    case $1 in
        instance) ec2 terminate-instances --instance-ids "$2" ;;
        volume) ec2 delete-volume --volume-id "$2" ;;
        security-group) ec2 delete-security-group --group-id "$2" ;;
        key-pair) ec2 delete-key-pair --key-name "$2" ;;
    esac >/dev/null
}

# How many instances this run started, as far as this machine knows.
count_launched() {
    local count=0
    [[ ! -e $work/instances ]] || count=$(wc -l <"$work/instances")
    # One was asked for and its answer did not come.
    [[ ! -e $work/launching ]] || count=$((count + 1))
    echo "$count"
}

# count_visible RUN: how many instances a search finds, those that have ended included.
count_visible() {
    local lines
    lines=$(ec2 describe-instances --filters "Name=tag:$run_tag,Values=$1" \
        --query 'Reservations[].Instances[].[InstanceId]') || return 1
    label instance "$lines" | wc -l
}

# destroy RUN: deletes until a search finds nothing more. Returns 1, and says what is left, when it does not
# get there in time.
destroy() {
    local started=$SECONDS said=$SECONDS pause=1 kind id launched visible
    launched=$(count_launched)
    : >"$work/left"
    while true; do
        if find_leftovers "$1" >"$work/left.new"; then
            mv "$work/left.new" "$work/left"
            if [[ ! -s $work/left ]]; then
                visible=$(count_visible "$1") || visible=0
                if ((visible >= launched || SECONDS - started >= invisible_seconds_max)); then
                    say "nothing of run $1 is left: no instance, volume, security group or key pair"
                    return 0
                fi
            fi
            while read -r kind id; do
                delete_leftover "$kind" "$id" || true
            done <"$work/left"
        elif [[ $(aws_error_code) == "" || $(aws_error_code) == *LimitExceeded || $(aws_error_code) == *nternal* || $(aws_error_code) == Unavailable ]]; then
            say "EC2 does not answer ($(aws_error_text)); trying again"
        else
            say "EC2 refuses: $(aws_error_text)"
            break
        fi
        ((SECONDS - started < destroy_seconds_max)) || break
        if ((SECONDS - said >= 15)); then
            say "still deleting: $(tr '\n' ';' <"$work/left")"
            said=$SECONDS
        fi
        sleep $pause
        pause=$((pause < 8 ? pause * 2 : 8))
    done
    report_leftovers "$1"
    return 1
}

report_leftovers() {
    local kind id
    say "COULD NOT DELETE everything of run $1 in region $region. Last seen or made there:"
    { cat "$work/left"; [[ ! -e $work/instances ]] || label instance "$(<"$work/instances")"; } | sort -u |
        while read -r kind id; do say "    $kind $id"; done || true
    say "Delete it, as soon as AWS can be reached, from any machine by:"
    say "    scripts/run_distributed_test.sh --region $region --destroy $1"
}

# list_runs: every run's resources, one a line.
list_runs() {
    local query="Tags[?Key=='$run_tag']|[0].Value" filter="Name=tag-key,Values=$run_tag"
    {
        ec2 describe-instances --filters "$filter" \
            "Name=instance-state-name,Values=pending,running,stopping,stopped,shutting-down" \
            --query "Reservations[].Instances[].[$query,'instance',InstanceId,State.Name,Tags[?Key=='$tier_tag']|[0].Value,PublicIpAddress,LaunchTime]" &&
            ec2 describe-volumes --filters "$filter" --query "Volumes[].[$query,'volume',VolumeId,State]" &&
            ec2 describe-security-groups --filters "$filter" \
                --query "SecurityGroups[].[$query,'security-group',GroupId]" &&
            ec2 describe-key-pairs --filters "$filter" --query "KeyPairs[].[$query,'key-pair',KeyName]"
    } >"$work/list" || die_of_aws "listing what runs have left"
    sort "$work/list"
    [[ -s $work/list ]] || say "no run has left anything in $region"
}
