# shellcheck shell=bash
# The store on its three hosts: configured, started, tested, and its logs brought back. Sourced by
# run_distributed_test.sh.

# The image as a file that goes to every host.
save_image() {
    local wanted=${architecture/x86_64/amd64} found
    found=$(docker image inspect --format '{{.Architecture}}' "$image")
    [[ $found == "$wanted" ]] ||
        die configuration "image '$image' is for $found, and instance type $instance_type is $wanted"
    # docker save keeps no name of an image that was given by its number, so it gets one.
    docker tag "$image" "my-book-store:$run"
    has_tag=yes
    patiently docker save --output "$work/image.tar" "my-book-store:$run"
    gzip -1 "$work/image.tar"
    say "container image: $(du -h "$work/image.tar.gz" | cut -f 1) to copy to each host"
}

# The addresses of the servers, and a token for this run: without it nobody may change stock or prices.
write_config() {
    local tier
    local -A port=([frontend]=8000 [catalog]=8001 [order]=8002)
    for tier in "${tiers[@]}"; do
        echo "$tier,${private[$tier]}:${port[$tier]}"
    done >"$work/config"
    echo "storefront,${private[frontend]}:8080" >>"$work/config"
    (umask 077 && od -An -N32 -tx1 /dev/urandom | tr -d ' \n' >"$work/token")
}

# The tier on whose machine a server runs.
host_of() {
    [[ $1 == storefront ]] && echo frontend || echo "$1"
}

copy_store() {
    local files=("$work/config" "$work/token" "$work/image.tar.gz" "$root/deploy/aws/remote/start_server.sh")
    if [[ $1 == "$(host_of storefront)" && -n $desk ]]; then
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
        [[ $server == catalog || $server == order ]] || continue
        on "$server" "sudo tar -C /srv/bookstore -c output" 2>/dev/null |
            tar -x -C "$work/collected/$server" --strip-components=1 2>/dev/null || true
    done
    cp "$work/collected/catalog/catalog_log" "$work/collected/order/order_log" "$work/collected/" 2>/dev/null ||
        return 1
    cp "$work/config" "$work/collected/config"
}

# keep_logs: puts what was collected into output/RUN, and the three logs into output/ as well. Another run at the
# same time has a folder of its own.
keep_logs() {
    local log
    [[ -d $work/collected ]] || return 0
    mkdir -p "$output"
    rm -rf "${output:?}/$run"
    cp -R "$work/collected" "$output/$run"
    for log in catalog_log order_log client_log; do
        [[ -e $output/$run/$log ]] || continue
        cp "$output/$run/$log" "$output/.$log.$run" && mv "$output/.$log.$run" "$output/$log"
    done
}
