#!/bin/sh
# A role and a database for each service, when the server is first started. Neither sees the other's.
set -eu
for service in auth product; do
  psql -v ON_ERROR_STOP=1 -v name="$service" -v password="$(cat "${SECRETS:-/run/secrets}/$service")" <<'X'
CREATE ROLE :"name" LOGIN PASSWORD :'password';
CREATE DATABASE :"name" OWNER :"name";
REVOKE CONNECT, TEMPORARY ON DATABASE :"name" FROM PUBLIC;
X
done
