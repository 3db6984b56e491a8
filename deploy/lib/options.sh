# shellcheck shell=bash
# The command line of the test scripts. Sourced by them.

# read_options SPEC... -- ARGUMENT...: sets a variable for each option. A SPEC is --option=variable for one that
# takes a value, --option=variable:value for one that does not. --help prints what the function `usage` says.
read_options() {
    local name=${0##*/} option=''
    local -A variable=()
    while [[ $1 != -- ]]; do
        variable[${1%%=*}]=${1#*=}
        shift
    done
    shift
    while (($#)); do
        [[ $1 != --help && $1 != -h ]] || { usage; exit 0; }
        option=${variable[$1]:-}
        [[ -n $option ]] || { echo "$name: unknown option '$1'; --help lists them" >&2; exit 64; }
        if [[ $option == *:* ]]; then
            printf -v "${option%%:*}" %s "${option#*:}"
            shift
        else
            [[ -n ${2:-} ]] || { echo "$name: $1 needs a value" >&2; exit 64; }
            printf -v "$option" %s "$2"
            shift 2
        fi
    done
}
