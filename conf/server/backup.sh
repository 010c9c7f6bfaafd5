#!/usr/bin/env bash
# Both databases and the artifacts of a tracking server, into a folder and back.
#
#   backup.sh backup             into /backup/<date>
#   backup.sh restore <date>     replaces what is there now
#
# Databases come first: an artifact that is younger than them is only in excess. The server has to
# be stopped for a restore, and for a backup whose artifacts are all whole:
# `docker compose stop mlflow objects`, or the end of `make server`.
set -euo pipefail
backups=${BACKUPS:-/backup}
artifacts=${ARTIFACTS:-/artifacts}

case ${1:-} in
  backup)
    into=$backups/$(date +%Y-%m-%dT%H-%M-%S)
    mkdir -p "$into"
    for database in mlflow users; do
      pg_dump --format=custom --file="$into/$database.dump" "$database"
    done
    tar -czf "$into/artifacts.tar.gz" -C "$artifacts" .
    echo "$into"
    ;;
  restore)
    from=$backups/${2:?which backup: $(ls "$backups")}
    for database in mlflow users; do
      pg_restore --clean --if-exists --no-owner --dbname="$database" "$from/$database.dump"
    done
    find "$artifacts" -mindepth 1 -delete
    tar -xzf "$from/artifacts.tar.gz" -C "$artifacts"
    ;;
  *)
    echo "backup.sh: say backup, or restore <date>" >&2
    exit 2
    ;;
esac
