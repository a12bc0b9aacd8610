# Where the lab lives and what it listens on; sourced by the other scripts of this folder.
# shellcheck shell=bash

LAB_SCRIPTS=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
LAB_PROJECT=$(cd "$LAB_SCRIPTS/../.." && pwd)
LAB_HOME=${LAB_HOME:-$LAB_PROJECT/build/lab}
mkdir -p "$LAB_HOME" && LAB_HOME=$(cd "$LAB_HOME" && pwd) || exit 1

LAB_RUN=$LAB_HOME/run
# a socket's path has at most 107 bytes, and the engine puts its own some way down
LAB_SOCKETS=$LAB_RUN
[ "${#LAB_RUN}" -le 50 ] || LAB_SOCKETS=${TMPDIR:-/tmp}/verify-lab-$(echo "$LAB_HOME" | cksum | cut -d ' ' -f 1)
LAB_BIN=$LAB_HOME/bin
LAB_TOOLS=$LAB_HOME/tools
LAB_KEYS=$LAB_HOME/keys
LAB_DOCKER_CONFIG=$LAB_HOME/docker-config
LAB_NODE=$LAB_PROJECT/node_modules/.bin/node

say() { echo "lab: $*" >&2; }

# use_port PORT: four in a row, for docker-registry, the test registry with the referrers API, the test Sigstore, the second engine
use_port() {
  LAB_PORT=$1
  LAB_REGISTRY=127.0.0.1:$LAB_PORT
  LAB_REFERRERS=127.0.0.1:$((LAB_PORT + 1))
  LAB_SIGSTORE=http://127.0.0.1:$((LAB_PORT + 2))
  LAB_SECOND_ENGINE=tcp://127.0.0.1:$((LAB_PORT + 3))
}

# taken PORT: whether somebody answers there
taken() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# fail WHAT [LOG]: says what failed, shows the end of the log, and ends the script
fail() {
  say "FAILED: $1"
  if [ -n "${2:-}" ] && [ -s "$2" ]; then
    say "the end of $2:"
    tail -n 15 "$2" | sed 's/^/  | /' >&2
  fi
  exit 1
}

# choose_port: what LAB_PORT says, else the ports of the last time, else the first four that are free; kept in $LAB_HOME/port
choose_port() {
  local kept port asked=${LAB_PORT:-}
  kept=$(cat "$LAB_HOME/port" 2>/dev/null)
  if any_alive; then
    [ -z "$asked" ] || [ "$asked" = "$kept" ] || fail "this lab is up already, on ports from $kept: lab down first"
    use_port "$kept"
    return
  fi
  for port in ${asked:-$kept $(seq 5750 10 6240)}; do
    if ! taken "$port" && ! taken $((port + 1)) && ! taken $((port + 2)) && ! taken $((port + 3)); then
      echo "$port" >"$LAB_HOME/port"
      use_port "$port"
      return
    fi
  done
  fail "no four free ports in a row from ${asked:-5750}: choose with LAB_PORT"
}
