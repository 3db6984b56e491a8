#!/usr/bin/env bash
# Packs dist/bookstore and its files as dist/bookstore_VERSION_ARCH.deb.
set -euo pipefail
cd "$(dirname "$0")/.."

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
version=$(dist/bookstore --version)
architecture=$(dpkg --print-architecture)
tree=$work/tree

DESTDIR=$tree scripts/install.sh
install -D -m 644 deploy/debian/copyright "$tree/usr/share/doc/bookstore/copyright"
install -d "$tree/DEBIAN"
install -m 755 deploy/debian/{postinst,prerm,postrm} "$tree/DEBIAN/"
(cd "$tree" && find etc -type f -printf '/%p\n' | sort) >"$tree/DEBIAN/conffiles"
cat >"$tree/DEBIAN/control" <<CONTROL
Package: bookstore
Version: $version
Architecture: $architecture
Maintainer: The authors of My Book Store <bookstore@localhost>
Installed-Size: $(du -sk --exclude=DEBIAN "$tree" | cut -f 1)
Depends: libc6 (>= 2.36), libstdc++6, libgcc-s1
Recommends: logrotate
Suggests: libpq5
Section: net
Priority: optional
Description: online bookstore of cooperating servers
 A frontend dispatches, a catalog keeps books, prices and stock, an order
 server sells; a web shop stands in front of them. The store never sells a book
 that it does not have and never forgets a sale that it confirmed. It is one
 executable, with a systemd service for each server.
CONTROL
package=dist/bookstore_${version}_$architecture.deb
dpkg-deb --root-owner-group --build "$tree" "$work/package.deb" >/dev/null
mv "$work/package.deb" "$package"
echo "$package"
