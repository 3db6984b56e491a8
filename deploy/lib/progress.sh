# shellcheck shell=bash
# What the person at the terminal sees, how the test scripts wait, and how they end. Sourced by them.

# The terminal, for what is said from within a trap: it may strike while a function's output goes to a file.
exec {terminal}>&2

# Progress with the time since the start. Whoever reads it may have gone: that must not stop the cleaning up.
say() {
    printf '[%02d:%02d] %s\n' $((SECONDS / 60)) $((SECONDS % 60)) "$*" >&"$terminal" || true
}

# die KIND TEXT...: one clear line, and out with the status that the store's own commands use for the kind.
die() {
    local kind=$1
    shift
    say "error: $*"
    case $kind in
        usage) exit 64 ;;
        unreachable) exit 69 ;;
        configuration) exit 78 ;;
        *) exit 1 ;;
    esac
}

# end_by FUNCTION: it is called with the exit status whatever ends this script, and has to exit. From then on nothing
# stops it: not a second Ctrl-C, not a terminal that is gone.
end_by() {
    # shellcheck disable=SC2064 # the function's name is meant as it is now
    trap "begin_to_end $1" EXIT
    trap 'say "interrupted"; exit 129' HUP
    trap 'say "interrupted"; exit 130' INT
    trap 'say "interrupted"; exit 143' TERM
}

begin_to_end() {
    local status=$?
    trap - EXIT
    trap '' INT TERM HUP PIPE
    end_job
    "$1" $status
}

# Runs a command so that a signal to this script is noticed at once, not when the command has ended. It gets a
# process group of its own, by which it is ended with all that it has started when this script ends. What it sets is
# lost.
patiently() {
    local status=0
    set -m
    "$@" </dev/null &
    job=$!
    set +m
    wait "$job" || status=$?
    job=''
    return $status
}

# Ends what `patiently` runs just now.
end_job() {
    [[ -z ${job:-} ]] || kill -TERM -- "-$job" 2>/dev/null || true
    job=''
}

# within SECONDS COMMAND...: like patiently, and ends the command when it takes too long.
within() {
    local deadline=$((SECONDS + $1))
    shift
    set -m
    "$@" </dev/null &
    job=$!
    set +m
    while kill -0 "$job" 2>/dev/null; do
        if ((SECONDS >= deadline)); then
            end_job
            return 1
        fi
        sleep 0.2
    done
    wait "$job"
}

# wait_for SECONDS WHAT COMMAND...: repeats the command, which must be short, until it succeeds.
wait_for() {
    local seconds_max=$1 what=$2 started=$SECONDS said=$SECONDS
    shift 2
    until "$@"; do
        ((SECONDS - started < seconds_max)) || return 1
        if ((SECONDS - said >= 15)); then
            say "still waiting for $what"
            said=$SECONDS
        fi
        patiently sleep 2
    done
}
