# The lab's daemons: two registries, a test Sigstore, and two Docker engines over one containerd.
# shellcheck shell=bash

# An engine of one's own answers on the lab's socket; `machine` uses the one that the caller's environment reaches.
engine_mode() {
  if alive dockerd || [ -n "${LAB_FORCE:-}" ]; then
    echo own
  elif timeout 10 docker version >/dev/null 2>&1; then
    echo machine
  else
    echo own
  fi
}

start_registry() {
  alive registry && return
  cat >"$LAB_RUN/registry.yml" <<Y
version: 0.1
log: {level: error, accesslog: {disabled: true}}
storage: {filesystem: {rootdirectory: "$LAB_HOME/registry"}, delete: {enabled: true}}
http: {addr: "$LAB_REGISTRY"}
Y
  start registry "$LAB_BIN/docker-registry" serve "$LAB_RUN/registry.yml"
  await registry 15 curl -fsS "http://$LAB_REGISTRY/v2/"
  say "docker-registry at $LAB_REGISTRY (no referrers API)"
}

start_node_server() { # NAME PORT PATH SCRIPT ARGUMENTS…
  local name=$1 port=$2 url=http://127.0.0.1:$2$3
  shift 3
  alive "$name" && return
  [ -x "$LAB_NODE" ] || fail "no $LAB_NODE: run npm ci --ignore-scripts first"
  start "$name" "$LAB_NODE" --disable-warning=ExperimentalWarning "$@" --port "$port"
  await "$name" 20 curl -fsS "$url"
  say "$name at 127.0.0.1:$port"
}

start_containerd() {
  local libraries
  libraries=$(find "$LAB_TOOLS/lib" "$LAB_TOOLS/usr/lib" -maxdepth 1 -name '*-linux-gnu*' 2>/dev/null | paste -sd :)
  LAB_LIBRARIES=$libraries
  alive containerd && return
  printf 'version = 2\ndisabled_plugins = ["io.containerd.grpc.v1.cri"]\n' >"$LAB_RUN/containerd.toml"
  rm -f "$LAB_SOCKETS/containerd.sock"
  start containerd env "PATH=$LAB_TOOLS/usr/bin:$LAB_TOOLS/usr/sbin:$PATH" "LD_LIBRARY_PATH=$libraries" \
    "$LAB_TOOLS/usr/bin/containerd" --config "$LAB_RUN/containerd.toml" --root "$LAB_HOME/containerd" \
    --state "$LAB_SOCKETS/containerd" --address "$LAB_SOCKETS/containerd.sock"
  await containerd 20 test -S "$LAB_SOCKETS/containerd.sock"
}

# start_dockerd NAME HOST CONFIGURATION: with no bridge, RUN steps have --network=none or host
start_dockerd() {
  local name=$1 host=$2
  alive "$name" && return
  rm -f "$LAB_RUN/$name-engine.pid"
  echo "$3" >"$LAB_RUN/$name.json"
  start "$name" env "PATH=$LAB_TOOLS/usr/bin:$LAB_TOOLS/usr/sbin:$PATH" "LD_LIBRARY_PATH=$LAB_LIBRARIES" \
    "$LAB_TOOLS/usr/sbin/dockerd" --config-file "$LAB_RUN/$name.json" --data-root "$LAB_HOME/$name" --exec-root "$LAB_SOCKETS/$name-exec" \
    --pidfile "$LAB_RUN/$name-engine.pid" -H "$host" --containerd "$LAB_SOCKETS/containerd.sock" --containerd-namespace "lab-$name" \
    --containerd-plugins-namespace "lab-$name-plugins" --bridge=none --iptables=false --ip6tables=false --userland-proxy=false \
    --insecure-registry 127.0.0.0/8
}

start_engines() {
  mkdir -p -m 700 "$LAB_SOCKETS" && [ -O "$LAB_SOCKETS" ] || fail "$LAB_SOCKETS belongs to somebody else"
  start_containerd
  start_dockerd dockerd "unix://$LAB_SOCKETS/docker.sock" '{}'
  start_dockerd dockerd-containerd "$LAB_SECOND_ENGINE" '{"features": {"containerd-snapshotter": true}, "tls": false}'
  await dockerd 60 env DOCKER_HOST="unix://$LAB_SOCKETS/docker.sock" "$LAB_BIN/docker" version
  await dockerd-containerd 60 env DOCKER_HOST="$LAB_SECOND_ENGINE" "$LAB_BIN/docker" version
  say "Docker engine at unix://$LAB_SOCKETS/docker.sock (classic store), and at $LAB_SECOND_ENGINE (containerd store)"
}
