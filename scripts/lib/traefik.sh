# shellcheck shell=bash
# The real Traefik with the configuration in deploy/traefik, on loopback ports: sourced after common.sh, never run.
#   traefik_begin         makes GATEWAY (a folder in RUN_DIR: certificate, configuration, logs) and finds its ports: HTTPS, HTTP, INTERNAL
#   traefik_start         with AUTH_SERVERS and PRODUCT_SERVERS, addresses separated by commas; returns when it answers
#   traefik_end           always succeeds: called from traps
traefik_begin() {
  venv target/traefik scripts/lib/gateway-requirements.txt
  GATEWAY=$RUN_DIR/gateway
  mkdir -p "$GATEWAY/dynamic"
  # shellcheck disable=SC2034 # HTTPS and HTTP are read by the caller
  { read -r HTTPS; read -r HTTP; read -r INTERNAL; read -r METRICS; } < <(scripts/services free-port 4)
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=localhost \
    -addext 'subjectAltName=DNS:localhost,IP:127.0.0.1' -keyout "$GATEWAY/key.pem" -out "$GATEWAY/certificate.pem" 2>/dev/null
  cp deploy/traefik/dynamic/*.yml "$GATEWAY/dynamic"
  # other ports, another folder; the rest is as it is shipped
  sed -e "s|\":80\"|\"127.0.0.1:$HTTP\"|" -e "s|\":443\"|\"127.0.0.1:$HTTPS\"|" -e "s|127.0.0.1:8090|127.0.0.1:$INTERNAL|" \
    -e "s|127.0.0.1:8091|127.0.0.1:$METRICS|" -e "s|/etc/traefik/dynamic|$GATEWAY/dynamic|" deploy/traefik/traefik.yml >"$GATEWAY/traefik.yml"
  for x in "127.0.0.1:$HTTP\"" "127.0.0.1:$HTTPS\"" "127.0.0.1:$INTERNAL\"" "127.0.0.1:$METRICS\"" "$GATEWAY/dynamic"; do
    grep -qF "$x" "$GATEWAY/traefik.yml" || die "deploy/traefik/traefik.yml isn't what this script knows: no $x"
  done
}
traefik_start() { # AUTH_SERVERS PRODUCT_SERVERS
  local waited=0
  set -m # a process group of its own: Ctrl-C is for whoever started us, who then ends it
  env -i PATH="$PATH" HOME="$GATEWAY" AUTH_SERVERS="$1" PRODUCT_SERVERS="$2" GATEWAY_INTERNAL="127.0.0.1:$INTERNAL" \
    GATEWAY_CERTIFICATE="$GATEWAY/certificate.pem" GATEWAY_KEY="$GATEWAY/key.pem" \
    target/traefik/bin/traefik --configFile="$GATEWAY/traefik.yml" >"$GATEWAY/traefik.log" 2>&1 </dev/null &
  TRAEFIK=$!
  set +m
  until (exec 3<>"/dev/tcp/127.0.0.1/$INTERNAL" && exec 4<>"/dev/tcp/127.0.0.1/$HTTPS") 2>/dev/null; do
    kill -0 "$TRAEFIK" 2>/dev/null || { cat "$GATEWAY/traefik.log" >&2; die "Traefik ended while starting"; }
    waited=$((waited + 1)); [ $waited -lt 300 ] || die "Traefik not there after 30 s"
    sleep .1
  done
}
traefik_end() {
  local waited=0
  [ -n "${TRAEFIK:-}" ] || return 0
  kill "$TRAEFIK" 2>/dev/null || true
  while kill -0 "$TRAEFIK" 2>/dev/null; do
    waited=$((waited + 1)); [ $waited -lt 100 ] || { kill -KILL "$TRAEFIK" 2>/dev/null || true; break; }
    sleep .1
  done
}
