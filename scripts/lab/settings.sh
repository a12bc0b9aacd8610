# Where the lab lives and what it listens on; sourced by the other scripts of this folder.
# shellcheck shell=bash

LAB_SCRIPTS=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
LAB_PROJECT=$(cd "$LAB_SCRIPTS/../.." && pwd)
LAB_HOME=${LAB_HOME:-$LAB_PROJECT/build/lab}
mkdir -p "$LAB_HOME" && LAB_HOME=$(cd "$LAB_HOME" && pwd) || exit 1

# Four ports in a row: docker-registry, the test registry with the referrers API, the test Sigstore, the second engine.
LAB_PORT=${LAB_PORT:-5750}
LAB_REGISTRY=127.0.0.1:$LAB_PORT
LAB_REFERRERS=127.0.0.1:$((LAB_PORT + 1))
LAB_SIGSTORE=http://127.0.0.1:$((LAB_PORT + 2))
LAB_SECOND_ENGINE=tcp://127.0.0.1:$((LAB_PORT + 3))

LAB_RUN=$LAB_HOME/run
LAB_BIN=$LAB_HOME/bin
LAB_TOOLS=$LAB_HOME/tools
LAB_KEYS=$LAB_HOME/keys
LAB_DOCKER_CONFIG=$LAB_HOME/docker-config
LAB_NODE=$LAB_PROJECT/node_modules/.bin/node

say() { echo "lab: $*" >&2; }

# fail WHAT [LOG]: says what failed, shows the end of the log, and ends the script
fail() {
  say "FAILED: $1"
  if [ -n "${2:-}" ] && [ -s "$2" ]; then
    say "the end of $2:"
    tail -n 15 "$2" | sed 's/^/  | /' >&2
  fi
  exit 1
}
