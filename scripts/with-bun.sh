#!/bin/sh
# Runs the project's own Bun, installing it and the locked dependencies first where they are missing or out of date.
set -eu
top="$(cd "$(dirname "$0")/.." && pwd)"
bun="$top/node_modules/.bin/bun"
installed="$top/node_modules/.installed"
if ! [ -x "$bun" ] || ! [ -f "$installed" ] || ! cmp -s "$top/bun.lock" "$installed"; then
  echo "Installing dependencies …" >&2
  sh "$top/scripts/setup.sh" >&2
  cp "$top/bun.lock" "$installed"
fi
exec "$bun" "$@"
