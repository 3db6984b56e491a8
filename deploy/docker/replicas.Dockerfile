# PostgreSQL, Patroni, etcd and HAProxy from Debian's packages: what compose.replicated.yaml sets around the store. The
# command says which.
# BASE may be an image that has the packages, for a place without network.
ARG BASE=debian:bookworm-slim
FROM ${BASE}
RUN if ! [ -e /usr/bin/patroni ]; then \
        apt-get update \
        && apt-get install -y --no-install-recommends curl etcd-server haproxy patroni postgresql python3-etcd; \
    fi \
    && rm -rf /var/lib/apt/lists/* /var/lib/postgresql/* \
    && install -d -o postgres -g postgres -m 700 /var/lib/postgresql/store /var/lib/etcd
COPY deploy/patroni /etc/patroni
COPY deploy/haproxy/haproxy.cfg /etc/haproxy/bookstore.cfg
USER postgres
ENV HOME=/var/lib/postgresql PATRONI_POSTGRESQL_BIN_DIR=/usr/lib/postgresql/15/bin \
    PATRONI_POSTGRESQL_DATA_DIR=/var/lib/postgresql/store/data PATRONI_POSTGRESQL_PGPASS=/tmp/pgpass
VOLUME ["/var/lib/postgresql/store", "/var/lib/etcd"]
STOPSIGNAL SIGTERM
