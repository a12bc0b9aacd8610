# Starting and ending the lab's processes, each by the process id that was kept for it.
# shellcheck shell=bash

# When a process began, which tells it from another one that got the same id later. One that has ended and waits to be collected has not.
began() { ps -o stat=,lstart= -p "$1" 2>/dev/null | awk '$1 !~ /^Z/ { $1 = ""; print substr($0, 2) }'; }

# alive NAME
alive() {
  local pid start
  [ -s "$LAB_RUN/$1.pid" ] || return 1
  { read -r pid && read -r start; } <"$LAB_RUN/$1.pid"
  [ -n "$start" ] && [ "$(began "$pid")" = "$start" ]
}

# start NAME COMMAND…: in a session of its own, so that an interrupt of the caller does not reach it; the log of earlier runs is kept
start() {
  local name=$1
  shift
  setsid nohup "$@" >>"$LAB_RUN/$name.log" 2>&1 </dev/null 9>&- &
  printf '%s\n%s\n' "$!" "$(began "$!")" >"$LAB_RUN/$name.pid"
}

# stop NAME: asks, waits ten seconds, then kills
stop() {
  local pid
  if alive "$1"; then
    read -r pid <"$LAB_RUN/$1.pid"
    kill "$pid" 2>/dev/null
    for _ in $(seq 100); do
      alive "$1" || break
      sleep 0.1
    done
    alive "$1" && kill -9 "$pid"
    say "ended $1"
  fi
  rm -f "$LAB_RUN/$1.pid"
}

# await NAME SECONDS COMMAND…: until the command succeeds; fails with the log when time is up or the process is gone
await() {
  local name=$1 rounds=$(($2 * 10))
  shift 2
  while ! "$@" >/dev/null 2>&1; do
    rounds=$((rounds - 1))
    if [ "$rounds" -le 0 ] || ! alive "$name"; then
      fail "$name does not answer" "$LAB_RUN/$name.log"
    fi
    sleep 0.1
  done
}
