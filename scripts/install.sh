#!/usr/bin/env bash
# Installs what was built: the executable, systemd units, manual pages, completions, default settings. The owner's
# existing files are not changed. Called by `make install` and, with a DESTDIR, by `make deb`.
set -euo pipefail
cd "$(dirname "$0")/.."

destdir=${DESTDIR:-} prefix=${PREFIX:-/usr}
[[ -x dist/bookstore ]] || { echo "install: dist/bookstore is missing: run make static" >&2; exit 1; }
[[ -n $destdir || $EUID == 0 ]] || { echo "install: must be root (or set DESTDIR)" >&2; exit 1; }
share=$destdir$prefix/share

install -D -m 755 dist/bookstore "$destdir$prefix/bin/bookstore"
units=$destdir/usr/lib/systemd/system
while read -r unit; do
    install -D -m 644 "deploy/systemd/$unit" "$units/$unit"
    sed -i "s#/usr/bin/bookstore#$prefix/bin/bookstore#" "$units/$unit"
done < <(cd deploy/systemd && find . -type f -printf '%P\n')
for page in dist/man/*.1; do
    install -d "$share/man/man1"
    gzip -9 -n --stdout "$page" >"$share/man/man1/${page##*/}.gz"
done
# Sourced, not run, so it has no shebang line.
dist/bookstore completion bash | sed '1{/^#!/d}' |
    install -D -m 644 /dev/stdin "$share/bash-completion/completions/bookstore"
dist/bookstore completion zsh |
    install -D -m 644 /dev/stdin "$share/zsh/vendor-completions/_bookstore"
dist/bookstore completion fish |
    install -D -m 644 /dev/stdin "$share/fish/vendor_completions.d/bookstore.fish"

keep_or_install() {
    [[ -e $destdir$3 ]] || install -D -m "$1" "$2" "$destdir$3"
}
keep_or_install 644 config /etc/bookstore/config
keep_or_install 644 deploy/debian/settings.json /etc/bookstore/settings.json
keep_or_install 600 deploy/debian/environment /etc/bookstore/environment
keep_or_install 644 deploy/debian/logrotate /etc/logrotate.d/bookstore
