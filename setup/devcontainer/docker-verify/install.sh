#!/bin/sh
# The dev container's feature: options come as variables, in capitals (containers.dev, "Dev Container Features reference").
set -eu

fail() {
  echo "docker-verify: $*" >&2
  exit 1
}

plugins=${DOCKER_VERIFY_PLUGINS:-/usr/local/lib/docker/cli-plugins}
[ -n "${VERSION:-}" ] || fail "the option version is not set: write one release, such as 1.2.3"
[ -n "${SHA256:-}" ] || fail "the option sha256 is not set: a release is not run before it is proven"
[ -n "${FROM:-}" ] || fail "the option from is not set: write the address that the release's files lie under"
case $(uname -m) in
  x86_64 | amd64) arch=x64 ;;
  aarch64 | arm64) arch=arm64 ;;
  *) fail "there is no release for $(uname -m)" ;;
esac

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
address=$FROM/docker-verify-$VERSION-linux-$arch
if command -v curl >/dev/null; then
  curl -fsSL -o "$folder/docker-verify" "$address"
elif command -v wget >/dev/null; then
  wget -q -O "$folder/docker-verify" "$address"
else
  fail "neither curl nor wget is in this image"
fi
echo "$SHA256  $folder/docker-verify" | sha256sum -c - >/dev/null || fail "$address is not the file with that SHA-256"
chmod 755 "$folder/docker-verify"
# a file whose loader is missing is "not found", which says nothing to anybody
"$folder/docker-verify" version >/dev/null 2>&1 ||
  fail "it does not start in this image: it needs glibc 2.28 or newer, which Alpine (musl) does not have; build on Debian or the like"
mkdir -p "$plugins"
mv "$folder/docker-verify" "$plugins/docker-verify"
echo "docker-verify $VERSION is in $plugins"
