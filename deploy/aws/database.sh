# shellcheck shell=bash
# PostgreSQL on three hosts, kept by Patroni with an etcd beside each. Sourced by run_distributed_test.sh.

prepare_database_image() {
    if [[ -n $database_image ]]; then
        docker image inspect "$database_image" >/dev/null 2>&1 ||
            die configuration "there is no container image '$database_image' here: build it, or leave --database-image out"
    else
        database_image=my-book-store-replicas
        say "building the database's image"
        patiently docker build --tag "$database_image" --file "$root/deploy/docker/replicas.Dockerfile" "$root" >&2 ||
            die failed "the database's image could not be built"
    fi
    save_image "$database_image" database-image "my-book-store-database:$run"
}

# database_url USER DATABASE: all three; libpq finds the primary.
database_url() {
    echo "postgresql://$1@${private[database]},${private[database-1]},${private[database-2]}/$2?target_session_attrs=read-write&connect_timeout=2"
}

# The passwords go into files that only their owners read, never onto a command line.
write_database_settings() {
    local password url
    password=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
    url=$(database_url bookstore books)
    (
        umask 077
        printf 'PATRONI_SUPERUSER_USERNAME=postgres\nPATRONI_SUPERUSER_PASSWORD=%s\nPATRONI_REPLICATION_USERNAME=replication\nPATRONI_REPLICATION_PASSWORD=%s\nPGPASSWORD=%s\nBOOKSTORE_DATABASE_PASSWORD=%s\n' \
            "$password" "$password" "$password" "$password" >"$work/database.env"
        printf 'BOOKSTORE_STORE=%s\nPGPASSWORD=%s\n' "$url" "$password" >"$work/store.env"
    )
}

copy_database() {
    copy_to "$1" "$work/database.env" "$work/database-image.tar.gz" "$root/deploy/aws/remote/start_database.sh" \
        "$root/deploy/patroni/patroni.yml"
}

start_database() {
    on "$1" "bash ./start_database.sh $1 my-book-store-database:$run ${private[$1]} ${private[database]} ${private[database-1]} ${private[database-2]}" \
        2>"$work/start-$1.error"
}

# The store's user and database: as soon as there is a primary whose changes a standby confirms.
make_database() {
    local url
    url=$(database_url postgres postgres)
    patiently on database "sudo timeout 20 docker run --rm --network host --env-file /srv/bookstore/database.env my-book-store-database:$run /etc/patroni/make_database.sh '$url'" \
        2>"$work/database-error"
}

start_databases() {
    local host
    for host in "${databases[@]}"; do
        patiently start_database "$host" ||
            die failed "the $host did not start: $(tail -n 1 "$work/start-$host.error")"
    done
    wait_for 180 "the database to have a primary and a standby" make_database ||
        die failed "the database is not ready after 180 s: $(tail -n 1 "$work/database-error")"
    say "PostgreSQL is ready on ${#databases[@]} hosts"
}
