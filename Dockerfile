# The store as a container image: one executable for every server, which the command names.
#
#   docker build -t my-book-store .                          compiles the store in the Swift image
#   docker build -t my-book-store --target prebuilt .        packs dist/bookstore, which `make static` compiles here
#
# The image has the executable, the libraries of Debian that it needs, libpq with its own for a store in PostgreSQL, time
# zones, the certificates that webhooks are checked by, and nothing else: no shell, no package manager. On the whole of debian:bookworm-slim it would be larger by half.

FROM debian:bookworm-slim AS system
RUN if ! [ -e /usr/lib/*-linux-gnu/libpq.so.5 ] || ! [ -e /etc/ssl/certs/ca-certificates.crt ]; then \
        apt-get update && apt-get install -y --no-install-recommends libpq5 ca-certificates \
        && rm -rf /var/lib/apt/lists/*; \
    fi
# The user's number is part of the promise: folders of the host that are mounted have to belong to it.
RUN mkdir -p /image/etc/bookstore /image/usr/bin /image/tmp /volumes/data /volumes/output \
    && for file in /lib/*-linux-gnu/libc.so.6 /lib/*-linux-gnu/libm.so.6 /lib/*-linux-gnu/libgcc_s.so.1 \
           /usr/lib/*-linux-gnu/libstdc++.so.6 /lib64/ld-linux-*.so.* /lib/ld-linux-*.so.*; do \
           if [ -e "$file" ]; then cp -L --parents "$file" /image/; fi; \
       done \
    && for file in $(ldd /usr/lib/*-linux-gnu/libpq.so.5 | awk '$3 { print $3 }') /usr/lib/*-linux-gnu/libpq.so.5; do \
           [ -e "/image$file" ] || cp -L --parents "$file" /image/; \
       done \
    && cp -a --parents /usr/share/zoneinfo /image/ \
    && cp -L --parents /etc/ssl/certs/ca-certificates.crt /image/ \
    && echo 'bookstore:x:10001:10001::/data:/usr/sbin/nologin' >/image/etc/passwd \
    && echo 'bookstore:x:10001:' >/image/etc/group \
    && echo 'hosts: files dns' >/image/etc/nsswitch.conf \
    && chmod 1777 /image/tmp
COPY deploy/docker/config deploy/docker/config.replicated /image/etc/bookstore/

FROM scratch AS runtime
LABEL org.opencontainers.image.title="My Book Store" \
      org.opencontainers.image.description="An online bookstore of cooperating servers: frontend, catalog, order, storefront" \
      org.opencontainers.image.licenses="Apache-2.0"
COPY --from=system /image /
COPY --from=system --chown=10001:10001 /volumes /
# In a container the server listens for its neighbours; its address in the config is the name that they use.
ENV BOOKSTORE_CONFIG=/etc/bookstore/config \
    BOOKSTORE_DATA=/data \
    BOOKSTORE_OUTPUT=/output \
    BOOKSTORE_BIND=0.0.0.0
USER 10001:10001
WORKDIR /
VOLUME ["/data", "/output"]
EXPOSE 8000 8001 8002 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=4s --timeout=3s --start-period=30s --retries=3 CMD ["bookstore", "healthcheck"]
ENTRYPOINT ["bookstore"]
CMD ["--help"]

# dist/bookstore, where there is one: an older docker builds every stage that comes before the one that it is asked
# for. With the other file the pattern may match nothing.
FROM debian:bookworm-slim AS packed
COPY deploy/docker/config dist/bookstor[e] /packed/
RUN rm /packed/config

FROM runtime AS prebuilt
COPY --from=packed /packed /usr/bin

FROM swift:6.3-bookworm AS build
RUN apt-get update \
    && apt-get install -y --no-install-recommends libsqlite3-dev zlib1g-dev libpq-dev \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /src
# The packages first: a change of the store's own code does not fetch and resolve them again.
COPY Package.swift ./
RUN mkdir -p Tests && swift package resolve
COPY Sources Sources
COPY Tests Tests
COPY scripts/build_static.sh scripts/release_flags.sh scripts/
RUN scripts/build_static.sh

FROM runtime AS store
COPY --from=build /src/dist/bookstore /usr/bin/bookstore
