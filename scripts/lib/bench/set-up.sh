# shellcheck shell=bash
# What the benchmark needs before it measures: programs, services, products, users and a token. Sourced by scripts/bench.

build() {
  [ -z "${BIN_DIR:-}" ] || { export BIN_DIR; return; }
  local as=()
  [ "$PROFILE" = debug ] || as=(--release)
  cargo build ${as[@]+"${as[@]}"} -p bins --bins --example bare
  export BIN_DIR=${CARGO_TARGET_DIR:-$ROOT/target}/$PROFILE
}

end_bench() { # the second product-service is in a folder of its own
  local status=$?
  RUN_DIR=$RUN_DIR/second stop_instances
  end_run "$status"
}

set_up() {
  local auth_port product_port second_port bare_port common auth_db product_db
  { read -r auth_port; read -r product_port; read -r second_port; read -r bare_port; } < <(scripts/services free-port 4)
  export AUTH_ADDRESS=127.0.0.1:$auth_port PRODUCT_ADDRESS=127.0.0.1:$product_port SECOND_ADDRESS=127.0.0.1:$second_port BARE_ADDRESS=127.0.0.1:$bare_port
  fresh_database "bench_auth_$$"; auth_db=$URL
  fresh_database "bench_product_$$"; product_db=$URL
  export PRODUCT_DATABASE=${product_db##*/} PGBENCH_DATABASE=bench_pgbench_$$
  common=(HOST=127.0.0.1 AUTH_PORT="$auth_port" DATA_DIR="$RUN_DIR/data" SECRET_KEY="$(random 32)" MAIL_DIR="$RUN_DIR/mail" BCRYPT_COST="$COST"
    PRODUCT_WRITE_ACCESS=public LOG_LEVEL=warn ACCESS_TOKEN_EXPIRE_MINUTES=60
    SIGN_INS_PER_MINUTE=1000000 REGISTRATIONS_PER_HOUR=1000000 CODE_MAILS_PER_HOUR=1000000)
  mkdir -p "$RUN_DIR/second"
  write_env "$RUN_DIR/auth-service.env" "${common[@]}" PRODUCT_PORT="$product_port" AUTH_DATABASE_URL="$auth_db"
  write_env "$RUN_DIR/product-service.env" "${common[@]}" PRODUCT_PORT="$product_port" PRODUCT_DATABASE_URL="$product_db"
  write_env "$RUN_DIR/second/product-service.env" "${common[@]}" PRODUCT_PORT="$second_port" PRODUCT_DATABASE_URL="$product_db"
  instance start auth-service
  instance start product-service
  PASSWORD=Pw-$(random 12)
  export PASSWORD
  superuser benchadmin "$PASSWORD"
  BEARER=$(token "http://$AUTH_ADDRESS" benchadmin "$PASSWORD" "$RUN_DIR/mail")
  export BEARER
  echo "== $PRODUCTS products and $USERS users over HTTP"
  "$PYTHON" scripts/lib/load.py products "http://$PRODUCT_ADDRESS" "$PRODUCTS" 16 >"$RUN_DIR/ids"
  "$PYTHON" scripts/lib/load.py users "http://$AUTH_ADDRESS" "$USERS" 16
  instance term product-service
  DATABASES+=("$PGBENCH_DATABASE")
  scripts/services pg createdb -T "$PRODUCT_DATABASE" "$PGBENCH_DATABASE"
  instance start product-service
  RUN_DIR=$RUN_DIR/second instance start product-service
}

starts() { # a line for each service: its name, milliseconds to ready (median, the script's polling included), megabytes when idle
  local which times n began
  for which in auth-service product-service; do
    times=()
    for ((n = 0; n < ${QUICK:-5}; n++)); do
      instance term "$which"
      began=$(date +%s%N); instance start "$which"; times+=($((($(date +%s%N) - began) / 1000000)))
    done
    sleep "${QUICK:-3}" # until what the start does in the background is over
    printf '%s %s %s\n' "$which" "$(printf '%s\n' "${times[@]}" | sort -n | sed -n $(((${#times[@]} + 1) / 2))p)" \
      "$(ps -o rss= -p "$(cat "$RUN_DIR/$which.pid")" | awk '{printf "%.1f", $1 / 1024}')"
  done
}
