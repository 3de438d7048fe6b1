#!/bin/sh
# Makes whatever secrets aren't there yet, each into the folder of those who need it, and nobody else's: compose.yml mounts one
# volume for each. What is there stays: with other secrets the data that were made with them can't be read.
#   deploy/secrets.sh FOLDER
set -eu
umask 022
cd "${1:?the folder that holds a folder for each who needs a secret}"
mkdir -p auth product postgres rabbitmq gateway grafana
hex() { openssl rand -hex "$1"; }
once() { # FILE COMMAND ...: what it prints, whole or not at all
  file=$1; shift
  [ -s "$file" ] || { "$@" >"$file.new"; mv "$file.new" "$file"; }
}
once postgres/superuser hex 24
once postgres/auth hex 24
once postgres/product hex 24
once grafana/admin hex 16

rabbitmq() { printf 'default_user = panal\ndefault_pass = %s\n' "$(hex 24)"; }
once rabbitmq/10-user.conf rabbitmq
amqp=amqp://panal:$(sed -n 's/^default_pass = //p' rabbitmq/10-user.conf)@rabbitmq:5672/%2f

once auth/jwt-private.pem openssl genpkey -algorithm ed25519
auth() {
  printf 'secret_key = "%s"\ndatabase_url = "postgres://auth:%s@postgres/auth"\namqp_url = "%s"\n' "$(hex 32)" "$(cat postgres/auth)" "$amqp"
  printf 'jwt_private_key_file = "/run/secrets/jwt-private.pem"\n'
}
once auth/panal.toml auth
product() { printf 'database_url = "postgres://product:%s@postgres/product"\namqp_url = "%s"\n' "$(cat postgres/product)" "$amqp"; }
once product/panal.toml product

# For trying out: browsers will warn of it. Put a real one in its place.
[ -s gateway/certificate.pem ] || openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 365 -subj /CN=localhost \
  -addext subjectAltName=DNS:localhost,IP:127.0.0.1 -keyout gateway/key.pem -out gateway/certificate.pem 2>/dev/null
# The services run as 10001; the others' volumes are mounted where nobody else is.
if [ "$(id -u)" = 0 ]; then
  chown -R 10001:10001 auth product
fi
chmod 400 auth/* product/*
