#!/usr/bin/env bash
# Installs what package-lock.json lists. Any Node from 18 on can run npm; everything after that runs on the Node installed here.
set -euo pipefail
cd "$(dirname "$0")/../.."
if ! command -v npm >/dev/null; then
  if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
    echo 'npm is missing: install Node 18 or newer' >&2
    exit 1
  fi
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends nodejs npm
fi
npm ci --ignore-scripts
touch node_modules/.package-lock.json
