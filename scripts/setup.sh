#!/bin/sh
# Installs the locked dependencies, with Bun where it is on the PATH and with npm where it is not.
set -eu
cd "$(dirname "$0")/.."
if command -v bun >/dev/null 2>&1; then
  bun install --frozen-lockfile
else
  npx -y --allow-scripts=bun bun@1.4.5 install --frozen-lockfile
fi
# Tells with-bun.sh what is installed.
cp bun.lock node_modules/.installed
