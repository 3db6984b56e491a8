#!/bin/sh
# Makes the store's user and database, where they are missing: make_database.sh URL, with the superuser's password in PGPASSWORD
# and the store's in BOOKSTORE_DATABASE_PASSWORD.
set -eu
ask() { psql "$1" -XAtq -v ON_ERROR_STOP=1 -v password="$BOOKSTORE_DATABASE_PASSWORD"; }
[ "$(echo "SELECT 1 FROM pg_roles WHERE rolname = 'bookstore'" | ask "$1")" = 1 ] ||
    echo "CREATE ROLE bookstore LOGIN PASSWORD :'password'" | ask "$1"
[ "$(echo "SELECT 1 FROM pg_database WHERE datname = 'books'" | ask "$1")" = 1 ] ||
    echo "CREATE DATABASE books OWNER bookstore ENCODING UTF8 TEMPLATE template0" | ask "$1"
