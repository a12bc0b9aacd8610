#!/usr/bin/env bash
# Installs what making a release takes of a Debian beside Node, and with `--try` what a release for arm64 is tried with.
set -euo pipefail
missing=()
command -v rpmbuild >/dev/null || missing+=(rpm)
command -v strip >/dev/null || missing+=(binutils)
if [ "${1:-}" = --try ]; then
  command -v qemu-aarch64 >/dev/null || missing+=(qemu-user)
  [ -e /usr/aarch64-linux-gnu/lib/libstdc++.so.6 ] || missing+=(libc6-arm64-cross libstdc++6-arm64-cross)
fi
[ ${#missing[@]} -gt 0 ] || exit 0
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
  echo "missing, by the names of Debian's packages: ${missing[*]}" >&2
  exit 1
fi
apt-get update -qq
DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}"
