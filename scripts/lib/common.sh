# shellcheck shell=bash
# What the scripts share: sourced, never run.
ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
export PATH="${CARGO_HOME:-$HOME/.cargo}/bin:$PATH"
die() { echo "$(basename "$0"): $*" >&2; exit 1; }

# ---- what must be there: installed by apt as root, named otherwise -----------------------------------------------
venv_python() { local c; for c in python3 /usr/bin/python3; do "$c" -c 'import ensurepip, venv' 2>/dev/null && { echo "$c"; return; }; done; return 1; }
install_missing() { # PART-of-services | cc | etcd | venv | wrk | prometheus | alertmanager ...
  local x todo='' parts=()
  command -v ps >/dev/null || todo=' procps'
  for x in "$@"; do
    case $x in
      cc) command -v cc >/dev/null || todo="$todo gcc libc6-dev" ;;
      venv) venv_python >/dev/null || todo="$todo python3 python3-venv" ;;
      prometheus) command -v promtool >/dev/null || todo="$todo prometheus" ;;
      alertmanager) command -v amtool >/dev/null || todo="$todo prometheus-alertmanager" ;;
      etcd) command -v etcd >/dev/null || todo="$todo etcd-server" ;;
      wrk) command -v wrk >/dev/null || todo="$todo wrk" ;;
      *) parts+=("$x") ;;
    esac
  done
  [ ${#parts[@]} = 0 ] || todo="$todo $("$ROOT/scripts/services" missing "${parts[@]}" | paste -sd ' ' -)"
  todo=$(echo "$todo" | xargs)
  [ -n "$todo" ] || return 0
  if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
    die "missing, by their Debian names: $todo (as root: apt-get install --no-install-recommends $todo)"
  fi
  echo "installing: $todo"
  apt-get update -qq || true
  # shellcheck disable=SC2086 # a list of packages
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $todo </dev/null || die "apt-get could not install: $todo"
}
venv() { # FOLDER REQUIREMENTS: made once, again when the requirements change
  local dir=$1 wanted=$2
  cmp -s "$wanted" "$dir/requirements.txt" && return
  "$(venv_python)" -m venv --clear "$dir" || return
  "$dir/bin/pip" install -q --disable-pip-version-check --no-input -r "$wanted" || return
  cp "$wanted" "$dir/requirements.txt"
}

# ---- Postgres, RabbitMQ, SMTP: what was up before stays up ------------------------------------------
SERVICES_STARTED=()
services_begin() { # PART ...
  local x up
  if [ -z "${SERVICES_DIR:-}" ]; then
    SERVICES_DIR=$ROOT/target/services
    mkdir -p "$SERVICES_DIR"
    # as root, Postgres runs as another user, who may not reach the checkout
    if [ "$(id -u)" = 0 ] && ! runuser -u "$(id -un postgres 2>/dev/null || echo nobody)" -- test -x "$SERVICES_DIR"; then
      SERVICES_DIR=$(mktemp -d "${TMPDIR:-/tmp}/panal-services.XXXXXX")
      SERVICES_TEMPORARY=1
      chmod 755 "$SERVICES_DIR"
    fi
  fi
  export SERVICES_DIR
  up=$("$ROOT/scripts/services" status || true)
  case $up in *" up"*) ;; *) [ -z "${SERVICES_FRESH:-}" ] || [ -n "${SERVICES_TEMPORARY:-}" ] || "$ROOT/scripts/services" clean ;; esac
  for x in "$@"; do case $up in *"$x up"*) ;; *) SERVICES_STARTED+=("$x") ;; esac; done
  "$ROOT/scripts/services" start "$@" >/dev/null
}
services_end() {
  if [ -n "${SERVICES_TEMPORARY:-}" ]; then
    "$ROOT/scripts/services" clean
  elif [ ${#SERVICES_STARTED[@]} -gt 0 ]; then
    "$ROOT/scripts/services" stop "${SERVICES_STARTED[@]}"
  fi
}
service() { "$ROOT/scripts/services" env | sed -n "s/^$1=//p"; } # service DATABASE_URL

# ---- fresh databases, and our own two services ------------------------------------------------------
DATABASES=()
fresh_database() { # NAME: leaves its address in URL
  DATABASES+=("$1")
  "$ROOT/scripts/services" pg dropdb --if-exists --force "$1" 2>/dev/null
  "$ROOT/scripts/services" pg createdb "$1"
  URL=$(service DATABASE_URL)
  # shellcheck disable=SC2034 # read by the caller
  URL=${URL%/*}/$1
}
drop_databases() { local d; for d in ${DATABASES[@]+"${DATABASES[@]}"}; do "$ROOT/scripts/services" pg dropdb --if-exists --force "$d" || true; done; }
instance() { RUN_DIR=$RUN_DIR BIN_DIR=$BIN_DIR "$ROOT/scripts/lib/instance" "$@"; }
write_env() { # FILE NAME=value ...
  local file=$1 kv; shift
  for kv in "$@"; do printf '%s=%q\n' "${kv%%=*}" "${kv#*=}"; done >"$file"
}
random() { od -An -N "$1" -tx1 /dev/urandom | tr -d ' \n'; } # bytes, as hex
new_run_dir() { # NAME: settings, logs, mails and keys of one run, kept until the next
  RUN_DIR=$ROOT/target/$1
  rm -rf "$RUN_DIR"
  (umask 077 && mkdir -p "$RUN_DIR")
}
superuser() { # NAME PASSWORD
  printf '%s\n' "$2" | instance run auth-service create-superuser --email "$1@example.com" --username "$1" --password-stdin
}
token() { # AUTH_URL NAME PASSWORD MAIL_DIR
  "$(venv_python)" "$ROOT/scripts/lib/login.py" "$@"
}
stop_instances() { # always succeeds: called from traps
  local f
  for f in "${RUN_DIR:-/nonexistent}"/*.pid; do [ ! -e "$f" ] || instance term "$(basename "$f" .pid)" || true; done
}

# ---- the end, whatever happened ---------------------------------------------------------------------
# shellcheck disable=SC2064 # the function's name is known now
at_exit() { trap "$1" EXIT; trap 'exit 130' INT; trap 'exit 143' TERM; }
end_run() { # [STATUS]: our processes, our databases, the services we started
  local status=${1:-$?}
  trap - EXIT INT TERM
  stop_instances
  drop_databases
  services_end || status=1
  [ "$status" = 0 ] || tail -n 20 "${RUN_DIR:-/nonexistent}"/*.log >&2 2>/dev/null || true
  exit "$status"
}
