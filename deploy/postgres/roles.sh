#!/bin/sh
# A database and a role for each service, closed to the others; run once by PostgreSQL's image, as deploy/local/postgres.py does it.
set -eu
for service in intake routing supervision reporting gateway; do
  variable="$(echo "$service" | tr '[:lower:]' '[:upper:]')_PASSWORD"
  eval "password=\${$variable}"
  psql -v ON_ERROR_STOP=1 -v name="$service" -v password="$password" -U postgres <<'SQL'
CREATE ROLE :"name" LOGIN PASSWORD :'password';
CREATE DATABASE :"name" OWNER :"name";
REVOKE ALL ON DATABASE :"name" FROM PUBLIC;
SQL
done
psql -v ON_ERROR_STOP=1 -U postgres -c 'REVOKE ALL ON DATABASE postgres, template1 FROM PUBLIC'
