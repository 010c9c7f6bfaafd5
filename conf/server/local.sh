#!/usr/bin/env bash
# A tracking server with a login on one machine, without containers: `make server`.
#
# PostgreSQL where it is installed, else SQLite. Settings are environment variables:
#   DATA    where everything is kept (default: ~/.local/share/chipbench-server; as root /var/lib/…)
#   HOST    127.0.0.1 alone can connect by default; 0.0.0.0 for a network that you trust, as the
#           passwords then travel unencrypted
#   PORT    5000
#   MLFLOW_WORKERS  processes that answer, 2 by default; each takes some 300 MB
#   ALLOWED_HOSTS   names under which clients reach it, when not localhost or a private address
# `local.sh backup` beside it and `local.sh restore <date>` once it has ended (PostgreSQL); with
# SQLite copy $DATA.
set -euo pipefail
umask 077
here=$(cd "$(dirname "$0")" && pwd)
python=${PYTHON:-python}
if [ "$(id -u)" -eq 0 ]; then DATA=${DATA:-/var/lib/chipbench-server}; fi
DATA=${DATA:-${XDG_DATA_HOME:-$HOME/.local/share}/chipbench-server}
HOST=${HOST:-127.0.0.1}
PORT=${PORT:-5000}
postgres=$DATA/postgres

secret() { # a file that holds a random word, made when it is first needed
  [ -s "$DATA/$1" ] || "$python" -c 'import secrets; print(secrets.token_urlsafe(18))' >"$DATA/$1"
  cat "$DATA/$1"
}

programs() { # the folder of PostgreSQL's programs; Debian keeps them off the PATH
  for folder in "$(dirname "$(command -v initdb || echo /none/initdb)")" \
    /usr/lib/postgresql/*/bin /opt/homebrew/opt/postgresql@*/bin; do
    if [ -x "$folder/initdb" ] && [ -x "$folder/createdb" ]; then echo "$folder"; return; fi
  done
}

as_owner() { # PostgreSQL refuses to run as root; runuser is where a plain `su` does not look
  if [ "$(id -u)" -eq 0 ]; then
    (cd / && PATH=$PATH:/usr/sbin:/sbin && runuser -u postgres -- "$@")
  else
    "$@"
  fi
}

is_running() { # whether PostgreSQL answers, here that of `make server` in another terminal
  [ -d "$postgres/data" ] && as_owner "$bin/pg_ctl" -D "$postgres/data" status >/dev/null
}

start_postgres() {
  mkdir -p "$postgres"
  if [ "$(id -u)" -eq 0 ]; then
    chmod 711 "$DATA"
    chown postgres "$postgres"
  fi
  if [ ! -d "$postgres/data" ]; then
    as_owner "$bin/initdb" -D "$postgres/data" -U mlflow -A trust -E UTF8 >/dev/null
  fi
  if ! is_running; then
    # No port: a socket in a folder that nobody else can enter is the only way in.
    as_owner "$bin/pg_ctl" -D "$postgres/data" -w -l "$postgres/log" \
      -o "-c listen_addresses='' -k '$postgres'" start >/dev/null
    trap 'as_owner "$bin/pg_ctl" -D "$postgres/data" -m fast stop >/dev/null' EXIT
  fi
  for database in mlflow users; do
    as_owner "$bin/psql" -h "$postgres" -U mlflow -d postgres -tAc \
      "SELECT 1 FROM pg_database WHERE datname = '$database'" | grep -q 1 ||
      as_owner "$bin/createdb" -h "$postgres" -U mlflow "$database"
  done
}

refuse() {
  echo "local.sh: $1" >&2
  exit 1
}

bin=$(programs)
case ${1:-start} in
  start) ;;
  backup | restore)
    [ -n "$bin" ] || refuse "without PostgreSQL, copy $DATA while it stands still"
    [ "$1" = restore ] || [ -d "$postgres/data" ] || refuse "$DATA holds no server's data; DATA= names another"
    [ "$1" = backup ] || ! is_running || refuse "end the server first: a restore replaces what it uses"
    ;;
  *) refuse "say nothing, backup, or restore <date>" ;;
esac
mkdir -p "$DATA/artifacts"
if [ "${1:-start}" != start ]; then
  start_postgres
  PATH=$bin:$PATH PGHOST=$postgres PGUSER=mlflow BACKUPS=$DATA/backup ARTIFACTS=$DATA/artifacts \
    bash "$here/backup.sh" "$@"
  exit
fi
if [ -n "$bin" ]; then
  start_postgres
  database() { echo "postgresql+psycopg2://mlflow@/$1?host=$postgres"; }
else
  echo "PostgreSQL is not installed: SQLite does for a few machines at a time" >&2
  database() { echo "sqlite:///$DATA/$1.db"; }
fi

# To check a password takes a tenth of a second of the processor, and each request has one.
cat >"$DATA/auth.ini" <<EOF
[mlflow]
default_permission = NO_PERMISSIONS
auth_cache_ttl_seconds = 60
authorization_function = recording:authenticate
database_uri = $(database users)
admin_username = admin
EOF
MLFLOW_BACKEND_STORE_URI=$(database mlflow)
MLFLOW_AUTH_ADMIN_PASSWORD=$(secret admin-password)
MLFLOW_FLASK_SERVER_SECRET_KEY=$(secret cookie-key)
export MLFLOW_BACKEND_STORE_URI MLFLOW_AUTH_ADMIN_PASSWORD MLFLOW_FLASK_SERVER_SECRET_KEY
export MLFLOW_AUTH_CONFIG_PATH=$DATA/auth.ini MLFLOW_SERVER_ENABLE_JOB_EXECUTION=false
export MLFLOW_BASIC_AUTH_FAIL_CLOSED=true PYTHONPATH=$here${PYTHONPATH:+:$PYTHONPATH}
export MLFLOW_WORKERS=${MLFLOW_WORKERS:-2}
unset MLFLOW_TRACKING_URI

echo "http://$HOST:$PORT, user admin, password in $DATA/admin-password; Ctrl-C ends it"
cd "$DATA"
"$python" -m mlflow server --app-name basic-auth --host "$HOST" --port "$PORT" \
  --artifacts-destination "$DATA/artifacts" ${ALLOWED_HOSTS:+--allowed-hosts "$ALLOWED_HOSTS"} &
server=$!
trap 'kill "$server" 2>/dev/null' INT TERM
wait "$server" || wait "$server" || true
