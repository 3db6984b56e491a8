# shellcheck shell=bash
# A hint at what a run costs. Sourced by run_distributed_test.sh.

# tell_cost TYPE COUNT: on-demand prices of Linux in us-east-1 in US cents an hour, as of 2025, for the types that make
# sense for a test; other regions are up to some 50 % dearer.
tell_cost() {
    local -A mills=([t3.nano]=52 [t3.micro]=104 [t3.small]=208 [t3.medium]=416 [t3a.micro]=94 [t3a.small]=188
        [t4g.nano]=42 [t4g.micro]=84 [t4g.small]=168 [t4g.medium]=336)
    # A public address, 0.5 cents an hour, comes to each instance.
    local price=${mills[$1]:-} count=$2
    ((count != 3)) || count=three
    if [[ -z $price ]]; then
        say "cost: $count $1 and $count public addresses until the end; see the EC2 price list"
    else
        price=$(((price + 50) * $2))
        say "cost: about $((price / 100)).$(printf '%02d' $((price % 100))) US cents an hour for all $count (us-east-1); a run takes minutes"
    fi
}
