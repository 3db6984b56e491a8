# shellcheck shell=bash
# EC2 by nothing but the `aws` command. Sourced by run_distributed_test.sh, which sets $region, $run and $work.

# The command's own retries: throttling, errors of the service and broken connections, with doubling waits.
export AWS_RETRY_MODE=standard AWS_MAX_ATTEMPTS=${AWS_MAX_ATTEMPTS:-8} AWS_PAGER=

# Everything that a run makes carries this tag with the run's name.
readonly run_tag=bookstore-run tier_tag=bookstore-tier

# ec2 ARGUMENTS...: one call. What it says when it fails is kept in $work/aws-error.
ec2() {
    aws --region "$region" --output text --cli-connect-timeout 10 --cli-read-timeout 60 \
        ec2 "$@" 2>"$work/aws-error" </dev/null
}

# The code of the last error, such as DryRunOperation; empty where the service did not answer.
aws_error_code() {
    sed -n 's/^.*An error occurred (\([A-Za-z0-9.]*\)).*$/\1/p' "$work/aws-error" | head -n 1
}

# The last error on one line.
aws_error_text() {
    tr '\n' ' ' <"$work/aws-error" | sed 's/^[[:space:]]*//; s/[[:space:]]*$//' | cut -c 1-300
}

# die_of_aws WHAT: the last error in words that say what to do about it.
die_of_aws() {
    local text
    text=$(aws_error_text)
    case $(aws_error_code) in
        AuthFailure | InvalidClientTokenId | UnrecognizedClientException | SignatureDoesNotMatch | \
            ExpiredToken | RequestExpired)
            die configuration "AWS refuses the credentials ($1): $text" ;;
        UnauthorizedOperation | AccessDenied)
            die configuration "these credentials may not do that ($1): $text" ;;
        *LimitExceeded | *QuotaExceeded | Throttling*)
            die failed "a limit of the account is reached ($1): $text" ;;
        "")
            case $text in
                *credentials*)
                    die configuration "no AWS credentials: run 'aws configure' or set AWS_PROFILE ($text)" ;;
                *[Rr]egion*)
                    die configuration "'$region' is no region that the aws command knows: $text" ;;
                *"Could not connect"* | *imeout* | *"endpoint"*)
                    die unreachable "cannot reach EC2 in region '$region' – is the name right, the network up? $text" ;;
            esac ;;
    esac
    die failed "$1: $text"
}

# tags TYPE [TIER]: the tag specification of something that is made.
tags() {
    local name=$run${2:+-$2}
    printf 'ResourceType=%s,Tags=[{Key=%s,Value=%s},{Key=Name,Value=%s}%s]' \
        "$1" "$run_tag" "$run" "$name" "${2:+,{Key=$tier_tag,Value=$2\}}"
}

# --- What is checked before anything is made -------------------------------------------------------------

# Sets $region where no option did.
find_region() {
    region=${region:-${AWS_REGION:-${AWS_DEFAULT_REGION:-$(aws configure get region 2>/dev/null || true)}}}
    [[ -n $region ]] || die configuration "no region: name one by --region, such as eu-central-1"
    [[ $region =~ ^[a-z]{2}(-[a-z]+)+-[0-9]+$ ]] ||
        die configuration "'$region' is not the name of a region, such as eu-central-1"
}

check_credentials() {
    local names
    # Nothing is lost yet by giving up early: a region whose name is wrong does not answer at all.
    names=$(AWS_MAX_ATTEMPTS=3 ec2 describe-regions --region-names "$region" --query 'Regions[].RegionName') || {
        case $(aws_error_code) in
            InvalidParameterValue) die configuration "AWS has no region '$region'" ;;
            *) die_of_aws "asking for region '$region'" ;;
        esac
    }
    [[ $names == "$region" ]] || die configuration "AWS has no region '$region'"
}

# Sets $architecture as images name it: x86_64 or arm64.
check_instance_type() {
    architecture=$(ec2 describe-instance-types --instance-types "$instance_type" \
        --query 'InstanceTypes[0].ProcessorInfo.SupportedArchitectures[0]') || {
        case $(aws_error_code) in
            InvalidInstanceType | InvalidParameterValue)
                die configuration "'$instance_type' is no instance type in $region" ;;
            *) die_of_aws "asking for instance type '$instance_type'" ;;
        esac
    }
    [[ $architecture == x86_64 || $architecture == arm64 ]] ||
        die configuration "instance type '$instance_type' has an architecture the store is not built for: $architecture"
}

# Sets $image_id to the newest Debian 12 image of Debian's own account, unless an option named one.
find_image() {
    local debian_account=136693071363 found
    if [[ -n $image_id ]]; then
        found=$(ec2 describe-images --image-ids "$image_id" --query 'Images[0].[ImageId,Architecture]') ||
            die configuration "there is no image '$image_id' in $region: $(aws_error_text)"
    else
        found=$(ec2 describe-images --owners $debian_account \
            --filters "Name=name,Values=debian-12-*" "Name=architecture,Values=$architecture" \
            "Name=state,Values=available" "Name=virtualization-type,Values=hvm" \
            --query 'sort_by(Images,&CreationDate)[-1].[ImageId,Architecture]') ||
            die_of_aws "looking for the newest Debian 12 image"
    fi
    [[ $found == ami-* ]] || die configuration "no Debian 12 image in $region: name one by --image-id"
    image_id=${found%%[[:space:]]*}
    [[ $found == *"$architecture" ]] ||
        die configuration "image $image_id is not for $architecture, which $instance_type is"
}

# Sets $vpc and the array $subnets: where instances may stand, one subnet for each zone.
find_subnets() {
    local lines filter=(--filters "Name=default-for-az,Values=true")
    [[ -z $subnet ]] || filter=(--subnet-ids "$subnet")
    lines=$(ec2 describe-subnets "${filter[@]}" \
        --query 'sort_by(Subnets,&AvailabilityZone)[].[SubnetId,VpcId]') || die_of_aws "looking for subnets"
    mapfile -t subnets < <(awk 'NF { print $1 }' <<<"$lines")
    [[ ${subnets[0]:-} == subnet-* ]] ||
        die configuration "$region has no default network: name a subnet by --subnet"
    vpc=$(awk 'NF { print $2; exit }' <<<"$lines")
}

# --- What is made ----------------------------------------------------------------------------------------

make_key_pair() {
    (umask 077 && ec2 create-key-pair --key-name "$run" --key-type "$key_type" \
        --tag-specifications "$(tags key-pair)" --query KeyMaterial >"$work/key") ||
        die_of_aws "making a key pair"
}

# Sets $group. Port 22 is open to the deploying address, 8000 and the shop's 8080 to clients, 8001 and 8002 inside the
# group, and so are PostgreSQL's, Patroni's and etcd's where there are databases.
make_security_group() {
    local ssh_rule client_rule shop_rule inner_rule database_rules='' ports
    group=$(ec2 create-security-group --group-name "$run" --vpc-id "$vpc" \
        --description "My Book Store, run $run" --tag-specifications "$(tags security-group)" \
        --query GroupId) || die_of_aws "making a security group"
    ssh_rule="{\"IpProtocol\":\"tcp\",\"FromPort\":22,\"ToPort\":22,\"IpRanges\":[{\"CidrIp\":\"$allowed\"}]}"
    client_rule="{\"IpProtocol\":\"tcp\",\"FromPort\":8000,\"ToPort\":8000,\"IpRanges\":[{\"CidrIp\":\"$clients\"}]}"
    shop_rule=${client_rule//8000/8080}
    inner_rule="{\"IpProtocol\":\"tcp\",\"FromPort\":8001,\"ToPort\":8002,\"UserIdGroupPairs\":[{\"GroupId\":\"$group\"}]}"
    if [[ ${#databases[@]} != 0 ]]; then
        for ports in 2379-2380 5432-5432 8008-8008; do
            ports="\"FromPort\":${ports%-*},\"ToPort\":${ports#*-}"
            database_rules+=,${inner_rule/\"FromPort\":8001,\"ToPort\":8002/$ports}
        done
    fi
    ec2 authorize-security-group-ingress --group-id "$group" \
        --ip-permissions "[$ssh_rule,$client_rule,$shop_rule,$inner_rule$database_rules]" >/dev/null ||
        die_of_aws "opening the ports of the security group"
}

# launch TIER: sets ${instance[TIER]}. Where a zone has no room, the next one is tried.
launch() {
    local tier=$1 zone token instance_tags volume_tags
    # One substitution a command: bash cannot run a trap between two of the same one.
    instance_tags=$(tags instance "$tier")
    volume_tags=$(tags volume "$tier")
    for zone in "${subnets[@]}"; do
        token=$run-$tier-$zone
        # Written before the call: an instance whose answer never came can be looked for by its token.
        echo "$token" >"$work/launching"
        if ec2 run-instances --image-id "$image_id" --instance-type "$instance_type" --count 1 \
            --key-name "$run" --subnet-id "$zone" --security-group-ids "$group" \
            --client-token "$token" --user-data "file://$work/user-data" \
            --metadata-options HttpTokens=required --instance-initiated-shutdown-behavior terminate \
            --tag-specifications "$instance_tags" "$volume_tags" \
            --query 'Instances[0].InstanceId' >"$work/launched"; then
            instance[$tier]=$(<"$work/launched")
            echo "${instance[$tier]}" >>"$work/instances"
            rm -f "$work/launching"
            return
        fi
        case $(aws_error_code) in
            InsufficientInstanceCapacity | Unsupported)
                rm -f "$work/launching"
                say "no room for the $tier in $zone ($(aws_error_code)); trying the next zone" ;;
            *) die_of_aws "starting the instance of the $tier" ;;
        esac
    done
    die failed "no zone of $region has room for a $instance_type now: try later, another --instance-type or --region"
}

# Whether all instances run; sets ${public[…]} and ${private[…]} then.
are_running() {
    local lines tier id state public_address private_address count=0
    lines=$(ec2 describe-instances --instance-ids "${instance[@]}" --query \
        "Reservations[].Instances[].[Tags[?Key=='$tier_tag']|[0].Value,InstanceId,State.Name,PublicIpAddress,PrivateIpAddress]") ||
        return 1
    while read -r tier id state public_address private_address; do
        [[ -n $tier ]] || continue
        case $state in
            pending) return 1 ;;
            running) ;;
            *) die failed "instance $id of the $tier is $state, although it should run" ;;
        esac
        [[ $public_address =~ ^[0-9.]+$ ]] || return 1
        public[$tier]=$public_address private[$tier]=$private_address
        count=$((count + 1))
    done <<<"$lines"
    ((count == ${#instance[@]}))
}
