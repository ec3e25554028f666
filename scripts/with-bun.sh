#!/bin/sh
# Runs the project's own Bun, installing it and the locked dependencies first where they are missing or out of date.
set -eu
top="$(cd "$(dirname "$0")/.." && pwd)"
bun="$top/node_modules/.bin/bun"
if ! [ -x "$bun" ] || ! cmp -s "$top/bun.lock" "$top/node_modules/.installed"; then
  echo "Installing dependencies …" >&2
  sh "$top/scripts/setup.sh" </dev/null >&2
fi
exec "$bun" "$@"
