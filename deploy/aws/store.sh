# shellcheck shell=bash
# The store on its hosts: configured, started, tested, and its logs brought back. Sourced by
# run_distributed_test.sh.

# save_image IMAGE FILE TAG: an image as a file that goes to hosts.
save_image() {
    local wanted=${architecture/x86_64/amd64} found
    found=$(docker image inspect --format '{{.Architecture}}' "$1")
    [[ $found == "$wanted" ]] ||
        die configuration "image '$1' is for $found, and instance type $instance_type is $wanted"
    # docker save keeps no name of an image that was given by its number, so it gets one.
    docker tag "$1" "$3"
    has_tag=yes
    patiently docker save --output "$work/$2.tar" "$3"
    gzip -1 "$work/$2.tar"
    say "container ${2//-/ }: $(du -h "$work/$2.tar.gz" | cut -f 1) to copy to each host"
}

# The addresses of the servers, and a token for this run: without it nobody may change stock or prices.
write_config() {
    local server host
    local -A port=([frontend]=8000 [catalog]=8001 [order]=8002 [storefront]=8080)
    for server in "${servers[@]}"; do
        host=$(host_of "$server")
        echo "${server%%-*},${private[$host]}:${port[${server%%-*}]}"
    done >"$work/config"
    (umask 077 && od -An -N32 -tx1 /dev/urandom | tr -d ' \n' >"$work/token")
}

# The host on whose machine a server runs.
host_of() {
    echo "${1/#storefront/frontend}"
}

copy_store() {
    local files=("$work/config" "$work/token" "$work/image.tar.gz" "$root/deploy/aws/remote/start_server.sh")
    if [[ $1 == database* ]]; then
        copy_database "$1"
        return
    fi
    [[ $1 == frontend* || ${#databases[@]} == 0 ]] || files+=("$work/store.env" "$root/deploy/aws/remote/verify.sh")
    if [[ $1 == frontend* && -n $desk ]]; then
        install -m 600 "$desk" "$work/desk"
        files+=("$work/desk")
    fi
    copy_to "$1" "${files[@]}"
}

start_server() {
    on "$(host_of "$1")" "bash ./start_server.sh $1 my-book-store:$run" 2>"$work/start-$1.error"
}

is_ready() {
    patiently on "$(host_of "$1")" "sudo docker exec bookstore-$1 bookstore healthcheck" >/dev/null 2>"$work/health-error"
}

# What a server that does not get ready said last.
last_words() {
    on "$(host_of "$1")" "sudo docker logs --tail 1 bookstore-$1 2>&1" 2>/dev/null || tail -n 1 "$work/health-error"
}

# A stranger inside the network, without the token, must not be able to change the stock.
refuses_strangers() {
    local answer
    answer=$(on order "exec 3<>/dev/tcp/${private[catalog]}/8001 && printf 'POST /update?item_number=1&stock=5 HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nConnection: close\r\n\r\n' >&3 && timeout 5 head -n 1 <&3") || return 1
    [[ $answer == *" 401 "* || $answer == *" 403 "* ]] || {
        say "the catalog answered a stranger's update: $answer"
        return 1
    }
}

# Acceptance tests 1–4 from a client container on this machine.
run_acceptance() {
    local status=0
    run_client host "$work/collected" acceptance --frontend "${public[frontend]}:8000" \
        >"$work/collected/acceptance.txt" 2>&1 || status=$?
    sed 's/^/        /' "$work/collected/acceptance.txt" >&2
    return $status
}

# collect_logs: brings what the tiers wrote back to this machine; what cannot be reached is left out.
collect_logs() {
    local server
    for server in "${servers[@]}"; do
        mkdir -p "$work/collected/$server"
        on "$(host_of "$server")" "sudo docker logs bookstore-$server 2>&1" >"$work/collected/$server/server.log" || true
        [[ $server == catalog* || $server == order* ]] || continue
        on "$server" "sudo tar -C /srv/bookstore -c output" 2>/dev/null |
            tar -x -C "$work/collected/$server" --strip-components=1 2>/dev/null || true
    done
    for server in "${databases[@]}"; do
        mkdir -p "$work/collected/$server"
        on "$server" "sudo docker logs patroni 2>&1" >"$work/collected/$server/server.log" || true
    done
    gather_log catalog && gather_log order || return 1
    cp "$work/config" "$work/collected/config"
}

# gather_log TYPE: what all servers of a type wrote as one file. Opening books are in each catalog's log, and count once.
gather_log() {
    local log=$1_log folder
    cp "$work/collected/$1/$log" "$work/collected/" 2>/dev/null || return 1
    for folder in "$work/collected/$1"-*; do
        [[ -d $folder ]] || continue
        [[ -e $folder/$log ]] || return 1
        sed '/^init,/d' "$folder/$log" >>"$work/collected/$log"
    done
}

# Whether every other frontend sees that the books which the first one sold are gone, and sells none.
is_one_store() {
    local server item address answer
    for server in "${servers[@]}"; do
        [[ $server == frontend-* ]] || continue
        address=${public[$server]}
        for item in 1 2; do
            answer=$(get "$address:8000" "/lookup?item_number=$item")
            [[ $answer == *'"stock":"0"'* || $answer == *'"stock":0'* ]] || { say "$server says of book $item: $answer"; return 1; }
        done
        answer=$(get "$address:8000" "/search?topic=graduate+school")
        [[ $answer == *"Xen and the Art"* ]] || { say "$server finds: $answer"; return 1; }
        # shellcheck disable=SC2016 # expanded by the inner shell
        answer=$(timeout 10 bash -c 'exec 3<>"/dev/tcp/$1/8000" && printf "POST /buy?item_number=1 HTTP/1.0\r\nHost: x\r\nContent-Length: 0\r\n\r\n" >&3 && cat <&3' _ "$address")
        [[ $answer == *Failed* ]] || { say "$server answered the buy of a sold-out book: $answer"; return 1; }
        shows_books "$address:8080" || return 1
        say "$server at http://$address:8000 sees what was sold, and sells no more of it"
    done
}

# The store's own auditor, on a host that reaches the database.
verify_books() {
    local server folders=() status=0
    for server in "${servers[@]}"; do
        [[ $server != catalog* && $server != order* ]] || folders+=("$server")
    done
    tar -C "$work/collected" -cf "$work/logs.tar" "${folders[@]}"
    patiently copy_to order "$work/logs.tar"
    patiently on order "bash ./verify.sh my-book-store:$run ${folders[*]} <logs.tar" \
        >"$work/collected/verify.txt" 2>&1 || status=$?
    sed 's/^/        verify: /' "$work/collected/verify.txt" >&2
    return $status
}

# keep_logs: puts what was collected into output/RUN, and the three logs into output/ as well. Another run at the
# same time has a folder of its own.
keep_logs() {
    local log server type from
    [[ -d $work/collected ]] || return 0
    mkdir -p "$output"
    rm -rf "${output:?}/$run"
    cp -R "$work/collected" "$output/$run"
    for log in catalog_log order_log client_log; do
        # A tier's first server has its log there; that of all together is what was checked.
        from=$output/$run/${log%_log}/$log
        [[ -e $from ]] || from=$output/$run/$log
        [[ -e $from ]] || continue
        cp "$from" "$output/.$log.$run" && mv "$output/.$log.$run" "$output/$log"
    done
    for server in "${servers[@]}"; do
        type=${server%%-*}
        [[ $server == catalog-* || $server == order-* ]] && [[ -e $output/$run/$server/${type}_log ]] || continue
        mkdir -p "$output/$server"
        cp "$output/$run/$server/${type}_log" "$output/$server/.log.$run" &&
            mv "$output/$server/.log.$run" "$output/$server/${type}_log"
    done
}
