# The real tools, out of the Debian packages of the machine's own mirror, unpacked beside the system: nothing on it changes.
# shellcheck shell=bash

# An engine with BuildKit 0.25, both current lines of cosign, and Debian 12's runc, which runs on every newer system too.
LAB_ENGINE_PACKAGES="docker.io/sid containerd/sid runc/bookworm libseccomp2/bookworm docker-cli/sid docker-buildx/sid docker-compose/sid"
# what containers with an init of their own run first: docker.io's docker-init leads to it
LAB_INIT_PACKAGES="tini-static/sid"
LAB_TOOL_PACKAGES="cosign/sid cosign/trixie crane/sid oras/sid notation/sid docker-registry/bookworm busybox-static/bookworm"

# mirror: the address of the Debian archive that apt of this machine uses, in either notation; $LAB_MIRROR comes first
mirror() {
  if [ -n "${LAB_MIRROR:-}" ]; then
    echo "$LAB_MIRROR"
    return
  fi
  {
    cat /etc/apt/sources.list.d/*.sources 2>/dev/null | sed -n 's/^URIs:[[:space:]]*//p' | tr ' \t' '\n\n'
    cat /etc/apt/sources.list /etc/apt/sources.list.d/*.list 2>/dev/null |
      sed -n -E 's/^[[:space:]]*deb[[:space:]]+(\[[^]]*\][[:space:]]+)?([^[:space:]]+)[[:space:]].*/\2/p'
  } | grep -E '^https?://.*/debian/?$' | head -n 1
}

# download PACKAGE/SUITE…: into $LAB_HOME/packages, with lists and caches of our own
download() {
  local apt=$LAB_HOME/apt suite
  local options=(-o "Dir::Etc::sourcelist=$apt/sources.list" -o Dir::Etc::sourceparts=- -o "Dir::State::lists=$apt/lists"
    -o "Dir::Cache=$apt/cache" -o APT::Sandbox::User=root -qq)
  [ -n "$(mirror)" ] || fail "no Debian archive in /etc/apt: set LAB_MIRROR to the address of one (…/debian)"
  mkdir -p "$apt/lists/partial" "$apt/cache/archives/partial" "$LAB_HOME/packages"
  for suite in bookworm trixie sid; do
    echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $(mirror) $suite main"
  done >"$apt/sources.list"
  say "fetching $# packages from $(mirror)"
  apt-get "${options[@]}" update >"$LAB_RUN/apt.log" 2>&1 || fail "apt-get update from $(mirror)" "$LAB_RUN/apt.log"
  (cd "$LAB_HOME/packages" && apt-get "${options[@]}" download "$@") >"$LAB_RUN/apt.log" 2>&1 ||
    fail "apt-get download $*" "$LAB_RUN/apt.log"
  rm -rf "$apt"
}

# fetch_packages PACKAGE/SUITE…: downloaded and unpacked once for each list of packages
fetch_packages() {
  local file folder
  [ "$(cat "$LAB_TOOLS/.packages" 2>/dev/null)" = "$*" ] && return
  command -v apt-get >/dev/null && command -v dpkg >/dev/null ||
    fail "no apt-get here: put a running Docker with buildx, cosign 2 (as cosign2) and 3, crane and docker-registry on PATH"
  if [ "$(cat "$LAB_HOME/packages/.packages" 2>/dev/null)" != "$*" ]; then
    rm -rf "$LAB_HOME/packages"
    # shellcheck disable=SC2086 # a list of words
    download "$@" $LAB_INIT_PACKAGES
    echo "$*" >"$LAB_HOME/packages/.packages"
  fi
  rm -rf "$LAB_TOOLS"
  mkdir -p "$LAB_TOOLS/cosign2"
  for file in "$LAB_HOME"/packages/*.deb; do
    folder=$LAB_TOOLS
    case ${file##*/} in cosign_2*) folder=$LAB_TOOLS/cosign2 ;; esac
    dpkg -x "$file" "$folder" || fail "unpacking $file"
  done
  echo "$*" >"$LAB_TOOLS/.packages"
}

# provide_init: added to an engine that was unpacked without it
provide_init() {
  local file
  [ -x "$LAB_TOOLS/usr/bin/docker-init" ] && return
  # shellcheck disable=SC2086 # a list of words
  [ -n "$(find "$LAB_HOME/packages" -name 'tini-static_*.deb')" ] || download $LAB_INIT_PACKAGES
  for file in "$LAB_HOME"/packages/tini-static_*.deb; do
    dpkg -x "$file" "$LAB_TOOLS" || fail "unpacking $file"
  done
}

# machine_has PROGRAM…: whether all are on the machine's own PATH
machine_has() { PATH=${PATH#"$LAB_BIN:"} command -v "$@" >/dev/null && [ "$(PATH=${PATH#"$LAB_BIN:"} command -v "$@" | wc -l)" = $# ]; }

# link_tool own|machine NAME: puts a program into the lab's folder of programs, preferring the unpacked one or the machine's
link_tool() {
  local unpacked machine
  unpacked=$(find "$LAB_TOOLS/usr/bin" "$LAB_TOOLS/usr/sbin" "$LAB_TOOLS/bin" -name "$2" \( -type f -o -type l \) 2>/dev/null | head -n 1)
  machine=$(PATH=${PATH#"$LAB_BIN:"} command -v "$2")
  if [ "$1" = own ] || [ -z "$machine" ]; then
    machine=${unpacked:-$machine}
  fi
  [ -n "$machine" ] && ln -sfn "$machine" "$LAB_BIN/$2"
}

# link_plugin NAME: the same for a plugin of the Docker CLI
link_plugin() {
  local found=$LAB_TOOLS/usr/libexec/docker/cli-plugins/docker-$1
  [ -x "$found" ] ||
    found=$(docker info --format "{{range .ClientInfo.Plugins}}{{if eq .Name \"$1\"}}{{.Path}}{{end}}{{end}}" 2>/dev/null)
  [ -x "$found" ] && ln -sfn "$found" "$LAB_DOCKER_CONFIG/cli-plugins/docker-$1"
}

# provide_tools own|machine: the lab's folder of programs, and a configuration of the Docker CLI with buildx in it
provide_tools() {
  local name needed="docker cosign cosign2 crane docker-registry busybox"
  mkdir -p "$LAB_BIN" "$LAB_DOCKER_CONFIG/cli-plugins"
  # shellcheck disable=SC2086 # lists of words
  if [ "$1" = own ]; then
    fetch_packages $LAB_ENGINE_PACKAGES $LAB_TOOL_PACKAGES
    provide_init
  elif ! machine_has $needed; then
    fetch_packages $LAB_TOOL_PACKAGES
  fi
  for name in docker cosign cosign2 crane docker-registry busybox oras notation; do
    link_tool "$1" "$name"
  done
  [ -x "$LAB_TOOLS/cosign2/usr/bin/cosign" ] && ln -sfn "$LAB_TOOLS/cosign2/usr/bin/cosign" "$LAB_BIN/cosign2"
  # bundles need cosign 3, whatever the machine has
  "$LAB_BIN/cosign" version 2>/dev/null | grep -q '^GitVersion: *v\{0,1\}3' || link_tool own cosign
  for name in $needed; do
    [ -x "$LAB_BIN/$name" ] || fail "no program $name, neither on PATH nor in the packages"
  done
  link_plugin buildx || fail "this Docker has no buildx"
  link_plugin compose || say "this Docker has no compose"
  [ -e "$LAB_DOCKER_CONFIG/config.json" ] || echo '{}' >"$LAB_DOCKER_CONFIG/config.json"
}
