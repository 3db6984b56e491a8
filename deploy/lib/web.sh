# shellcheck shell=bash
# Asking web servers by nothing but bash, for not every machine has curl. Sourced by the test scripts.

# get HOST:PORT PATH: the body of the answer, at most ten seconds later.
get() {
    # shellcheck disable=SC2016 # expanded by the inner shell
    timeout 10 bash -c 'exec 3<>"/dev/tcp/${1%:*}/${1##*:}" &&
        printf "GET %s HTTP/1.0\r\nHost: %s\r\nConnection: close\r\n\r\n" "$2" "${1%:80}" >&3 && tr -d "\r" <&3 | sed "1,/^\$/d"' _ "$1" "$2" 2>/dev/null
}

# shows_books HOST:PORT: whether the shop there has a page of the first book.
shows_books() {
    [[ $(get "$1" /book/1) == *"How to get a good grade in 677"* ]] || {
        say "http://$1/book/1 does not show the first book"
        return 1
    }
}
